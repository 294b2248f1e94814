"""Handles the inbox: the lanes of a chat each work in order, and none waits for another.

A handler only says what it will change. One transaction then stores its effects, puts its
messages into the outbox and marks the update as done. If the process dies before the commit, the
update is handled again; if it dies after, it is done.
"""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.delivery.absence import LATE_S, Absence
from bot.delivery.backlog import Backlog, backlog
from bot.delivery.inbox_store import BUSY, InboxRow, InboxStore, Incoming
from bot.delivery.joining import MOST_PARTS, together, wait_s
from bot.delivery.rate_limits import GivesWay, nobody
from bot.delivery.routing import Lane, LaneNames, route_all
from bot.domain import JsonDict
from bot.runtime.workers import Workers
from bot.storage.database import Database, Transaction

MOST_ATTEMPTS = 3
MOST_WAITING = 30
"""Updates of one lane that may wait; further ones are refused with a message."""
RETRY_DELAY_S = 1.0
PATIENT_AT_ONCE = 8
"""Lanes that work on what came late, and for strangers: others do not wait for all of them."""
CATCHES_UP_S = 60.0
"""What Telegram held for the bot has come when nothing has for so long."""

Work = Callable[[Transaction], Awaitable[None]]
"""Stores what a handled update changes, apart from marking it as done."""
_ChatLane = tuple[int, str]
"""A chat id and a lane."""

_logger = logging.getLogger(__name__)


Look = Callable[[InboxRow], Awaitable[Work | None]]
"""Looks at an update in the transaction that stores it, before any lane handles it.

It returns what there is to store with the update, if anything.
"""


class Handle(Protocol):
    """Handles an update and returns what it changes; exceptions are unexpected failures."""

    async def __call__(self, row: InboxRow, *, is_replay: bool) -> Work:
        """*is_replay*: an earlier process or try may have shown a part of the answer."""
        ...


