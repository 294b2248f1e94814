"""Who may use the bot: requests to join, removal, blocking."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from typing import Final

from bot.access.entities import AccessKind
from bot.access.request_store import JoinRequestStore
from bot.delivery.notifications import Notifications
from bot.domain.people import JoinRequest, Person, PersonProfile, RequestState
from bot.edge.people import People
from bot.errors import ButtonGone, PersonFixed
from bot.storage.database import Database, Transaction

DAY_S: Final = 86_400
ASK_EVERY_S: Final = DAY_S
"""Somebody without an answer may remind the admins after this time."""
DENIED_FOR_S: Final = 3 * DAY_S
"""After a denial or a removal, the person may ask again after this time."""
MOST_TOLD_A_DAY: Final = 20
"""Requests in a day that each admin gets a message about. Others are only on the list."""


class OutsideState(Enum):
    """Whether somebody who is not admitted may ask for access."""

    MAY_ASK = auto()
    WAITING = auto()
    """They have asked; an admin will decide."""
    DENIED = auto()
    """An admin denied or removed them less than `DENIED_FOR_S` ago."""
    BLOCKED = auto()
    """Only an admin can change that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideAccess:
    """What somebody outside can do."""

    state: OutsideState
    until: int = 0
    """When they may ask (again), Unix time; 0 where time changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Decisions about access, each in one transaction: of two at once the first counts."""

    database: Database
    people: People
    requests: JoinRequestStore
    notifications: Notifications
    on_removed: list[Callable[[int], None]] = field(default_factory=list)
    """Each is called with the id of a person whom an admin has removed."""

    async def outside_access(self, person_id: int, tx: Transaction | None = None) -> OutsideAccess:
        """What somebody who is not admitted can do."""
        now = int(time.time())
        known = await self.people.store.get(person_id, tx)
        if known is not None and known.is_blocked:
            return OutsideAccess(state=OutsideState.BLOCKED)
        request = await self.requests.latest(person_id, tx)
        if request is not None and request.state is RequestState.OPEN:
            until = request.asked_at + ASK_EVERY_S
            state = OutsideState.WAITING if until > now else OutsideState.MAY_ASK
            return OutsideAccess(state=state, until=until)
        refused_at = (known.removed_at if known else None) or 0
        if request is not None and request.state is RequestState.DENIED:
            refused_at = max(refused_at, request.decided_at or 0)
        until = refused_at + DENIED_FOR_S
        if until > now:
            return OutsideAccess(state=OutsideState.DENIED, until=until)
        return OutsideAccess(state=OutsideState.MAY_ASK)

    async def ask(self, person: Person, *, name: str) -> OutsideAccess:
        """Ask the admins to let in somebody outside, if they may ask.

        *name* is how the admins will know them: names and @username. Returns what they can do then.
        """

        async def work(tx: Transaction) -> OutsideAccess:
            access = await self.outside_access(person.id, tx)
            if access.state is not OutsideState.MAY_ASK:
                return access
            now = int(time.time())
            request_id = await self.requests.ask(tx, person.id, name=name, now=now)
            if await self.requests.n_told(tx, since=now - DAY_S) < MOST_TOLD_A_DAY:
                await self.requests.told(tx, request_id, now=now)
                kind, key = AccessKind.REQUEST, f"join:{request_id}:{now}"
            else:
                kind, key = AccessKind.FLOOD, f"join:flood:{now // DAY_S}"
            await self.notifications.tell_admins(tx, kind, {"request_id": request_id}, key=key)
            return OutsideAccess(state=OutsideState.WAITING, until=now + ASK_EVERY_S)

        return await self.database.write(work)

    async def decide(self, request_id: int, *, is_admitted: bool, by: int) -> JoinRequest:
        """Decide a request unless it is decided already; returns the request as it is then.

        Raises:
            ButtonGone: there is no such request.
        """
        state = RequestState.ADMITTED if is_admitted else RequestState.DENIED
        kind = AccessKind.ADMITTED if is_admitted else AccessKind.DENIED

        async def work(tx: Transaction) -> JoinRequest | None:
            now = int(time.time())
            is_first = await self.requests.decide(tx, request_id, state, by=by, now=now)
            request = await self.requests.get(request_id, tx)
            if is_first and request is not None:
                if is_admitted:
                    await self.people.store.admit(tx, request.person_id, by=by, now=now)
                await self._tell(tx, request.person_id, kind, key=f"join:{request_id}")
            return request

        request = await self.database.write(work)
        if request is None:
            raise ButtonGone
        return request

    async def admit(self, person_id: int, *, by: int) -> None:
        """Let a known person in, blocked or not. People from the settings are in anyway."""
        if self.people.is_fixed(person_id):
            return

        async def work(tx: Transaction) -> None:
            now = int(time.time())
            if await self.people.store.admit(tx, person_id, by=by, now=now):
                await self.requests.close_open(tx, person_id, RequestState.ADMITTED, by=by, now=now)
                await self._tell(tx, person_id, AccessKind.ADMITTED, key=f"admitted:{now}")

        await self.database.write(work)

    async def remove(self, profile: PersonProfile) -> None:
        """Take a person's access away, from this moment on.

        Raises:
            PersonFixed: they come from the settings.
        """
        person_id = profile.person.id
        if profile.is_fixed:
            raise PersonFixed(name=profile.person.name)

        async def work(tx: Transaction) -> None:
            now = int(time.time())
            if await self.people.store.remove(tx, person_id, now=now):
                await self._tell(tx, person_id, AccessKind.CLOSED, key=f"removed:{now}")
                for call in self.on_removed:
                    tx.after_commit(partial(call, person_id))

        await self.database.write(work)

    async def block(self, person_id: int, *, is_blocked: bool, by: int) -> None:
        """Stop somebody outside from asking, or let them ask again."""
        if self.people.is_fixed(person_id):
            return

        async def work(tx: Transaction) -> None:
            now = int(time.time())
            await self.people.store.block(tx, person_id, is_blocked=is_blocked, now=now)
            if is_blocked:
                await self.requests.close_open(tx, person_id, RequestState.DENIED, by=by, now=now)

        await self.database.write(work)

    async def _tell(self, tx: Transaction, person_id: int, kind: AccessKind, *, key: str) -> None:
        await self.notifications.tell(tx, person_id, kind, {}, key=key)
