"""Background work: in order for each key, and no key waits for another."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

RETRY_DELAY_S = 5.0
CLEAN_UP_S = 0.5
"""Seconds that cancelled work has for its clean-up."""

Key = TypeVar("Key", bound=Hashable)

_logger = logging.getLogger(__name__)


class Workers(Generic[Key]):
    """One task per key while that key has work; a producer only calls `wake`.

    *drain* does all work that the database has for its key, and then returns. A wake during that
    makes it look once more, so no work is overlooked. An exception is a bug: it is logged, and
    the same key is tried again a little later.
    """

    def __init__(self, name: str, drain: Callable[[Key], Awaitable[None]]) -> None:
        self._name = name
        self._drain = drain
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._again: set[Key] = set()
        self._is_closed = False

    def wake(self, key: Key) -> None:
        """Make sure that the work of *key* is looked at."""
        if self._is_closed:
            return
        self._again.add(key)
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
        try:
            while key in self._again and not self._is_closed:
                self._again.discard(key)
                await self._drain_once(key)
        finally:
            del self._tasks[key]

    async def _drain_once(self, key: Key) -> None:
        try:
            await self._drain(key)
        except Exception:
            _logger.exception("%s %s failed; trying again in %s s", self._name, key, RETRY_DELAY_S)
            self._again.add(key)
            await asyncio.sleep(RETRY_DELAY_S)
