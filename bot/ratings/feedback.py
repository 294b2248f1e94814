"""What people say of answers, and corrections that the bot expects as their next message."""

import re
import time
from dataclasses import dataclass
from typing import Final

from bot.delivery.messages import integer, thread_in, words_of
from bot.domain import JsonDict
from bot.domain.people import Person
from bot.errors import AnswerGone, AnswerNotRated
from bot.ratings.correction_store import AwaitedCorrectionStore
from bot.ratings.entities import Complaint, Rating
from bot.ratings.store import RatingStore
from bot.safety.store import DangerStore
from bot.storage.database import Transaction
from bot.texts import LANGUAGES

PATIENCE_S: Final = 5 * 60
"""For so long the next words are a correction; after that only a reply is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Ratings and corrections of a person's own answers. A turn id is the turn's request id."""

    ratings: RatingStore
    awaited: AwaitedCorrectionStore
    dangers: DangerStore

    async def of(self, turn_id: int, *, person_id: int) -> Rating:
        """What they say of that answer.

        Raises:
            AnswerGone: it is deleted, or somebody else got it.
            AnswerNotRated: they may have been in danger.
        """
        rating = await self.ratings.of(turn_id, person_id=person_id)
        if rating is None:
            raise AnswerGone
        if await self.dangers.of(turn_id) is not None:
            raise AnswerNotRated
        return rating

    async def is_correction(self, person: Person, message: JsonDict) -> bool:
        """Whether the person's message, new or edited, is a correction, as far as we know now.

        What looks like a question may be one of their own, unless it replies to something.
        """
        awaited = await self.awaited.before(2**63 - 1, person_id=person.id, now=int(time.time()))
        is_here = awaited is not None and awaited.thread_id == thread_in(message)
        if awaited is not None and awaited.is_fresh and is_here:
            openings = " ".join(each.messages["question_openings"] for each in LANGUAGES.values())
            is_question = looks_like_question(words_of(message), openings)
            return "reply_to_message" in message or not is_question
        message_id = integer(message, "message_id")
        return await self.ratings.corrected_by(person.id, message_id) is not None

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


def looks_like_question(text: str, openings: str) -> bool:
    """Whether it ends with a question mark, or begins with one of these words.

    >>> looks_like_question("Natasha, help me", "how natasha")
    True
    """
    first = re.match(r"\W*(\w+)", text)
    is_opening = first is not None and first[1].casefold() in openings.split()
    return is_opening or text.rstrip(" )»\"'”.!").endswith("?")
