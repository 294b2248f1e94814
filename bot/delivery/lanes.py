"""Handles the inbox: the lanes of a chat each work in order, and none waits for another.

A handler only says what it will change. One transaction then stores its effects, puts its
messages into the outbox and marks the update as done. If the process dies before the commit, the
update is handled again; if it dies after, it is done.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.delivery.inbox_store import BUSY, InboxRow, InboxStore
from bot.delivery.routing import LaneNames, route_all
from bot.domain import JsonDict
from bot.runtime.workers import Workers
from bot.storage.database import Database, Transaction

MOST_ATTEMPTS = 3
MOST_WAITING = 30
"""Updates of one lane that may wait; further ones are refused with a message."""
RETRY_DELAY_S = 1.0

Work = Callable[[Transaction], Awaitable[None]]
"""Stores what a handled update changes, apart from marking it as done."""
_ChatLane = tuple[int, str]
"""A chat id and a lane."""

_logger = logging.getLogger(__name__)


class Handle(Protocol):
    """Handles an update and returns what it changes; exceptions are unexpected failures."""

    async def __call__(self, row: InboxRow, *, is_replay: bool) -> Work:
        """*is_replay*: an earlier process or try may have shown a part of the answer."""
        ...


@dataclass(slots=True, kw_only=True)
class Lanes:
    """Takes updates in and handles them."""

    database: Database
    store: InboxStore
    bot_id: int
    names: LaneNames
    handle: Handle
    apologise: Callable[[InboxRow, str], Awaitable[Work]]
    """(update, incident code) -> the apology for an update that failed for good."""
    turn_away: Callable[[InboxRow], Awaitable[Work]]
    """The message for a chat whose lane is full."""
    _workers: Workers[_ChatLane] = field(init=False)
    _interrupted: set[_ChatLane] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._workers = Workers("lane", self._drain)

    async def start(self) -> None:
        """Handle the updates that an earlier process left."""
        waiting = await self.store.waiting()
        self._interrupted = set(waiting)
        for lane in waiting:
            self._workers.wake(lane)

    async def close(self) -> None:
        """Stop at once; the next start handles what is not done."""
        await self._workers.close()

    async def accept(self, updates: Sequence[JsonDict]) -> None:
        """Commit updates as Telegram sent them, then wake their lanes."""
        incoming = route_all(updates, self.names)
        now = int(time.time())
        new = await self.database.write(
            lambda tx: self.store.add(tx, self.bot_id, incoming, now=now, most_waiting=MOST_WAITING)
        )
        for update in new:
            self._workers.wake((update.chat_id, update.lane))

    async def _drain(self, lane: _ChatLane) -> None:
        while (row := await self.store.head(*lane)) is not None:
            is_replay = lane in self._interrupted or row.attempts > 0
            self._interrupted.discard(lane)
            await self._process(row, is_replay=is_replay)

    async def _process(self, row: InboxRow, *, is_replay: bool) -> None:
        try:
            if row.lane == BUSY:
                work = await self.turn_away(row)
            else:
                work = await self.handle(row, is_replay=is_replay)
            await self._finish(row, work, is_dead=False)
        except Exception:
            incident = secrets.token_hex(3)
            attempt = row.attempts + 1
            _logger.exception("Incident %s: update %s failed, try %s", incident, row.id, attempt)
            if attempt < MOST_ATTEMPTS:
                await self.database.write(lambda tx: self.store.failed(tx, row.id))
                await asyncio.sleep(RETRY_DELAY_S * attempt)
            else:
                await self._give_up(row, incident)

    async def _give_up(self, row: InboxRow, incident: str) -> None:
        """Mark the update as dead, with an apology; if that fails too, without a message."""
        try:
            await self._finish(row, await self.apologise(row, incident), is_dead=True)
        except Exception:
            _logger.exception("Incident %s: no apology for update %s", incident, row.id)
            await self._finish(row, None, is_dead=True)

    async def _finish(self, row: InboxRow, work: Work | None, *, is_dead: bool) -> None:
        now = int(time.time())

        async def everything(tx: Transaction) -> None:
            if work is not None:
                await work(tx)
            await self.store.done(tx, row.id, now=now, is_dead=is_dead)

        await self.database.write(everything)
