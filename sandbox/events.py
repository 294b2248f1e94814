"""Numbered events for the chat page, kept for pages that reconnect."""

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

from sandbox.shapes import Json
from sandbox.signals import Closing

KEPT = 20_000


class Event(NamedTuple):
    """An event; None as bot or chat: it concerns all of them."""

    number: int
    name: str
    bot_id: int | None
    chat_id: int | None
    data: Json


class Events:
    """The newest `KEPT` events or more, and a signal for each new one."""

    def __init__(self, closing: Closing) -> None:
        self._events: list[Event] = []
        self.last = 0
        """The number of the newest event; 0 before the first."""
        self._closing = closing
        self.changed = closing.signal()

    def add(
        self, name: str, data: Json, *, bot_id: int | None = None, chat_id: int | None = None
    ) -> None:
        """Add an event and notify all waiting tasks."""
        self.last += 1
        self._events.append(Event(self.last, name, bot_id, chat_id, data))
        if len(self._events) >= 2 * KEPT:
            del self._events[:KEPT]
        self.changed.notify()

    def after(self, number: int, *, bot_id: int | None, chat_id: int | None) -> Iterator[Event]:
        """The events after *number* that concern this bot and chat (None: any)."""
        first = self.last - len(self._events) + 1
        for event in self._events[max(0, number + 1 - first) :]:
            is_of_bot = bot_id is None or event.bot_id in (None, bot_id)
            if is_of_bot and (chat_id is None or event.chat_id in (None, chat_id)):
                yield event

    async def wait(
        self, number: int, *, bot_id: int | None, chat_id: int | None, timeout_s: float
    ) -> None:
        """Wait for an event after *number*, at most *timeout_s* seconds."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + timeout_s
        while next(self.after(number, bot_id=bot_id, chat_id=chat_id), None) is None:
            if self._closing.is_set or clock() >= deadline:
                return
            await self.changed.wait(deadline - clock())
