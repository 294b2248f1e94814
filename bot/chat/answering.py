"""Getting an answer from the model: showing it as it grows, storing it, sending it whole."""

import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Final

from bot.chat import answer_views, views
from bot.chat import failure_views as failures
from bot.chat.chat import Chat
from bot.chat.continuing import Continuing
from bot.chat.generations import Generations
from bot.chat.incoming_answer import IncomingAnswer
from bot.chat.question import Question
from bot.delivery.outbox_store import OutboxStore
from bot.delivery.screen import Screen, plain
from bot.delivery.streaming import StreamedAnswer
from bot.domain.models import Ending, PastTurn
from bot.edge.context import BotContext
from bot.errors import (
    AnswerFiltered,
    ContextTooLong,
    EmptyAnswer,
    ModelGone,
    ModelUnknown,
    NoRoomToAnswer,
    ProviderError,
    UserError,
)
from bot.storage.database import Database, Transaction

Otherwise = Callable[[BotContext, Question, StreamedAnswer], Awaitable[IncomingAnswer | None]]
"""Answers instead of the chat. None: the chat has to answer."""
RatingOf = Callable[[int, int], Awaitable[bool | None]]
"""(request id of a turn, person id) -> whether they rated its answer good; None: not rated."""

_NO_BUTTONS: Final = Screen(text="")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Asks the serving model, unless another feature answers instead."""

    chat: Chat
    generations: Generations
    database: Database
    outbox: OutboxStore
    otherwise: list[Otherwise] = field(default_factory=list)
    """Features that are asked first, in this order."""
    rating_of: list[RatingOf] = field(default_factory=list)
    """Features that know how an earlier answer was rated, when it is shown again."""

    async def answer(
        self,
        context: BotContext,
        text: str,
        *,
        message_id: int | None,
        replaces: PastTurn | None = None,
        place: int | None = None,
    ) -> None:
        """Ask the serving model; show the answer as it grows; store the turn with its final text.

        *message_id* is the message with the question; None: not known. *replaces* is the last turn,
        if the answer replaces it in the conversation. *place* is the message that will show the
        answer; None: a new one. If *place* shows the answer of *replaces* now, it shows that again
        after a failure.
        """
        question = self.chat.question(
            text,
            person=context.person,
            chat_id=context.row.chat_id,
            message_id=message_id,
            replaces=replaces,
        )
        await self._show(context, question, replaces=replaces, place=place)

    async def go_on(self, context: BotContext, request_id: int, part: int) -> None:
        """Ask for what comes after that part of a cut answer; show it in a message of its own.

        Nothing happens if it has come already. After a failure the turn is as before.
        """
        continuing = Continuing(chat=self.chat)
        past = await continuing.cut(context.row.chat_id, request_id, part)
        if past is None:
            return
        question = continuing.question(
            past,
            context.texts.plain("chat_go_on"),
            person=context.person,
            chat_id=context.row.chat_id,
        )
        await self._show(context, question, replaces=None, place=None)

    async def _show(
        self,
        context: BotContext,
        asked: Awaitable[Question],
        *,
        replaces: PastTurn | None,
        place: int | None,
    ) -> None:
        frames = context.frames(place, shows_earlier_answer=replaces is not None)
        try:
            answer = await self._answer(context, await asked, frames)
            if answer.is_shown:
                return
            answer.failure = answer.failure or self._why_silent(answer)
        except Exception:
            await self._put_back(context, frames, replaces, place)
            raise
        if answer.failure is not None:
            await self._fail(context, frames, answer, answer.failure, place)
        elif answer.has_words:
            self._finish(context, frames, answer)
        elif place is None or replaces is None:
            screen = plain(context.texts, "chat_stopped_unsaid")
            context.reply(screen, edit_id=frames.message_id, is_unsure=frames.is_unsure)
        else:
            await self._put_back(context, frames, replaces, place)

    async def _answer(
        self, context: BotContext, question: Question, frames: StreamedAnswer
    ) -> IncomingAnswer:
        """The answer, to its end or until the person stops it; they see it grow meanwhile."""
        for answer_otherwise in self.otherwise if question.continues is None else ():
            if (other := await answer_otherwise(context, question, frames)) is not None:
                return other
        answer, request_id = IncomingAnswer(question=question), context.request_id
        if question.replaces is not None and frames.message_id is not None:
            before = answer_views.last_message(context.texts, question.replaces)
            frames.show(lambda: views.with_stop(context.texts, before, request_id))
        typing = context.typing()
        try:
            async with (
                self.generations.stoppable(context.row.chat_id, request_id) as generation,
                aclosing(self.chat.answer(question)) as pieces,
            ):
                answer.generation = generation
                async for piece in pieces:
                    answer.take(piece)
                    if isinstance(piece, str) and answer.has_words:
                        typing.stop()
                        frames.show(
                            lambda: views.growing(
                                context.texts, answer.whole, request_id, start=answer.start
                            )
                        )
        except ContextTooLong:  # the person can do something about it
            raise
        except (ProviderError, ModelUnknown, ModelGone) as exc:
            answer.failure = exc
        finally:
            typing.stop()
            await frames.close()
        return answer

    def _finish(self, context: BotContext, frames: StreamedAnswer, answer: IncomingAnswer) -> None:
        """Store the turn and send the whole answer, in one transaction."""
        texts, request_id, generation = context.texts, context.request_id, answer.generation

        async def store(tx: Transaction) -> None:
            if generation.is_unwelcome:  # since a moment ago
                return
            await self.chat.store(
                tx,
                answer.question,
                answer.text,
                person=context.person,
                chat_id=context.row.chat_id,
                request_id=request_id,
                usage=answer.usage,
                ending=answer.ending,
            )

        context.also(store)
        screens = views.whole(
            texts,
            answer.whole,
            start=answer.start,
            buttons=()
            if generation.is_unwelcome
            else answer_views.buttons_under(texts, answer, request_id),
            mark=views.mark_of(texts, answer.ending),
        )
        _say(context, frames, screens)
        if answer.question.continues is not None and context.message_id is not None:
            context.reply(_NO_BUTTONS, edit_id=context.message_id)  # the pressed one is used up

    async def _fail(
        self,
        context: BotContext,
        frames: StreamedAnswer,
        answer: IncomingAnswer,
        failure: UserError,
        place: int | None,
    ) -> None:
        """Show the part that came, marked as a part; without any, why there is no answer.

        Nothing becomes a turn, and the person can ask the question again.
        """
        texts, question, generation = context.texts, answer.question, answer.generation
        incident, model = secrets.token_hex(3), question.model.name
        said = failure.said or failure.params
        _logger.warning("Incident %s: %s by %s: %s", incident, failure.key, model, said)

        async def leave_open(tx: Transaction) -> None:
            await self.chat.count_lost(tx, question, context.person, usage=answer.usage)
            if not generation.is_unwelcome:
                await self.chat.leave_open(tx, question, chat_id=context.row.chat_id)

        context.also(leave_open)
        is_admin = context.person.is_admin
        if question.replaces is not None and place is not None:
            await self._put_back(context, frames, question.replaces, place)
            words = failures.unanswered(texts, failure, incident=incident, is_admin=is_admin)
            context.reply(words)
        elif answer.has_words:
            mark = texts.plain("failure_broken", incident=incident)
            screens = views.whole(texts, answer.whole, start=answer.start, mark=mark)
            again = answer_views.ask_again(texts, question, is_below=len(screens) > 1)
            _say(context, frames, [*screens[:-1], replace(screens[-1], buttons=again)])
        else:
            again = answer_views.ask_again(texts, question, is_below=False)
            words = failures.unanswered(
                texts, failure, incident=incident, is_admin=is_admin, buttons=again
            )
            _say(context, frames, [words])

    def _why_silent(self, answer: IncomingAnswer) -> UserError | None:
        """Why there are no words, if the person can do something about it; None: there are some.

        Raises:
            EmptyAnswer: the model had nothing to say.
        """
        if answer.has_words:
            return None
        match answer.ending:
            case Ending.CUT_BY_LENGTH:
                return NoRoomToAnswer(limit=self.chat.max_tokens)
            case Ending.FILTERED:
                return AnswerFiltered()
            case Ending.WHOLE:
                raise EmptyAnswer
        return None

    async def _put_back(
        self, context: BotContext, frames: StreamedAnswer, old: PastTurn | None, place: int | None
    ) -> None:
        """Show the old answer again if a part of the new one may have replaced it on the screen.

        It is posted at once, because the effects of a failed update are dropped.
        """
        is_touched = frames.n_shown or frames.is_unsure
        if old is None or place is None or frames.message_id != place or not is_touched:
            return
        is_good = await self._rating_of(old.request_id, context.person.id)
        screen, row = answer_views.last_message(context.texts, old, is_good=is_good), context.row
        await self.database.write(
            lambda tx: self.outbox.post(
                tx,
                row.chat_id,
                key=f"back:{row.id}:{row.attempts}",
                payload=screen.to_json(),
                now=int(time.time()),
                edit_id=place,
                floor_id=row.floor_id,
            )
        )

    async def _rating_of(self, request_id: int, person_id: int) -> bool | None:
        for rating_of in self.rating_of:
            if (is_good := await rating_of(request_id, person_id)) is not None:
                return is_good
        return None


def _say(context: BotContext, frames: StreamedAnswer, screens: Sequence[Screen]) -> None:
    first, *others = screens
    context.reply(first, edit_id=frames.message_id, is_unsure=frames.is_unsure)
    for screen in others:
        context.reply(screen)
