"""Letting people in and out: requests to join, removal, blocking."""

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
"""Who has no answer yet may remind the admins after this time."""
DENIED_FOR_S: Final = 3 * DAY_S
"""Who was denied or removed may ask again after this time."""
MOST_TOLD_A_DAY: Final = 20
"""Requests that each admin gets a message about in a day; the others are only listed."""


class OutsideState(Enum):
    """Whether somebody who is not admitted may ask for access."""

    MAY_ASK = auto()
    WAITING = auto()
    """They have asked; an admin will decide."""
    DENIED = auto()
    """Denied or removed, not long ago."""
    BLOCKED = auto()
    """Only an admin can change that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideAccess:
    """What somebody outside can do."""

    door: OutsideState
    until: int = 0
    """When they may ask (again), Unix time; 0 where time changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Decisions about who comes in. Each is one transaction: of two at once the first decides."""

    database: Database
    people: People
    requests: JoinRequestStore
    notifications: Notifications
    on_removed: list[Callable[[int], None]] = field(default_factory=list)
    """Each is called with the id of a person who may not use the bot any more."""

    async def standing(self, person_id: int, tx: Transaction | None = None) -> OutsideAccess:
        """What somebody who is not admitted can do."""
        now = int(time.time())
        known = await self.people.store.get(person_id, tx)
        if known is not None and known.is_blocked:
            return OutsideAccess(door=OutsideState.BLOCKED)
        request = await self.requests.latest(person_id, tx)
        if request is not None and request.state is RequestState.OPEN:
            until = request.asked_at + ASK_EVERY_S
            return OutsideAccess(
                door=OutsideState.WAITING if until > now else OutsideState.MAY_ASK, until=until
            )
        refused_at = (known.removed_at if known else None) or 0
        if request is not None and request.state is RequestState.DENIED:
            refused_at = max(refused_at, request.decided_at or 0)
        until = refused_at + DENIED_FOR_S
        if until > now:
            return OutsideAccess(door=OutsideState.DENIED, until=until)
        return OutsideAccess(door=OutsideState.MAY_ASK)

    async def ask(self, person: Person, *, name: str) -> OutsideAccess:
        """Ask the admins to let the person in, if they may ask; what they can do then.

        Args:
            person: Somebody who is not admitted.
            name: How the admins will know them: names and @username.
        """

        async def work(tx: Transaction) -> OutsideAccess:
            standing = await self.standing(person.id, tx)
            if standing.door is not OutsideState.MAY_ASK:
                return standing
            now = int(time.time())
            request_id = await self.requests.ask(tx, person.id, name=name, now=now)
            if await self.requests.n_told(tx, since=now - DAY_S) < MOST_TOLD_A_DAY:
                await self.requests.told(tx, request_id, now=now)
                await self._tell_admins(
                    tx, AccessKind.REQUEST, request_id, key=f"{request_id}:{now}"
                )
            else:
                await self._tell_admins(
                    tx, AccessKind.FLOOD, request_id, key=f"flood:{now // DAY_S}"
                )
            return OutsideAccess(door=OutsideState.WAITING, until=now + ASK_EVERY_S)

        return await self.database.write(work)

    async def decide(self, request_id: int, *, is_admitted: bool, by: int) -> JoinRequest:
        """Decide a request, unless it is decided; what stands now.

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
        """Let somebody in whom we know, blocked or not; people of the settings are in anyway."""
        if self.people.is_fixed(person_id):
            return

        async def work(tx: Transaction) -> None:
            now = int(time.time())
            if await self.people.store.admit(tx, person_id, by=by, now=now):
                await self.close_request(tx, person_id, RequestState.ADMITTED, by=by)
                await self._tell(tx, person_id, AccessKind.ADMITTED, key=f"admitted:{now}")

        await self.database.write(work)

    async def remove(self, profile: PersonProfile) -> None:
        """Let them in no more, from this moment on.

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
        """Let somebody outside not even ask, or let them ask again."""
        if self.people.is_fixed(person_id):
            return

        async def work(tx: Transaction) -> None:
            now = int(time.time())
            await self.people.store.block(tx, person_id, is_blocked=is_blocked, now=now)
            if is_blocked:
                await self.close_request(tx, person_id, RequestState.DENIED, by=by)

        await self.database.write(work)

    async def close_request(
        self, tx: Transaction, person_id: int, state: RequestState, *, by: int
    ) -> None:
        """What the person asked for was decided in another way."""
        await self.requests.close_open(tx, person_id, state, by=by, now=int(time.time()))

    async def _tell_admins(
        self, tx: Transaction, kind: AccessKind, request_id: int, *, key: str
    ) -> None:
        await self.notifications.tell_admins(
            tx, kind, {"request_id": request_id}, key=f"join:{key}"
        )

    async def _tell(self, tx: Transaction, person_id: int, kind: AccessKind, *, key: str) -> None:
        await self.notifications.tell(tx, person_id, kind, {}, key=key)