def _patient_turns() -> asyncio.Semaphore:
    return asyncio.Semaphore(PATIENT_AT_ONCE)


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
    admin_ids: Collection[int] | None = None
    """People whose files are datasets; None: everybody."""
    absence: Absence | None = None
    """Knows what was made while the bot was away; None: nothing was."""
    looks: Sequence[Look] = ()
    """Called for each new update, in this order."""
    gives_way: GivesWay = nobody
    """Whether only a few such chats are worked for at once."""
    _workers: Workers[_ChatLane] = field(init=False)
    _interrupted: set[_ChatLane] = field(init=False, default_factory=set)
    _arrivals: dict[_ChatLane, asyncio.Event] = field(init=False, default_factory=dict)
    """By lane that waits for more parts of a message: set when something arrives."""
    _arrived_at: dict[_ChatLane, float] = field(init=False, default_factory=dict)
    """When something arrived last, by the loop's clock; for what an earlier process left, now."""
    _is_behind: bool = field(init=False)
    """Telegram may hold more of what was made while the bot was away: it waits for all of it."""
    _late_turns: asyncio.Semaphore = field(init=False, default_factory=_patient_turns)
    _strangers_turns: asyncio.Semaphore = field(init=False, default_factory=_patient_turns)
    _accepted_at: float = field(init=False, default=0)
    """When updates came last, by the loop's clock."""

    def __post_init__(self) -> None:
        self._workers = Workers("lane", self._drain)
        self._is_behind = self.absence is not None

    async def start(self) -> None:
        """Handle the updates that an earlier process left."""
        self._accepted_at = asyncio.get_running_loop().time()
        before = int(time.time()) - LATE_S
        await self.database.write(lambda tx: self.store.mark_late(tx, before=before))
        waiting = await self.store.waiting()
        self._interrupted = set(waiting)
        for lane in waiting:
            self._workers.wake(lane)

    async def close(self) -> None:
        """Stop at once; the next start handles what is not done."""
        await self._workers.close()

    async def accept(self, updates: Sequence[JsonDict]) -> None:
        """Commit updates as Telegram sent them, then wake their lanes; none: there is nothing."""
        self._accepted_at = asyncio.get_running_loop().time()
        if self.absence is not None and not updates:
            await self.absence.heard_nothing()
            self._catch_up()
        if not updates:
            return
        late, is_all = await self.absence.late_in(updates) if self.absence else (set(), True)
        incoming = [
            replace(each, is_late=each.update_id in late)
            for each in route_all(updates, self.names, self.admin_ids)
        ]
        new = await self.database.write(lambda tx: self._take(tx, incoming, is_all=is_all))
        if is_all:
            self._catch_up()
        for row in new:
            lane = row.chat_id, row.lane
            self._arrived_at[lane] = asyncio.get_running_loop().time()
            if lane in self._arrivals and not (row.is_late and self._is_behind):
                self._arrivals[lane].set()
            self._workers.wake(lane)

    def _catch_up(self) -> None:
        """Telegram holds no more: the lanes that wait for that go on."""
        self._is_behind = False
        for arrived in self._arrivals.values():
            arrived.set()

    async def _take(
        self, tx: Transaction, incoming: Sequence[Incoming], *, is_all: bool
    ) -> list[InboxRow]:
        if self.absence is not None and is_all:
            await self.absence.heard(tx)
        new = await self.store.add(
            tx, self.bot_id, incoming, now=int(time.time()), most_waiting=MOST_WAITING
        )
        for row in new:
            await self._look_at(tx, row)
        return new

    async def _look_at(self, tx: Transaction, row: InboxRow) -> None:
        """What goes wrong here must not keep updates from being stored. The log gets no words."""
        for look in self.looks:
            try:
                if (work := await look(row)) is not None:
                    async with tx.undone_alone():
                        await work(tx)
            except Exception as exc:
                _logger.error("Update %s was not looked at (%s)", row.id, type(exc).__name__)

    async def _drain(self, lane: _ChatLane) -> None:
        while (found := await self._next(lane)).handled:
            is_replay = lane in self._interrupted or found.handled[0].attempts > 0
            self._interrupted.discard(lane)
            async with await self._turn(found.handled[0]):
                await self._process(found, is_replay=is_replay)

    async def _turn(self, row: InboxRow) -> AbstractAsyncContextManager[None]:
        if row.is_late:
            return self._late_turns
        if await self.gives_way(row.chat_id):
            return self._strangers_turns
        return contextlib.nullcontext()

    async def _next(self, lane: _ChatLane) -> Backlog:
        """The oldest update and those that belong to it, as soon as no other may follow."""
        self._arrivals[lane] = arrived = asyncio.Event()
        try:
            while True:
                arrived.clear()
                rows = await self.store.first(*lane, limit=MOST_PARTS)
                found = _joined(rows)
                is_late = bool(rows) and rows[0].is_late
                if is_late:
                    rest_s = self._behind_s()
                else:
                    rest_s = self._rest_s(lane, found) if len(found) == len(rows) else 0
                if rest_s <= 0 or not (await _is_set_within(arrived, rest_s) or is_late):
                    break
        finally:
            del self._arrivals[lane]
        if is_late:
            return backlog(await self.store.late(*lane), is_talk=lane[1] != Lane.OTHER)
        return Backlog(handled=found, left=[])

    def _behind_s(self) -> float:
        """For how long updates may still come that were made while the bot was away."""
        if not self._is_behind:
            return 0
        return CATCHES_UP_S - (asyncio.get_running_loop().time() - self._accepted_at)

    def _rest_s(self, lane: _ChatLane, rows: Sequence[InboxRow]) -> float:
        """For how long something may still come that belongs to these, the lane's only updates."""
        if not rows or lane[1] == BUSY or len(rows) == MOST_PARTS:
            return 0
        now = asyncio.get_running_loop().time()
        age_s = now - self._arrived_at.setdefault(lane, now)
        return wait_s(rows[-1].message, is_talk=lane[1] == Lane.TALK) - age_s

    async def _process(self, found: Backlog, *, is_replay: bool) -> None:
        rows, leaves = found.handled, bool(found.left)
        parts = {each.id: each.payload for each in rows[1:]}
        row = replace(rows[0], parts=tuple(parts.values()), part_ids=tuple(parts), leaves=leaves)
        try:
            if row.lane == BUSY:
                work = await self.turn_away(row)
            else:
                work = await self.handle(row, is_replay=is_replay)
            await self._finish(rows, work, is_dead=False, left=found.left)
        except Exception:
            incident = secrets.token_hex(3)
            attempt = row.attempts + 1
            _logger.exception("Incident %s: update %s failed, try %s", incident, row.id, attempt)
            if attempt < MOST_ATTEMPTS:
                await self.database.write(lambda tx: self.store.failed(tx, row.id))
                await asyncio.sleep(RETRY_DELAY_S * attempt)
            else:
                await self._give_up(rows, incident)

    async def _give_up(self, rows: Sequence[InboxRow], incident: str) -> None:
        """Mark the update as dead, with an apology; if that fails too, without a message."""
        try:
            await self._finish(rows, await self.apologise(rows[0], incident), is_dead=True)
        except Exception:
            _logger.exception("Incident %s: no apology for update %s", incident, rows[0].id)
            await self._finish(rows, None, is_dead=True)

    async def _finish(
        self,
        rows: Sequence[InboxRow],
        work: Work | None,
        *,
        is_dead: bool,
        left: Sequence[InboxRow] = (),
    ) -> None:
        now, ids = int(time.time()), [row.id for row in rows]

        async def everything(tx: Transaction) -> None:
            if work is not None:
                await work(tx)
            if len(ids) > 1:
                await self.store.joined(tx, ids)
            await self.store.done(tx, ids, now=now, is_dead=is_dead)
            await self.store.done(tx, [row.id for row in left], now=now)

        await self.database.write(everything)


def _joined(rows: Sequence[InboxRow]) -> list[InboxRow]:
    """The first of these successive updates, and those that belong to it; none of none."""
    if not rows or rows[0].lane == BUSY:
        return list(rows[:1])
    is_talk = rows[0].lane == Lane.TALK
    return list(rows[: together([row.message for row in rows], is_talk=is_talk)])


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await event.wait()
    return False
