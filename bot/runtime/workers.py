"""Background work: in order for each key, and no key waits for another."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from typing import Generic, TypeVar

from bot.runtime.backoff import backoff

RETRY_DELAY_S = 5.0
LONGEST_DELAY_S = 60.0
"""Each further pause after failures is twice as long, up to this; a wake ends it earlier."""
CLEAN_UP_S = 0.5
"""Seconds that cancelled work has for its clean-up."""

Key = TypeVar("Key", bound=Hashable)

_logger = logging.getLogger(__name__)


class Workers(Generic[Key]):
    """One task per key while that key has work; a producer only calls `wake`.

    *drain* does all work that the database has for its key, and then returns. A wake during that
    makes it look once more, so no work is overlooked. An exception is a bug, or a full disk: it is
    logged, and the same key is tried again later, with growing pauses.
    """

    def __init__(self, name: str, drain: Callable[[Key], Awaitable[None]]) -> None:
        self._name = name
        self._drain = drain
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._again: set[Key] = set()
        self._pausing: dict[Key, asyncio.Event] = {}
        """After a failure; set by a wake."""
        self._is_closed = False

    def wake(self, key: Key) -> None:
        """Make sure that the work of *key* is looked at."""
        if self._is_closed:
            return
        self._again.add(key)
        if (pausing := self._pausing.get(key)) is not None:
            pausing.set()
        if key not in self._tasks:
            self._tasks[key] = asyncio.create_task(self._run(key), name=f"{self._name} {key}")

    async def idle(self, key: Key) -> None:
        """Wait until no task of *key* runs."""
        while (task := self._tasks.get(key)) is not None:
            await asyncio.wait([task])

    async def close(self, *, grace_s: float = 0) -> None:
        """Take no more work, give running tasks *grace_s* seconds to end, then cancel them."""
        self._is_closed = True
        tasks = list(self._tasks.values())
        if tasks and grace_s:
            await asyncio.wait(tasks, timeout=grace_s)
        for task in tasks:
            task.cancel()
        if tasks:
            _, held_up = await asyncio.wait(tasks, timeout=CLEAN_UP_S)
            for task in held_up:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, key: Key) -> None:
        pauses = backoff(RETRY_DELAY_S, LONGEST_DELAY_S)
        try:
            while key in self._again and not self._is_closed:
                self._again.discard(key)
                try:
                    await self._drain(key)
                    pauses = backoff(RETRY_DELAY_S, LONGEST_DELAY_S)
                except Exception:
                    pause_s = next(pauses)
                    message = "%s %s failed; trying again in %s s"
                    _logger.exception(message, self._name, key, pause_s)
                    await self._pause(key, pause_s)
        finally:
            del self._tasks[key]

    async def _pause(self, key: Key, pause_s: float) -> None:
        """New work ends a long pause, but never comes sooner than after the shortest one."""
        self._again.add(key)
        woken = self._pausing[key] = asyncio.Event()
        try:
            await asyncio.sleep(RETRY_DELAY_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s - RETRY_DELAY_S):
                    await woken.wait()
        finally:
            del self._pausing[key]
