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
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from engine.backends.lora.speech_lines import Failed, Line, Order, Ready, decode, encode
from engine.backends.lora.speech_socket import call


def main() -> None:
    """Load the base, then answer until the server has gone."""
    arguments = _arguments()
    orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
    heard, replies = _streams(arguments.server)
    tell = _teller(replies)
    threading.Thread(target=_listen, args=(heard, orders), daemon=True).start()

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
            loop.hear(orders.get())
        loop.turn()


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


def _teller(replies: BinaryIO) -> Callable[[Line], None]:
    def tell(line: Line) -> None:
        try:
            replies.write(encode(line))
            replies.flush()
        except OSError:
            os._exit(0)  # The server has gone.

    return tell


def _listen(heard: BinaryIO, orders: "queue.SimpleQueue[Order]") -> None:
    with contextlib.suppress(OSError):
        for raw in heard:
            if raw.endswith(b"\n"):  # else it was cut off
                orders.put(decode(raw))  # type: ignore[arg-type]  # the server sends orders only
    # A computation in the main thread would go on for long; there is nothing to save.
    os._exit(0)


if __name__ == "__main__":
    main()
