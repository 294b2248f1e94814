"""What is stored about a person: shown to them, and deleted when they say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.people import Person
from bot.edge.feature import Forget
from bot.edge.people_store import PeopleStore
from bot.privacy.entities import StoredTurn, StoredWords
from bot.privacy.store import PrivacyStore
from bot.storage.database import Transaction

MOST_CHARACTERS: Final = 5_000_000
"""Of one file; Telegram takes 50 MB from a bot, and nobody reads so much on a phone."""
_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """A person's own words."""

    store: PrivacyStore
    people: PeopleStore
    forgets: Sequence[Forget]
    """One for each feature that stores words, in the order in which they have to go."""

    async def words_of(self, person_id: int) -> StoredWords:
        """How much there is."""
        return await self.store.words_of(person_id)

    async def turns_of(self, person_id: int) -> Sequence[StoredTurn]:
        """All that was said, oldest first; of more than `MOST_CHARACTERS` the newest."""
        found: list[StoredTurn] = []
        left = MOST_CHARACTERS
        while page := await self.store.turns_of(
            person_id, before=found[-1] if found else None, limit=_PAGE
        ):
            for turn in page:
                left -= len(turn.question) + len(turn.answer) + len(turn.rating.correction or "")
                if left < 0:
                    return found[::-1]
                found.append(turn)
        return found[::-1]

    async def forget(self, tx: Transaction, person: Person) -> None:
        """Delete all words; what accounting and access need stays, without words."""
        for forget in self.forgets:
            await forget(tx, person.id)
        if not person.is_admitted:
            await self.people.forget_name(tx, person.id)
