"""What people say of answers, and the correction that is awaited as somebody's next message."""

import time
from dataclasses import dataclass
from typing import Final

from bot.errors import AnswerGone
from bot.ratings.correction_store import AwaitedCorrectionStore
from bot.ratings.entities import AwaitedCorrection, Complaint, Rating
from bot.ratings.store import RatingStore
from bot.storage.database import Transaction

PATIENCE_S: Final = 3600
"""For so long the next message is a correction. Whoever comes back later wants to talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Ratings and corrections of one's own answers. A turn is named by its request id."""

    ratings: RatingStore
    awaited: AwaitedCorrectionStore

    async def of(self, turn_id: int, *, person_id: int) -> Rating:
        """What they say of that answer.

        Raises:
            AnswerGone: it is deleted, or was somebody else's.
        """
        rating = await self.ratings.of(turn_id, person_id=person_id)
        if rating is None:
            raise AnswerGone
        return rating

    async def is_good(self, turn_id: int, person_id: int) -> bool | None:
        """Whether they call that answer good; None: they do not say, or it is deleted."""
        rating = await self.ratings.of(turn_id, person_id=person_id)
        return rating.is_good if rating else None

    async def rate(
        self, tx: Transaction, turn_id: int, *, person_id: int, is_good: bool | None
    ) -> None:
        """Good, bad, or neither any more."""
        if is_good is None:
            await self.ratings.take_back(tx, turn_id)
            return
        await self.ratings.rate(
            tx, turn_id, person_id=person_id, is_good=is_good, now=int(time.time())
        )

    async def complain(self, tx: Transaction, turn_id: int, complaint: Complaint) -> None:
        """Why it is bad."""
        await self.ratings.complain(tx, turn_id, complaint, now=int(time.time()))

    async def wait(
        self,
        tx: Transaction,
        awaited: AwaitedCorrection,
        *,
        person_id: int,
        request_id: int,
        until: int,
    ) -> None:
        """Take the person's next message for a correction, until that Unix time."""
        await self.awaited.begin(tx, person_id, awaited, request_id=request_id, expires_at=until)

    async def correct(
        self, tx: Transaction, turn_id: int, text: str, *, person_id: int, message_id: int
    ) -> None:
        """Keep the correction, which is in that message of the person."""
        await self.ratings.correct(
            tx,
            turn_id,
            person_id=person_id,
            text=text,
            message_id=message_id,
            now=int(time.time()),
        )
