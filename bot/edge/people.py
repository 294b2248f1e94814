"""People and their rights: settings name admins and testers, the database more testers."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.domain.people import Access, Person, PersonProfile
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
    _in_need: set[int] = field(default_factory=set)
    """Who may be in danger, since the start of this process."""

    async def who(self, person_id: int, *, name: str, telegram_language: str | None) -> Person:
        """The person with that Telegram id, and what they may do here."""
        known = await self._known(person_id)
        language = telegram_language or known.telegram_language
        return replace(self._person(known), name=name, telegram_language=language)

    async def named(self, person_id: int) -> Person:
        """The person as stored; for messages that are not replies."""
        return self._person(await self._known(person_id))

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
        """Whether they may use the bot now."""
        return self._access(await self._known(person_id, tx)) is not Access.STRANGER

    async def gives_way(self, person_id: int) -> bool:
        """Whether messages to them wait for all others: they may not use the bot.

        Whom the settings name is known without a query.
        """
        if self.is_fixed(person_id) or person_id in self._in_need:
            return False
        return not (await self._known(person_id)).is_tester

    def hurry(self, person_id: int) -> None:
        """Messages to them no longer give way, whoever they are: they may be in danger."""
        self._in_need.add(person_id)

    def is_fixed(self, person_id: int) -> bool:
        """Whether the settings admit them, so that admins can't remove them in the chat."""
        return person_id in self.admin_ids or person_id in self.tester_ids

    async def profile(self, person_id: int) -> PersonProfile:
        """The person as an admin sees them.

        Raises:
            PersonUnknown: neither the settings nor the database know them.
        """
        known = await self.store.get(person_id)
        if known is None and not self.is_fixed(person_id):
            raise PersonUnknown
        return self._profile(known or _unknown(person_id))

    async def profile_of(self, person: Person) -> PersonProfile:
        """The person who is writing, also for the first time."""
        return replace(self._profile(await self._known(person.id)), person=person)

    async def admitted(self, page: int, *, size: int) -> tuple[list[PersonProfile], bool]:
        """A page (from 0) of the admitted people, and whether there are more."""
        rows = await self.store.admitted(self._fixed, limit=size + 1, offset=page * size)
        return self._page(rows, size)

    async def outside(self, page: int, *, size: int) -> tuple[list[PersonProfile], bool]:
        """A page of people who asked, were removed or are blocked, and whether there are more."""
        rows = await self.store.outside(self._fixed, limit=size + 1, offset=page * size)
        return self._page(rows, size)

    async def set_limit(self, person_id: int, limit: int | None) -> None:
        """Set how many answers they may get per day; 0: any number, None: as the settings say."""
        now = int(time.time())
        await self.database.write(lambda tx: self.store.set_limit(tx, person_id, limit, now=now))

    @property
    def _fixed(self) -> frozenset[int]:
        return self.admin_ids | self.tester_ids

    def _page(self, rows: Sequence[PersonRow], size: int) -> tuple[list[PersonProfile], bool]:
        return [self._profile(row) for row in rows[:size]], len(rows) > size

    async def _known(self, person_id: int, tx: Transaction | None = None) -> PersonRow:
        return await self.store.get(person_id, tx) or _unknown(person_id)

    def _access(self, known: PersonRow) -> Access:
        if known.id in self.admin_ids:
            return Access.ADMIN
        if known.id in self.tester_ids or known.is_tester:
            return Access.TESTER
        return Access.STRANGER

    def _person(self, known: PersonRow) -> Person:
        return Person(
            id=known.id,
            name=known.name,
            access=self._access(known),
            language=known.language,
            telegram_language=known.telegram_language,
            daily_limit=known.daily_limit,
            rings_from=known.rings_from,
            hears_others=known.hears_others,
            week_at=known.week_at,
            daily_at=known.daily_at,
        )

    def _profile(self, known: PersonRow) -> PersonProfile:
        return PersonProfile(
            person=self._person(known),
            is_fixed=self.is_fixed(known.id),
            is_blocked=known.is_blocked,
            first_seen_at=known.first_seen_at,
            last_seen_at=known.last_seen_at,
            admitted_by=known.admitted_by,
            admitted_at=known.admitted_at,
            removed_at=known.removed_at,
        )


def _unknown(person_id: int) -> PersonRow:
    """The row of a person who has never written."""
    return PersonRow(id=person_id, name=str(person_id))
