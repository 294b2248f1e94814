"""The conversation of a person with the serving model."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from bot.chat import seam
from bot.chat.fallback import Fallback
from bot.chat.kept_answers import KeptAnswers
from bot.chat.question import Question, shortened
from bot.chat.store import ConversationStore
from bot.domain.models import (
    AnswerPart,
    Ending,
    OpenQuestion,
    PastTurn,
    ServedModel,
    Topic,
    Turn,
    Usage,
)
from bot.domain.people import Person
from bot.errors import (
    ContextTooLong,
    ModelUnknown,
    NoModel,
    NothingToRetry,
    NotTheLastAnswer,
    OtherModelServes,
    TooLongToContinue,
)
from bot.gateways.chat import ChatApi
from bot.serving.tried import TriedModels
from bot.storage.database import Transaction
from bot.usage.accounts import Accounts

MOST_TURNS = 100
"""At most so many turns of a conversation are read. The token budget allows far fewer."""
TRIES_OF_UNKNOWN = 3
"""A server has to say so many times that it lacks a model before the bot believes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """Questions to the serving model, and their answers."""

    conversations: ConversationStore
    tried: TriedModels
    api: ChatApi
    temperature: float
    max_tokens: int
    history_max_tokens: int
    """Tokens of the whole prompt. System prompt and new words are sent even above it.

    The catalogue names the model's tokenizer; a tuned model has that of its base. For a name that
    the catalogue does not have, the default tokenizer gives an estimate. Where the estimate was
    too low, `context_length_exceeded` halves the window.
    """
    silence_s: float
    """After a longer silence, in seconds, the bot offers a new conversation; 0: never."""
    accounts: Accounts
    fallback: Fallback
    pause_s: float
    """Seconds between two questions to a server that does not know the model."""
    kept: KeptAnswers = field(default_factory=KeptAnswers)
    """Answers whose updates are not done."""
    on_continued: list[Callable[[Transaction, int], Awaitable[Any]]] = field(default_factory=list)
    """Called with the request id of a turn whose answer has got another part."""

    async def question(
        self,
        text: str,
        *,
        person: Person,
        topic: Topic,
        message_id: int | None = None,
        replaces: PastTurn | None = None,
        is_limited: bool = True,
    ) -> Question:
        """What the model will be asked when the person writes *text*.

        Not *is_limited*: it is answered whatever was used today.

        Raises:
            NoModel: no model serves yet.
            DailyLimitReached, DailyBudgetSpent: there are no more answers today.
        """
        model = await self.model_for(person, is_limited=is_limited)
        turns = await self.conversations.recent_turns(
            topic, limit=MOST_TURNS, before=replaces.id if replaces else None
        )
        paused_s = time.time() - turns[-1].created_at if turns and not replaces else 0
        question = Question(
            model=model,
            window=[past.turn for past in turns],
            text=text,
            message_id=message_id,
            replaces=replaces,
            is_after_silence=0 < self.silence_s < paused_s,
        )
        return shortened(question, self.history_max_tokens)

    async def model_for(self, person: Person, *, is_limited: bool = True) -> ServedModel:
        """The model that answers the person, if they may get another answer today.

        Raises like `question`.
        """
        model = await self.tried.answering(person)
        if model is None:
            raise NoModel
        if is_limited:
            await self.accounts.check(person)
        return model

    def put_to(self, question: Question, models: Sequence[ServedModel]) -> list[Question]:
        """The question for several models, with the same part of the history for each."""
        asked = [replace(question, model=model) for model in models]
        kept = min(len(shortened(each, self.history_max_tokens).window) for each in asked)
        window = question.window[len(question.window) - kept :]
        return [replace(each, window=window) for each in asked]

    def answer_once(
        self, question: Question, person: Person | None = None, *, request_id: int
    ) -> AsyncGenerator[AnswerPart | Question, None]:
        """`answer` for an update, whose further tries get what the first one got."""
        return self.kept.once(request_id, question.model.id, lambda: self.answer(question, person))

    async def answer(
        self, question: Question, person: Person | None = None
    ) -> AsyncGenerator[AnswerPart | Question, None]:
        """The answer, piece by piece, then what it cost.

        Only if the model finds the prompt too long, the window is halved and the question is asked
        again. If the serving model is gone, its successor is asked. If it is a model that the
        *person* tries, the serving one is asked, which sees nothing of their conversation. Such a
        new question is yielded before its answer.

        Raises:
            ModelGone: there is no successor.
            OtherModelServes: there is one, but it has not begun the answer.
            TooLongToContinue: the cut answer alone is longer than the model can read.
            ProviderError, ModelUnknown: from the gateway, unchanged.
        """
        n_unknown = 0
        while True:
            try:
                pieces = self.api.stream(
                    question.model.name,
                    question.messages,
                    temperature=self.temperature,
                    max_tokens=self.max_tokens,
                )
                async with aclosing(pieces):
                    async for piece in pieces:
                        yield piece
                return
            except ContextTooLong:
                if not question.window:
                    if question.continues is not None:
                        raise TooLongToContinue from None
                    raise
                kept = question.window[len(question.window) // 2 + 1 :]
                question = replace(question, window=kept)
            except ModelUnknown:
                n_unknown += 1
                if n_unknown < TRIES_OF_UNKNOWN:
                    await asyncio.sleep(self.pause_s)
                    continue
                if person is not None and person.id in await self.tried.lose(question.model.id):
                    successor = await self.tried.answering(person)
                    question = replace(question, window=())
                else:
                    successor = await self.fallback.instead_of(question.model)
                if successor is None:
                    raise
                if question.continues is not None:
                    raise OtherModelServes from None
                n_unknown = 0
                question = shortened(replace(question, model=successor), self.history_max_tokens)
            yield question

    async def store(
        self,
        tx: Transaction,
        question: Question,
        answer: str,
        *,
        person: Person,
        topic: Topic,
        request_id: int,
        usage: Usage | None,
        ending: Ending,
        is_extra: bool = False,
    ) -> None:
        """Make question and answer a turn of the conversation, and count its usage.

        The rest of a cut answer becomes a part of that answer's turn. *is_extra*: it is the second
        answer of a pair and does not count for the daily limit.
        """
        await self.accounts.add(
            tx,
            person.id,
            model=question.model.name,
            messages=question.messages,
            answer=answer,
            usage=usage,
            is_extra=is_extra,
        )
        if question.continues is not None:
            past = question.continues
            whole, _ = seam.joined(past.turn.assistant_text, answer)
            await self.conversations.extend(tx, past, whole, ending=ending, usage=usage)
            for on_continued in self.on_continued:
                await on_continued(tx, past.request_id)
            return
        await self.conversations.drop_question(tx, topic)
        turn = Turn(
            user_text=question.text,
            assistant_text=answer,
            question_id=question.message_id,
            ending=ending,
        )
        await self.conversations.add_turn(
            tx,
            turn,
            topic=topic,
            person_id=person.id,
            request_id=request_id,
            model=question.model.name,
            usage=usage,
            now=int(time.time()),
        )
        await self.conversations.remember_shown(
            tx,
            request_id,
            system_prompt=question.system_prompt,
            n_window=len(question.window),
        )
        if question.replaces is not None:
            old = question.replaces.request_id
            await self.conversations.replace(tx, old, by=request_id)

    async def count_lost(
        self,
        tx: Transaction,
        question: Question,
        person: Person,
        *,
        words: str,
        usage: Usage | None,
    ) -> None:
        """Count what an answer has cost that did not come, or not whole; it is no answer.

        Without words and *usage* nobody knows that it has cost anything.
        """
        if words or usage is not None:
            await self.accounts.add(
                tx,
                person.id,
                model=question.model.name,
                messages=question.messages,
                answer=words,
                usage=usage,
                is_extra=True,
            )

    async def last_turn(self, topic: Topic, request_id: int | None = None) -> PastTurn:
        """The turn that another answer may replace: the last one of the conversation.

        Raises:
            NothingToRetry: the conversation has none yet.
            NotTheLastAnswer: it is not the answer to *request_id*.
        """
        last = await self.conversations.last_turn(topic)
        if request_id is not None and (last is None or last.request_id != request_id):
            raise NotTheLastAnswer
        if last is None:
            raise NothingToRetry
        return last

    async def is_unanswered(self, topic: Topic, message_id: int) -> bool:
        """Whether the message is newer than any of the topic with an answer."""
        answered = await self.conversations.last_question(topic)
        return answered is None or message_id > answered > 0

    async def leave_open(self, tx: Transaction, question: Question, *, topic: Topic) -> None:
        """No answer came to a new question: the person can ask it again."""
        is_new = question.replaces is None and question.continues is None
        if is_new and question.message_id is not None:
            left = OpenQuestion(message_id=question.message_id, text=question.text)
            await self.conversations.leave_open(tx, topic, left)

    async def start_new(self, tx: Transaction, topic: Topic) -> None:
        """Begin a new conversation; those of other topics go on."""
        await self.conversations.start(tx, topic, now=int(time.time()))

    async def start_all_new(self, tx: Transaction, chat_id: int) -> None:
        """Begin a new conversation in each topic of the chat."""
        await self.conversations.start_all(tx, chat_id, now=int(time.time()))
