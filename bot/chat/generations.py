"""The answers that models are giving at this moment, and how to stop one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary, WeakValueDictionary


@dataclass(slots=True, weakref_slot=True, eq=False)
class Generation:
    """How an answer ended."""

    is_stopped: bool = False
    """The person stopped it."""
    is_unwelcome: bool = False
    """Nothing of it may be stored, although it may be whole already."""


@dataclass(frozen=True, slots=True)
class Generations:
    """At most one for each chat: another one waits until it has ended."""

    _running: dict[int, tuple[int, asyncio.Timeout]] = field(default_factory=dict)
    """Chat -> (request, what interrupts its answer)."""
    _unwanted: dict[int, int] = field(default_factory=dict)
    """Chat -> request whose answer the person stopped before it began."""
    _chats: WeakKeyDictionary[Generation, int] = field(default_factory=WeakKeyDictionary)
    """Answer -> chat; an answer that has ended stays until it is stored."""
    _locks: WeakValueDictionary[int, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """By chat, as long as somebody holds or awaits it. Who waits first is first."""

    @asynccontextmanager
    async def stoppable(self, chat_id: int, request_id: int) -> AsyncIterator[Generation]:
        """Run the `async with` block as an answer: `stop` interrupts it, and nothing else."""
        generation, limit = Generation(), asyncio.timeout(None)
        self._chats[generation] = chat_id
        lock = self._locks.setdefault(chat_id, asyncio.Lock())
        try:
            async with lock, limit:
                self._running[chat_id] = request_id, limit
                is_unwanted = self._unwanted.pop(chat_id, None) == request_id
                if is_unwanted or generation.is_unwelcome:
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
        running_id, limit = self._running.get(chat_id, (None, None))
        if limit is not None and running_id == request_id:
            _interrupt(limit)
        else:
            self._unwanted[chat_id] = request_id

    def end(self, chat_id: int) -> None:
        """End every answer in the chat, and keep nothing of it.

        It is for a person who has lost access, or who has just deleted all their words.
        """
        for generation, its_chat in self._chats.items():
            if its_chat == chat_id:
                generation.is_unwelcome = True
        if chat_id in self._running:
            _interrupt(self._running[chat_id][1])


def _interrupt(limit: asyncio.Timeout) -> None:
    if limit.when() is None:  # else it is stopped already, for example by a double tap
        limit.reschedule(0)
