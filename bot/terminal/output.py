"""How a command that takes its time speaks: lines for people, JSON lines for programs."""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from bot.terminal.console import one_line

TICK_S: Final = 0.25
"""How often the live line moves."""
_CLEAR: Final = "\r\x1b[K"
_SPINNER: Final = "|/-\\"


class Output:
    """Results go to standard output; the live line, and what is said beside them, to the other.

    With JSON, standard output holds one object a line and nothing else.
    """

    def __init__(self, *, is_json: bool) -> None:
        self._is_json = is_json
        self._is_live = sys.stderr.isatty()
        self._since = time.monotonic()
        self._progress = ""
        self._n_ticks = 0

    def line(self, text: str = "") -> None:
        """For people."""
        if not self._is_json:
            self._clear()
            print(text, flush=True)
            self._draw()

    def fact(self, kind: str, **fields: object) -> None:
        """For programs: in ASCII, whatever the terminal's encoding is."""
        if self._is_json:
            self._clear()
            print(json.dumps({"kind": kind} | fields, default=str), flush=True)
            self._draw()

    def aside(self, text: str) -> None:
        """For whoever looks, people and logs: never a result."""
        self._clear()
        print(text, file=sys.stderr, flush=True)
        self._draw()

    def progress(self, text: str) -> None:
        """How far it is: the line that moves; where nobody sees it move, a line for each change."""
        text = one_line(text)
        if text != self._progress and not self._is_live and not self._is_json:
            print(text, file=sys.stderr, flush=True)
        self._progress = text
        self._draw()

    @asynccontextmanager
    async def live(self, text: str) -> AsyncIterator[None]:
        """Keep the line moving meanwhile, so that people see that it is alive."""
        self._since = time.monotonic()
        self._progress = text  # not said where nothing moves: it tells nothing new yet
        self._draw()
        ticking = asyncio.create_task(self._tick(), name="live line")
        try:
            yield
        finally:
            ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ticking
            self._progress = ""
            self._clear()

    async def _tick(self) -> None:
        while self._is_live:
            await asyncio.sleep(TICK_S)
            self._n_ticks += 1
            self._draw()

    def _draw(self) -> None:
        if not self._is_live or not self._progress:
            return
        # A terminal such as that of `docker exec -t` tells no size.
        width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
        minutes, seconds = divmod(int(time.monotonic() - self._since), 60)
        sign = _SPINNER[self._n_ticks % len(_SPINNER)]
        text = f"{sign} {minutes}:{seconds:02} {self._progress}"
        print(_CLEAR + text[: width - 1], end="", file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self._is_live and self._progress:
            print(_CLEAR, end="", file=sys.stderr, flush=True)
