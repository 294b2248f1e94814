"""What is stored about a person: shown to them, and deleted when they say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.people import Person
from bot.privacy.store import FORGETTING, PrivacyStore, StoredTurn, StoredWords, forget_name
from bot.storage.database import Transaction

MOST_CHARACTERS: Final = 5_000_000
"""Of one file; Telegram takes 50 MB from a bot, and nobody reads so much on a phone."""
_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """A person's own words."""

    store: PrivacyStore

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
        """Delete all words; what accounting and the door need stays, without words."""
        for forget in FORGETTING:
            await forget(tx, person.id)
        if not person.is_admitted:
            await forget_name(tx, person.id)
