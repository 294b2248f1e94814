"""Messages that people did not ask for: stored in the outbox together with the state change."""

import time
from dataclasses import dataclass
from enum import StrEnum

from bot.delivery.outbox_store import OutboxStore
from bot.domain import JsonDict
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
        self, tx: Transaction, kind: NotificationKind, payload: JsonDict, *, key: str
    ) -> None:
        """A new message to every admin, once per *key*; only a new message rings."""
        for admin_id in sorted(self.admin_ids):
            await self.tell(tx, admin_id, kind, payload, key=key)

    async def tell(
        self,
        tx: Transaction,
        person_id: int,
        kind: NotificationKind,
        payload: JsonDict,
        *,
        key: str,
    ) -> None:
        """A new message to one person, once per *key*."""
        await self.outbox.post(
            tx,
            person_id,
            kind=kind,
            payload=payload,
            key=f"{key}:{person_id}",
            now=int(time.time()),
        )

    async def show_cards(self, tx: Transaction, job_id: str) -> None:
        """The job has changed: update every admin's card of it."""
        await self.outbox.cards.touch(tx, job_id, sorted(self.admin_ids))
