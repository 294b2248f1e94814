"""What a long-running command prints: lines for people, or JSON lines for programs."""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, TextIO

from bot.terminal.console import one_line

TICK_S: Final = 0.25
"""How often the live line moves."""
_CLEAR: Final = "\r\x1b[K"
_SPINNER: Final = "|/-\\"


class Output:
    """Results go to standard output, the live line and remarks to standard error.

    With JSON, standard output holds one object per line and nothing else.
    """

    def __init__(self, *, is_json: bool) -> None:
        self._is_json = is_json
        self._is_live = sys.stderr.isatty()
        self._since = time.monotonic()
        self._progress = ""
        self._n_ticks = 0

    def line(self, text: str = "") -> None:
        """Print a result for people."""
        if not self._is_json:
            self._print(text)

    def fact(self, kind: str, **fields: object) -> None:
        """Print a result for programs, in ASCII, whatever the terminal's encoding is."""
        if self._is_json:
            self._print(json.dumps({"kind": kind} | fields, default=str))

    def aside(self, text: str) -> None:
        """Print a remark for people and logs; it is never a result."""
        self._print(text, sys.stderr)

    def progress(self, text: str) -> None:
        """Show progress in the live line; without a terminal, print a line for each change."""
        text = one_line(text)
        if text != self._progress and not self._is_live and not self._is_json:
            print(text, file=sys.stderr, flush=True)
        self._progress = text
        self._draw()

    @asynccontextmanager
    async def live(self, text: str) -> AsyncIterator[None]:
        """Keep the live line moving during the block, so that people see that it works."""
        self._since = time.monotonic()
        self._progress = text  # not printed without a terminal: it says nothing new yet
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

    def _print(self, text: str, stream: TextIO | None = None) -> None:
        self._clear()
        print(text, file=stream, flush=True)
        self._draw()

    async def _tick(self) -> None:
        while self._is_live:
            await asyncio.sleep(TICK_S)
            self._n_ticks += 1
            self._draw()

    def _draw(self) -> None:
        if not self._is_live or not self._progress:
            return
        # The terminal of `docker exec -t`, for instance, has size 0.
        width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
        minutes, seconds = divmod(int(time.monotonic() - self._since), 60)
        sign = _SPINNER[self._n_ticks % len(_SPINNER)]
        text = f"{sign} {minutes}:{seconds:02} {self._progress}"
        print(_CLEAR + text[: width - 1], end="", file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self._is_live and self._progress:
            print(_CLEAR, end="", file=sys.stderr, flush=True)
