"""The answers that are being made just now, and the wish to hear no more of one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakValueDictionary


@dataclass(frozen=True, slots=True)
class _Generation:
    request_id: int
    limit: asyncio.Timeout


@dataclass(slots=True, weakref_slot=True, eq=False)
class Generation:
    """How an answer came to its end."""

    is_stopped: bool = False
    """The person had heard enough."""
    is_unwelcome: bool = False
    """Nothing of it may be kept, though it may be whole by now."""


@dataclass(frozen=True, slots=True)
class Generations:
    """At most one a chat, because a chat is answered in order."""

    _running: dict[int, _Generation] = field(default_factory=dict)
    _unwanted: dict[int, int] = field(default_factory=dict)
    """Chat -> request whose answer was to be stopped before it began."""
    _newest: WeakValueDictionary[int, Generation] = field(default_factory=WeakValueDictionary)
    """By chat; an answer that has ended is there until it is stored."""

    @asynccontextmanager
    async def stoppable(self, chat_id: int, request_id: int) -> AsyncIterator[Generation]:
        """Make an answer: `stop` interrupts what is inside of this and nothing else."""
        generation = self._newest[chat_id] = Generation()
        limit = asyncio.timeout(None)
        try:
            async with limit:
                self._running[chat_id] = _Generation(request_id, limit)
                if self._unwanted.pop(chat_id, None) == request_id:
                    _interrupt(limit)
                try:
                    yield generation
                finally:
                    del self._running[chat_id]
        except TimeoutError:
            if not limit.expired():
                raise
            generation.is_stopped = True

    def stop(self, chat_id: int, request_id: int) -> None:
        """End the chat's answer to that request at once, or when it begins."""
        running = self._running.get(chat_id)
        if running is not None and running.request_id == request_id:
            _interrupt(running.limit)
        else:
            self._unwanted[chat_id] = request_id

    def end(self, chat_id: int) -> None:
        """End whatever answer the chat is getting, and keep nothing of it.

        The person may not come in any more, or has just deleted all their words.
        """
        if chat_id in self._newest:
            self._newest[chat_id].is_unwelcome = True
        if chat_id in self._running:
            _interrupt(self._running[chat_id].limit)


def _interrupt(limit: asyncio.Timeout) -> None:
    if limit.when() is None:  # else it was stopped already, by a double tap say
        limit.reschedule(0)
