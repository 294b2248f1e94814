"""Getting an answer from the model: showing it as it grows, storing it, sending it whole."""

import asyncio
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
from bot.chat.question import Question, shortened
from bot.dataset.validation.language import is_refusal, normalised
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
from bot.safety.entities import Care
from bot.safety.help import Help
from bot.storage.database import Database, Transaction
from bot.texts import last_of

Otherwise = Callable[[BotContext, Question, StreamedAnswer], Awaitable[IncomingAnswer | None]]
"""Answers instead of the chat. None: the chat has to answer."""
RatingOf = Callable[[int, int], Awaitable[bool | None]]
"""(request id of a turn, person id) -> whether they rated its answer good; None: not rated."""

LATE_UNITS: Final = 8_000
"""UTF-16 units that are read of what somebody wrote while the bot was away, unless in danger."""
SILENCE_S: Final = 3.0
"""When no word has come by then, a message with the button that stops the answer does."""
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Asks the serving model, unless another feature answers instead.

    A person in danger is answered without limits and comparisons, with the help card below; where
    no answer comes, they read numbers and no failure.
    """

    chat: Chat
    help: Help
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
        care = await self.help.care_of(context, message_id)
        if context.row.is_late and care.mark is None:
            text = last_of(text, LATE_UNITS)
        question = self.chat.question(
            text,
            person=context.person,
            is_limited=care.reason is None,
            topic=context.topic,
            message_id=message_id,
            replaces=replaces,
        )
        await self._show(context, question, care, replaces=replaces, place=place)

    async def go_on(self, context: BotContext, request_id: int, part: int) -> None:
        """Ask for what comes after that part of a cut answer; show it in a message of its own.

        Nothing happens if it has come already. After a failure the turn is as before.
        """
        continuing = Continuing(chat=self.chat)
        past = await continuing.cut(context.topic, request_id, part)
        if past is None:
            return
        care = await self.help.care_of(context, past.turn.question_id)
        question = continuing.question(
            past,
            context.texts.plain("chat_go_on"),
            person=context.person,
            is_limited=care.reason is None,
            topic=context.topic,
        )
        await self._show(context, question, care, replaces=None, place=None)

    async def _show(
        self,
        context: BotContext,
        asked: Awaitable[Question],
        care: Care,
        *,
        replaces: PastTurn | None,
        place: int | None,
    ) -> None:
        frames = context.frames(place, shows_earlier_answer=replaces is not None)

        async def forget(tx: Transaction) -> None:
            tx.after_commit(lambda: self.chat.kept.forget(context.request_id))

        context.also(forget)
        try:
            question = self._with_care(context, await asked, care)
            answer = await self._answer(context, question, frames)
            if answer.is_shown:
                return
            if care.is_about_danger and self._refuses(context, answer):
                answer.text, answer.failure = "", AnswerFiltered()
            answer.failure = answer.failure or self._why_silent(answer)
        except Exception as exc:
            await self._put_back(context, frames, replaces, place)
            if not isinstance(exc, UserError) or care.reason is None:
                raise
            self.help.silent(context, care.reason)
            return
        if answer.failure is not None:
            await self._fail(context, frames, answer, answer.failure, place)
        elif answer.has_words:
            self._finish(context, frames, answer)
        elif place is None or replaces is None:
            screen = plain(context.texts, "chat_stopped_unsaid")
            context.reply(screen, edit_id=frames.message_id, is_unsure=frames.is_unsure)
        else:
            await self._put_back(context, frames, replaces, place)

    def _with_care(self, context: BotContext, question: Question, care: Care) -> Question:
        """The question as it is put to the model: it is told when the person is in danger."""
        if not care.is_about_danger:
            return replace(question, care=care)
        note = self.help.cards.wish(context.person)
        return shortened(replace(question, care=care, note=note), self.chat.history_max_tokens)

    async def _answer(
        self, context: BotContext, question: Question, frames: StreamedAnswer
    ) -> IncomingAnswer:
        """The answer, to its end or until the person stops it; they see it grow meanwhile."""
        is_usual = question.continues is None and question.care.reason is None
        for answer_otherwise in self.otherwise if is_usual else ():
            if (other := await answer_otherwise(context, question, frames)) is not None:
                return other
        answer, request_id = IncomingAnswer(question=question), context.request_id

        def growing() -> Screen:
            return views.growing(context.texts, answer.whole, request_id, start=answer.start)

        waiting: asyncio.TimerHandle | None = None
        if question.replaces is not None and frames.message_id is not None:
            before = answer_views.last_message(context.texts, question.replaces)
            frames.show(lambda: views.with_stop(context.texts, before, request_id))
        else:
            waiting = asyncio.get_running_loop().call_later(SILENCE_S, frames.show, growing)
        typing = context.typing()
        try:
            async with (
                self.generations.stoppable(context.row.chat_id, request_id) as generation,
                aclosing(
                    self.chat.answer_once(question, context.person, request_id=request_id)
                ) as pieces,
            ):
                answer.generation = generation
                async for piece in pieces:
                    answer.take(piece)
                    if isinstance(piece, str) and answer.has_words:
                        typing.stop()
                        frames.show(growing)
        except ContextTooLong:  # the person can do something about it
            raise
        except (ProviderError, ModelUnknown, ModelGone) as exc:
            answer.failure = exc
        finally:
            typing.stop()
            if waiting is not None:
                waiting.cancel()
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
                topic=context.topic,
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
        self._say(context, frames, screens, turn_id=_turn_of(answer.question) or request_id)
        self._put_card_below(context, answer)
        now = int(time.time())
        context.at_last(lambda tx: self.outbox.take_old_buttons(tx, context.topic, now=now))

    def _say(
        self,
        context: BotContext,
        frames: StreamedAnswer,
        screens: Sequence[Screen],
        *,
        turn_id: int | None,
    ) -> None:
        """Say it in so many messages; the last one holds the buttons of that turn, if of any."""
        first, *others = screens
        key = context.reply(first, edit_id=frames.message_id, is_unsure=frames.is_unsure)
        for screen in others:
            key = context.reply(screen)
        if turn_id is not None:
            topic = context.topic
            context.also(lambda tx: self.outbox.give_buttons(tx, topic, key, of=turn_id))

    def _put_card_below(self, context: BotContext, answer: IncomingAnswer) -> None:
        """Below everything that is said in answer to a person in danger."""
        mark = answer.question.care.mark
        if mark is not None and not answer.generation.is_unwelcome:
            context.at_last(lambda tx: self.help.below(tx, context, mark))

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
        care, is_admin = question.care, context.person.is_admin
        incident, model = secrets.token_hex(3), question.model.name
        said = "" if care.is_about_danger else failure.said or failure.params
        _logger.warning("Incident %s: %s by %s: %s", incident, failure.key, model, said)

        async def leave_open(tx: Transaction) -> None:
            await self.chat.count_lost(
                tx, question, context.person, words=answer.text, usage=answer.usage
            )
            if not generation.is_unwelcome:
                await self.chat.leave_open(tx, question, topic=context.topic)

        context.also(leave_open)
        is_put_back = question.replaces is not None and place is not None
        if is_put_back:
            await self._put_back(context, frames, question.replaces, place)
        if answer.has_words and not is_put_back:
            mark = texts.plain("failure_broken", incident=incident)
            screens = views.whole(texts, answer.whole, start=answer.start, mark=mark)
            again = answer_views.ask_again(texts, question, is_below=len(screens) > 1)
            parts = [*screens[:-1], replace(screens[-1], buttons=again)]
            self._say(context, frames, parts, turn_id=_turn_of(question))
            self._put_card_below(context, answer)
        elif care.reason is not None:
            self.help.silent(context, care.reason)
        else:
            again = () if is_put_back else answer_views.ask_again(texts, question, is_below=False)
            words = failures.unanswered(
                texts, failure, incident=incident, is_admin=is_admin, buttons=again
            )
            if is_put_back:
                context.reply(words)
            else:
                self._say(context, frames, [words], turn_id=_turn_of(question))

    def _refuses(self, context: BotContext, answer: IncomingAnswer) -> bool:
        """Whether the model answers as an assistant that refuses, without naming any help."""
        is_named = self.help.cards.names_help(context.person, answer.text)
        return not is_named and is_refusal(normalised(answer.text))

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
        is_rated = not await self.help.is_marked(old.request_id)
        screen = answer_views.last_message(context.texts, old, is_good=is_good, is_rated=is_rated)
        row = context.row
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


def _turn_of(question: Question) -> int | None:
    """The turn whose rest is asked for; None: the question becomes a turn of its own."""
    return question.continues.request_id if question.continues else None
