"""What people say of answers, and corrections that the bot expects as their next message."""

import time
from dataclasses import dataclass
from typing import Final

from bot.errors import AnswerGone
from bot.ratings.correction_store import AwaitedCorrectionStore
from bot.ratings.entities import Complaint, Rating
from bot.ratings.store import RatingStore
from bot.storage.database import Transaction

PATIENCE_S: Final = 3600
"""For so long the next message is a correction; after that it is a question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Ratings and corrections of a person's own answers. A turn id is the turn's request id."""

    ratings: RatingStore
    awaited: AwaitedCorrectionStore

    async def of(self, turn_id: int, *, person_id: int) -> Rating:
        """What they say of that answer.

        Raises:
            AnswerGone: it is deleted, or somebody else got it.
        """
        rating = await self.ratings.of(turn_id, person_id=person_id)
        if rating is None:
            raise AnswerGone
        return rating

    async def is_good(self, turn_id: int, person_id: int) -> bool | None:
        """Whether they rated that answer good; None: they did not, or it is deleted."""
        rating = await self.ratings.of(turn_id, person_id=person_id)
        return rating.is_good if rating else None

    async def rate(
        self, tx: Transaction, turn_id: int, *, person_id: int, is_good: bool | None
    ) -> None:
        """Store the rating; None takes it back."""
        if is_good is None:
            await self.ratings.take_back(tx, turn_id)
            return
        await self.ratings.rate(
            tx, turn_id, person_id=person_id, is_good=is_good, now=int(time.time())
        )

    async def complain(self, tx: Transaction, turn_id: int, complaint: Complaint) -> None:
        """Store why the answer is bad."""
        await self.ratings.complain(tx, turn_id, complaint, now=int(time.time()))

    async def correct(
        self, tx: Transaction, turn_id: int, text: str, *, person_id: int, message_id: int
    ) -> None:
        """Store the correction, which is in that message of the person."""
        await self.ratings.correct(
            tx,
            turn_id,
            person_id=person_id,
            text=text,
            message_id=message_id,
            now=int(time.time()),
        )
