"""Event loops whose time does not keep a test waiting.

A test folder names them in its conftest (`pytest_asyncio_loop_factories`); a module of tests picks
another one with `LOOP = VirtualLoop`.
"""

import asyncio
import mmap
import selectors
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

SPEED = 50
"""Seconds of a `HurriedLoop` in one of ours."""
PATIENCE_S = 60.0
"""Real seconds after which what was waited for will not come any more."""


class HurriedLoop(asyncio.SelectorEventLoop):
    """Its time runs faster than ours; for code whose work goes to threads and disks."""

    def __init__(self) -> None:
        super().__init__(_Hurried())

    def time(self) -> float:
        return super().time() * SPEED


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its time stands still while there is something to do, and jumps when all sleep.

    For code that waits for nothing but time and other tasks: what happens when is exact.
    """

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        return self.now


class LedLoop(asyncio.SelectorEventLoop):
    """Its time is ours, and as far ahead as a `Lead` says; for a whole process."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._lead = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
        super().__init__(_Watchful())

    def time(self) -> float:
        ahead_s: float = struct.unpack("d", self._lead)[0]
        return super().time() + ahead_s


class Lead:
    """How far ahead the time of another process is, in a file that both have open."""

    def __init__(self, path: Path) -> None:
        self.path, self._ahead_s = path, 0.0
        self.skip(0)

    def skip(self, seconds: float) -> None:
        """All that waits for a moment of the next *seconds* there goes on."""
        self._ahead_s += seconds
        with self.path.open("r+b" if self.path.exists() else "wb") as file:
            file.write(struct.pack("d", self._ahead_s))

    @asynccontextmanager
    async def hurry(self, times: float = 30) -> AsyncIterator[None]:
        """Let that time run so much faster during the block, in leaps: calls fit in between."""

        async def run() -> None:
            while True:
                await asyncio.sleep(0.2)
                self.skip(0.2 * (times - 1))

        running = asyncio.create_task(run())
        try:
            yield
        finally:
            running.cancel()


Test = TypeVar("Test", bound=Callable[..., Any])


def in_real_time(test: Test) -> Test:
    """For a test of how long something is waited for at most, which hurry would decide."""
    test.loop = asyncio.SelectorEventLoop  # type: ignore[attr-defined]
    return test


class _Hurried(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> Any:
        return super().select(None if timeout is None else timeout / SPEED)


class _Watchful(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> Any:
        return super().select(0.03 if timeout is None else min(timeout, 0.03))


class _Jumping(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            return super().select(PATIENCE_S)
        ready = super().select(0)
        if not ready and timeout > 0:
            self._loop.now += timeout
        return ready


def now() -> float:
    """The time of the running loop, seconds."""
    return asyncio.get_running_loop().time()


async def until(condition: Callable[[], Any], what: str = "") -> Any:
    """Wait until *condition*, which may be a coroutine function, says yes; return what it says."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = condition()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what or 'what was waited for'} did not come")
        await asyncio.sleep(0.05)


async def settle() -> None:
    """Let every task that can run without waiting for time do so."""
    for _ in range(50):
        await asyncio.sleep(0)
