"""A person in danger calls for the people of the team."""

import time
from dataclasses import asdict, dataclass
from typing import Final

from bot.delivery.notifications import Notifications
from bot.domain.people import Urgency
from bot.safety.entities import Call, SafetyKind
from bot.safety.store import DangerStore
from bot.storage.database import Database, Transaction

CALL_EVERY_S: Final = 600
"""A person's next call rings after so many seconds."""
SHOWN_S: Final = 86_400
"""Admins may read the marked messages of so many seconds before a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Only a call shows admins who the person is, and what they wrote."""

    database: Database
    store: DangerStore
    notifications: Notifications

    async def call(self, person_id: int, *, request_id: int) -> int:
        """Ring at every admin, unless the person called a moment ago; may be repeated.

        Returns when they called last, Unix time.
        """
        now = int(time.time())

        async def work(tx: Transaction) -> int:
            last = await self.store.last_call(person_id, tx)
            if last is not None and now - last < CALL_EVERY_S:
                return last
            call = Call(request_id=request_id, person_id=person_id, called_at=now)
            await self.store.add_call(tx, call, since=now - SHOWN_S)
            key = f"{SafetyKind.CALL}:{request_id}"
            await self.notifications.tell_admins(
                tx, SafetyKind.CALL, asdict(call), key=key, urgency=Urgency.CALL
            )
            return now

        return await self.database.write(work)

    async def lately(self, person_id: int) -> int | None:
        """When the person called, if that was a moment ago; None: the next call rings."""
        last = await self.store.last_call(person_id)
        return last if last is not None and time.time() - last < CALL_EVERY_S else None
