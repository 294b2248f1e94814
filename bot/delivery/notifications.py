"""Messages that people did not ask for: stored in the outbox together with the state change."""

import time
from dataclasses import dataclass
from enum import StrEnum

from bot.delivery.outbox_store import OutboxStore
from bot.domain import JsonDict
from bot.domain.people import Urgency
from bot.storage.database import Transaction


class NotificationKind(StrEnum):
    """A kind of notification; each feature has a subclass with its own.

    The values are stored in the outbox. `Registry` checks that the features render the members of
    all subclasses.
    """


class DeliveryKind(NotificationKind):
    """The kinds that no feature owns."""

    CARD = "card"
    """A job's card; rows of the table `cards` have no kind of their own."""
    REFUSED = "refused"
    """Telegram refused a message; `incident` is its code in the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifications:
    """Messages and cards for admins. A private chat's id is the person's id."""

    outbox: OutboxStore
    admin_ids: frozenset[int]

    async def tell_admins(
        self,
        tx: Transaction,
        kind: NotificationKind,
        payload: JsonDict,
        *,
        key: str,
        urgency: Urgency = Urgency.ROUTINE,
    ) -> None:
        """A new message to every admin, once per *key*."""
        for admin_id in sorted(self.admin_ids):
            await self.tell(tx, admin_id, kind, payload, key=key, urgency=urgency)

    async def tell_or_change(
        self, tx: Transaction, kind: NotificationKind, payload: JsonDict, *, key: str, stage: str
    ) -> None:
        """Like `tell_admins`; who has the message of that *key* sees it change, once per *stage*.

        It is about something important; a change does not ring.
        """
        for admin_id in sorted(self.admin_ids):
            if not await self.tell(tx, admin_id, kind, payload, key=key, urgency=Urgency.IMPORTANT):
                await self.outbox.change(
                    tx,
                    admin_id,
                    kind=kind,
                    payload=payload,
                    key=f"{key}:{stage}:{admin_id}",
                    edit_key=f"{key}:{admin_id}",
                    now=int(time.time()),
                )

    async def tell(
        self,
        tx: Transaction,
        person_id: int,
        kind: NotificationKind,
        payload: JsonDict,
        *,
        key: str,
        urgency: Urgency = Urgency.ROUTINE,
    ) -> bool:
        """A new message to one person; False when one with that *key* was told before."""
        return await self.outbox.tell(
            tx,
            person_id,
            kind=kind,
            urgency=urgency,
            payload=payload,
            key=f"{key}:{person_id}",
            now=int(time.time()),
        )

    async def show_cards(self, tx: Transaction, job_id: str) -> None:
        """The job has changed: update every admin's card of it."""
        await self.outbox.cards.touch(tx, job_id, sorted(self.admin_ids))
