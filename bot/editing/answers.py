"""Bad answers one by one, and what an admin decides on each."""

import time
from dataclasses import dataclass
from typing import Final

from bot.errors import AnswerGone, AnswerNotRated
from bot.ratings.decision_store import DecisionStore
from bot.ratings.entities import Decision, RatedTurn, Verdict
from bot.ratings.store import RatingStore
from bot.storage.database import Database

SKIPPED_S: Final = 12 * 3600
"""For so long a skipped answer is not offered again: until another day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What people found bad, newest first, but nothing that is about danger."""

    database: Database
    ratings: RatingStore
    decisions: DecisionStore

    async def next(self) -> tuple[RatedTurn | None, int]:
        """The next bad answer, and how many there are with it."""
        return await self.ratings.open(skipped_before=int(time.time()) - SKIPPED_S)

    async def get(self, turn_id: int) -> RatedTurn:
        """That answer.

        Raises:
            AnswerGone: it is deleted, or its rating was taken back.
            AnswerNotRated: the person may have been in danger.
        """
        answer = await self.ratings.of_turn(turn_id)
        if answer is None:
            raise AnswerGone
        if answer.is_about_danger:
            raise AnswerNotRated
        return answer

    async def decide(
        self,
        turn_id: int,
        verdict: Verdict,
        *,
        by: int,
        text: str | None = None,
        message_id: int | None = None,
    ) -> Decision:
        """Store the verdict unless there is one already; return what stands. Raises like `get`.

        At once, and not with the update's other effects: the next card counts it. It may be
        repeated.
        """
        await self.get(turn_id)
        decision = Decision(
            turn_id=turn_id,
            verdict=verdict,
            decided_by=by,
            decided_at=int(time.time()),
            text=text,
            message_id=message_id,
        )
        standing = await self.database.write(lambda tx: self.decisions.decide(tx, decision))
        if standing is None:
            raise AnswerGone
        return standing
