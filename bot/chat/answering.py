"""Getting an answer from the model: showing it as it grows, storing it, sending it whole."""

import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from bot.chat import failure_views as failures
from bot.chat import views
from bot.chat.chat import Chat, Question
from bot.chat.generations import Generations
from bot.chat.incoming_answer import IncomingAnswer
from bot.delivery.outbox_store import OutboxStore
from bot.delivery.screen import Screen, plain
from bot.delivery.streaming import StreamedAnswer
from bot.domain.models import PastTurn
from bot.edge.context import BotContext
from bot.errors import (
    ContextTooLong,
    EmptyAnswer,
    ModelGone,
    ModelUnknown,
    ProviderError,
    UserError,
)
from bot.storage.database import Database, Transaction

Otherwise = Callable[[BotContext, Question, StreamedAnswer], Awaitable[IncomingAnswer | None]]
"""Answers instead of the chat. None: the chat has to answer."""
RatingOf = Callable[[int, int], Awaitable[bool | None]]
"""(request id of a turn, person id) -> whether they rated its answer good; None: not rated."""

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
        frames = context.frames(place, shows_earlier_answer=replaces is not None)
        try:
            question = await self.chat.question(
                text,
                person=context.person,
                chat_id=context.row.chat_id,
                message_id=message_id,
                replaces=replaces,
            )
            answer = await self._answer(context, question, frames)
            if answer.is_shown:
                return
            if not (answer.has_words or answer.failure or answer.generation.is_stopped):
                raise EmptyAnswer
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
        for answer_otherwise in self.otherwise:
            if (other := await answer_otherwise(context, question, frames)) is not None:
                return other
        answer, request_id = IncomingAnswer(question=question), context.request_id
        if question.replaces is not None and frames.message_id is not None:
            before = _last_message(context, question.replaces)
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
                        frames.show(lambda: views.growing(context.texts, answer.text, request_id))
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
                is_stopped=generation.is_stopped,
            )

        context.also(store)
        is_after_silence = answer.question.is_after_silence
        buttons = views.answer_buttons(texts, request_id, is_after_silence=is_after_silence)
        screens = views.whole(
            texts,
            answer.text,
            buttons=() if generation.is_unwelcome else buttons,
            is_stopped=generation.is_stopped,
        )
        _say(context, frames, screens)

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
            if not generation.is_unwelcome:
                await self.chat.leave_open(tx, question, chat_id=context.row.chat_id)

        context.also(leave_open)
        is_admin = context.person.is_admin
        if question.replaces is not None and place is not None:
            await self._put_back(context, frames, question.replaces, place)
            words = failures.unanswered(texts, failure, incident=incident, is_admin=is_admin)
            context.reply(words)
        elif answer.has_words:
            is_long = len(views.whole(texts, answer.text, incident=incident)) > 1
            again = _ask_again(context, question, is_below=is_long)
            screens = views.whole(texts, answer.text, buttons=again, incident=incident)
            _say(context, frames, screens)
        else:
            again = _ask_again(context, question, is_below=False)
            words = failures.unanswered(
                texts, failure, incident=incident, is_admin=is_admin, buttons=again
            )
            _say(context, frames, [words])

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
        screen, row = _last_message(context, old, is_good=is_good), context.row
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


def _ask_again(context: BotContext, question: Question, *, is_below: bool) -> views.Buttons:
    if question.replaces is not None:
        return views.answer_buttons(context.texts, question.replaces.request_id)
    return failures.ask_again(context.texts, question.message_id or 0, is_below=is_below)


def _say(context: BotContext, frames: StreamedAnswer, screens: Sequence[Screen]) -> None:
    first, *others = screens
    context.reply(first, edit_id=frames.message_id, is_unsure=frames.is_unsure)
    for screen in others:
        context.reply(screen)


def _last_message(context: BotContext, past: PastTurn, *, is_good: bool | None = None) -> Screen:
    """The last message of an earlier answer, as it was shown."""
    texts, turn = context.texts, past.turn
    buttons = views.answer_buttons(texts, past.request_id, is_good=is_good)
    return views.whole(texts, turn.assistant_text, buttons=buttons, is_stopped=turn.is_stopped)[-1]
