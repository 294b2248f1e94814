"""What is stored about a person: how to read it all, and how to delete it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.people import Person
from bot.edge.feature import Forget
from bot.edge.people_store import PeopleStore
from bot.privacy.entities import StoredTurn
from bot.privacy.store import PrivacyStore
from bot.storage.database import Database, Transaction

MOST_CHARACTERS: Final = 5_000_000
"""In one file. Telegram takes 50 MB from a bot, which is more than a person reads on a phone."""
_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """A person's own words."""

    database: Database
    store: PrivacyStore
    people: PeopleStore
    forgets: Sequence[Forget]
    """One for each feature that stores words, in the order of deletion."""

    async def turns_of(self, person_id: int) -> Sequence[StoredTurn]:
        """All turns, oldest first; only the newest ones if they exceed `MOST_CHARACTERS`."""
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
        """Delete all words; the data of accounting and access stays, without words."""
        tx.after_commit(self.database.forget_wal)
        for forget in self.forgets:
            await forget(tx, person.id)
        if not person.is_admitted:
            await self.people.forget_name(tx, person.id)
