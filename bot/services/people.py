"""Who may do what: admins by the settings, testers by the settings or the database."""

import time
from dataclasses import dataclass

from bot.domain import Access, Person
from bot.storage.database import Database, Transaction
from bot.storage.people import PeopleStore


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Everybody who writes to the bot."""

    database: Database
    store: PeopleStore
    admin_ids: frozenset[int]
    tester_ids: frozenset[int]

    async def who(self, person_id: int, *, name: str, telegram_language: str | None) -> Person:
        """The person with that Telegram id, and what they may do here."""
        known = await self.store.get(person_id)
        if person_id in self.admin_ids:
            access = Access.ADMIN
        elif person_id in self.tester_ids or (known is not None and known.is_tester):
            access = Access.TESTER
        else:
            access = Access.STRANGER
        return Person(
            id=person_id,
            name=name,
            access=access,
            language=known.language if known else None,
            telegram_language=telegram_language or (known.telegram_language if known else None),
        )

    async def named(self, person_id: int) -> Person:
        """The person as we know them from before; for messages that nobody asked for."""
        known = await self.store.get(person_id)
        return await self.who(
            person_id, name=known.name if known else str(person_id), telegram_language=None
        )

    async def saw(self, tx: Transaction, person: Person) -> None:
        """Remember that the person wrote."""
        await self.store.saw(
            tx,
            person.id,
            name=person.name,
            telegram_language=person.telegram_language,
            now=int(time.time()),
        )
