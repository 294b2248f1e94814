"""The rest of an answer that was cut by length, asked for with «Дальше»."""

from dataclasses import dataclass

from bot.chat.chat import MOST_TURNS, Chat
from bot.chat.question import Question, shortened
from bot.domain.models import Ending, PastTurn, Topic
from bot.domain.people import Person
from bot.errors import NotTheLastToContinue, OtherModelServes


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuing:
    """One press asks the model once. The turn of the cut answer gets what comes."""

    chat: Chat

    async def cut(self, topic: Topic, request_id: int, part: int) -> PastTurn | None:
        """The turn whose answer goes on after that part; None: it has gone on already.

        Raises:
            NotTheLastToContinue: it is not the last one of the conversation, or it was not cut.
        """
        last = await self.chat.conversations.last_turn(topic)
        if last is None or last.request_id != request_id or last.n_parts < part:
            raise NotTheLastToContinue
        if last.n_parts > part:
            return None
        if last.turn.ending is not Ending.CUT_BY_LENGTH:
            raise NotTheLastToContinue
        return last

    async def question(
        self, past: PastTurn, wish: str, *, person: Person, topic: Topic, is_limited: bool = True
    ) -> Question:
        """What the model will be asked; *wish* are the words that ask it to go on.

        It is an answer like any other for the daily limit: it is a request to the model.

        Raises:
            OtherModelServes: an answer has one author, who has to serve now.
            NoModel, DailyLimitReached, DailyBudgetSpent: as for a question.
        """
        chat = self.chat
        model = await chat.model_for(person, is_limited=is_limited)
        if model.name != past.model:
            raise OtherModelServes
        turns = await chat.conversations.recent_turns(topic, limit=MOST_TURNS, before=past.id)
        question = Question(
            model=model,
            window=[earlier.turn for earlier in turns],
            text=past.turn.user_text,
            message_id=past.turn.question_id,
            continues=past,
            wish=wish,
        )
        return shortened(question, chat.history_max_tokens)
