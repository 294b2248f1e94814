"""Silent notes for admins who want them: somebody may be in danger. No words, no name."""

from dataclasses import dataclass
from typing import Final

from bot.delivery.notifications import Notifications
from bot.safety.entities import Mark, SafetyKind
from bot.safety.notes_store import NotesStore
from bot.storage.database import Transaction

NOTE_EVERY_S: Final = 3600
"""Admins get at most one note in so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """Nobody gets notes who has not asked for them."""

    store: NotesStore
    notifications: Notifications

    async def tell(self, tx: Transaction, mark: Mark) -> None:
        """A message was marked; the person themselves, if an admin, gets no note."""
        readers = await self.store.wanted_by(self.notifications.admin_ids - {mark.person_id})
        now = mark.created_at
        if not readers or now - await self.store.noted_at(tx) < NOTE_EVERY_S:
            return
        await self.store.noted(tx, now=now)
        key = f"{SafetyKind.NOTE}:{mark.request_id}"
        for admin_id in readers:
            await self.notifications.tell(tx, admin_id, SafetyKind.NOTE, {}, key=key)

    async def are_wanted_by(self, admin_id: int) -> bool:
        """Whether that admin gets notes."""
        return bool(await self.store.wanted_by([admin_id]))
