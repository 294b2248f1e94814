"""Event loops whose time does not keep a test waiting.

A test folder names them in its conftest (`pytest_asyncio_loop_factories`); a module of tests picks
another one with `LOOP = VirtualLoop`.
"""

import asyncio
import selectors
import time
from collections.abc import Awaitable, Callable
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


Test = TypeVar("Test", bound=Callable[..., Any])


def in_real_time(test: Test) -> Test:
    """For a test of how long something is waited for at most, which hurry would decide."""
    test.loop = asyncio.SelectorEventLoop  # type: ignore[attr-defined]
    return test


class _Hurried(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> Any:
        return super().select(None if timeout is None else timeout / SPEED)


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
