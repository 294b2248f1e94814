"""Run a speaker: `python -m engine.backends.lora.speaker FOLDER --device cpu`.

It reads orders on standard input and writes replies on standard output; see `speech_lines`. With
`--server` it does both on a connection. It ends when the orders do, at once and at any moment.
"""

import argparse
import contextlib
import os
import queue
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from engine.backends.lora.speech_lines import Failed, Line, Order, Ready, Works, decode, encode
from engine.backends.lora.speech_socket import call

BEAT_S = 1.0
"""Between two signs of life."""


def main() -> None:
    """Load the base, then answer until the server has gone."""
    arguments = _arguments()
    orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
    heard, replies = _streams(arguments.server)
    tell = _Teller(replies)
    threading.Thread(target=_listen, args=(heard, orders), daemon=True).start()
    threading.Thread(target=_beat, args=(tell,), daemon=True).start()

    # These imports take seconds, during which the end of the server must not go unnoticed.
    import torch  # noqa: PLC0415

    from engine.backends.lora.speaker.base import (  # noqa: PLC0415
        BaseUnusable,
        load_base,
    )
    from engine.backends.lora.speaker.loop import Loop  # noqa: PLC0415

    torch.set_num_threads(arguments.threads)
    try:
        base = load_base(arguments.folder, arguments.device)
    except BaseUnusable as exc:
        tell(Failed(message=str(exc)))
        raise
    loop = Loop(base, tell, chat_batch=arguments.chat_batch)
    tell(Ready())
    while True:
        while loop.is_idle or not orders.empty():
            with contextlib.suppress(queue.Empty):
                loop.hear(orders.get(timeout=BEAT_S))
            tell.goes_on()
        loop.turn()
        tell.goes_on()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--device", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--chat-batch", type=int, required=True)
    parser.add_argument("--server", nargs=3, metavar=("HOST", "PORT", "SECRET-FILE"))
    return parser.parse_args()


def _streams(server: Sequence[str] | None) -> tuple[BinaryIO, BinaryIO]:
    """Where orders are read and replies are written."""
    if server is None:
        return sys.stdin.buffer, _own_stdout()
    host, port, file = server
    try:
        connection = call(host, int(port), Path(file))
    except OSError as exc:
        sys.exit(f"The server that asked for this process can't be reached: {exc}")
    return connection.makefile("rb"), connection.makefile("wb")


def _own_stdout() -> BinaryIO:
    """Standard output for the replies alone; what libraries print goes to standard error."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return replies


class _Teller:
    """Writes lines for the server; several threads may use it."""

    def __init__(self, replies: BinaryIO) -> None:
        self._replies = replies
        self._lock = threading.Lock()
        self._n_beats = 0
        """Since the main thread did something; counted, as the process may have been stopped."""

    def __call__(self, line: Line) -> None:
        """Tell what the main thread has done."""
        with self._lock:
            self._n_beats = 0
            self._write(line)

    def goes_on(self) -> None:
        """The main thread has done something that needs no word."""
        with self._lock:
            self._n_beats = 0

    def beat(self) -> None:
        """Give a sign of life, whatever the main thread does."""
        with self._lock:
            self._n_beats += 1
            self._write(Works(n_beats=self._n_beats))

    def _write(self, line: Line) -> None:
        try:
            self._replies.write(encode(line))
            self._replies.flush()
        except OSError:
            os._exit(0)  # The server has gone.


def _beat(tell: _Teller) -> None:
    while True:
        time.sleep(BEAT_S)
        tell.beat()


def _listen(heard: BinaryIO, orders: "queue.SimpleQueue[Order]") -> None:
    with contextlib.suppress(OSError):
        for raw in heard:
            if raw.endswith(b"\n"):  # else it was cut off
                orders.put(decode(raw))  # type: ignore[arg-type]  # the server sends orders only
    # A computation in the main thread would go on for long; there is nothing to save.
    os._exit(0)


if __name__ == "__main__":
    main()
