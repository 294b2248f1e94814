"""Who may do what: admins by the settings, testers by the settings or the database."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.people import Access, Person, Profile
from bot.edge.people_store import PeopleStore, PersonRow
from bot.errors import PersonUnknown
from bot.storage.database import Database, Transaction


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
        return self._person(person_id, known, name=name, telegram_language=telegram_language)

    async def named(self, person_id: int) -> Person:
        """The person as we know them from before; for messages that nobody asked for."""
        known = await self.store.get(person_id)
        return self._person(person_id, known, name=known.name if known else str(person_id))

    async def saw(self, tx: Transaction, person: Person) -> None:
        """Remember that the person wrote."""
        await self.store.saw(
            tx,
            person.id,
            name=person.name,
            telegram_language=person.telegram_language,
            now=int(time.time()),
        )

    async def is_admitted(self, tx: Transaction, person_id: int) -> bool:
        """Whether they may use the bot, at this very moment."""
        known = await self.store.get(person_id, tx)
        return self._access(person_id, known) is not Access.STRANGER

    def is_fixed(self, person_id: int) -> bool:
        """Whether the settings let them in, so that nobody can remove them here."""
        return person_id in self.admin_ids or person_id in self.tester_ids

    async def profile(self, person_id: int) -> Profile:
        """The person as an admin sees them.

        Raises:
            PersonUnknown: neither the settings nor the database know them.
        """
        known = await self.store.get(person_id)
        if known is None and not self.is_fixed(person_id):
            raise PersonUnknown
        return self._profile(person_id, known)

    async def profile_of(self, person: Person) -> Profile:
        """The person who is writing, also for the first time."""
        known = await self.store.get(person.id)
        return replace(self._profile(person.id, known), person=person)

    async def admitted(self, page: int, *, size: int) -> tuple[list[Profile], bool]:
        """A page (from 0) of those who may come in, and whether there are more."""
        rows = await self.store.admitted(self._fixed, limit=size + 1, offset=page * size)
        return self._page(rows, size)

    async def outside(self, page: int, *, size: int) -> tuple[list[Profile], bool]:
        """A page of those who asked, were removed or are blocked, and whether there are more."""
        rows = await self.store.outside(self._fixed, limit=size + 1, offset=page * size)
        return self._page(rows, size)

    async def set_limit(self, person_id: int, limit: int | None) -> None:
        """Answers that they may get in a day; 0: any number, None: as the settings say."""
        now = int(time.time())
        await self.database.write(lambda tx: self.store.set_limit(tx, person_id, limit, now=now))

    @property
    def _fixed(self) -> frozenset[int]:
        return self.admin_ids | self.tester_ids

    def _page(self, rows: Sequence[PersonRow], size: int) -> tuple[list[Profile], bool]:
        return [self._profile(row.id, row) for row in rows[:size]], len(rows) > size

    def _access(self, person_id: int, known: PersonRow | None) -> Access:
        if person_id in self.admin_ids:
            return Access.ADMIN
        if person_id in self.tester_ids or (known is not None and known.is_tester):
            return Access.TESTER
        return Access.STRANGER

    def _person(
        self,
        person_id: int,
        known: PersonRow | None,
        *,
        name: str,
        telegram_language: str | None = None,
    ) -> Person:
        return Person(
            id=person_id,
            name=name,
            access=self._access(person_id, known),
            language=known.language if known else None,
            telegram_language=telegram_language or (known.telegram_language if known else None),
            daily_limit=known.daily_limit if known else None,
        )

    def _profile(self, person_id: int, known: PersonRow | None) -> Profile:
        name = known.name if known else str(person_id)
        person, is_fixed = self._person(person_id, known, name=name), self.is_fixed(person_id)
        if known is None:
            return Profile(person=person, is_fixed=is_fixed)
        return Profile(
            person=person,
            is_fixed=is_fixed,
            is_blocked=known.is_blocked,
            first_seen_at=known.first_seen_at,
            last_seen_at=known.last_seen_at,
            admitted_by=known.admitted_by,
            admitted_at=known.admitted_at,
            removed_at=known.removed_at,
        )
