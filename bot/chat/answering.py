"""An answer of the model on its way to a person: shown as it grows, stored, and said whole."""

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
"""Answers in the chat's place. None: it leaves the question to the chat."""
RatingOf = Callable[[int, int], Awaitable[bool | None]]
"""(request id of a turn, person id) -> whether they called its answer good; None: they did not."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Asks the serving model, unless another feature answers in its place."""

    chat: Chat
    generations: Generations
    database: Database
    outbox: OutboxStore
    otherwise: list[Otherwise] = field(default_factory=list)
    """Asked in order, before the serving model is."""
    rating_of: list[RatingOf] = field(default_factory=list)
    """Asked in order how to mark the buttons of an earlier answer that is shown again."""

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

        Args:
            context: The update that asks for it.
            text: The question.
            message_id: The message with the question; None where that is not known.
            replaces: The last turn, where the answer takes its place in the conversation.
            place: The message in which the answer is shown. Where it shows that of *replaces*, it
                does so again after a failure.
        """
        frames = context.frames(place, is_lent=replaces is not None)
        try:
            question = await self.chat.question(
                text,
                person=context.person,
                chat_id=context.row.chat_id,
                message_id=message_id,
                replaces=replaces,
            )
            heard = await self._heard_otherwise(context, question, frames)
            if heard is None:
                heard = await self._heard(context, question, frames)
            if heard.is_shown:
                return
            if not (heard.has_words or heard.failure or heard.generation.is_stopped):
                raise EmptyAnswer
        except Exception:
            await self._put_back(context, frames, replaces, place)
            raise
        if heard.failure is not None:
            await self._fail(context, frames, heard, heard.failure, place)
        elif heard.has_words:
            self._finish(context, frames, heard)
        elif place is None or replaces is None:
            screen = plain(context.texts, "chat_stopped_unsaid")
            context.reply(screen, edit_id=frames.message_id, is_unsure=frames.is_unsure)
        else:
            await self._put_back(context, frames, replaces, place)

    async def _heard_otherwise(
        self, context: BotContext, question: Question, frames: StreamedAnswer
    ) -> IncomingAnswer | None:
        for hear in self.otherwise:
            if (heard := await hear(context, question, frames)) is not None:
                return heard
        return None

    async def _heard(
        self, context: BotContext, question: Question, frames: StreamedAnswer
    ) -> IncomingAnswer:
        """The answer, to its end or until it is stopped; meanwhile the person sees it grow."""
        heard = IncomingAnswer(question=question)
        request_id = context.request_id
        if question.replaces is not None and frames.message_id is not None:
            before = _last_message(context, question.replaces)
            frames.show(lambda: views.with_stop(context.texts, before, request_id))
        typing = context.typing()
        try:
            async with (
                self.generations.stoppable(context.row.chat_id, request_id) as generation,
                aclosing(self.chat.answer(question)) as pieces,
            ):
                heard.generation = generation
                async for piece in pieces:
                    heard.take(piece)
                    if isinstance(piece, str) and heard.has_words:
                        typing.stop()
                        frames.show(lambda: views.growing(context.texts, heard.text, request_id))
        except ContextTooLong:  # which the person can do something about
            raise
        except (ProviderError, ModelUnknown, ModelGone) as exc:
            heard.failure = exc
        finally:
            typing.stop()
            await frames.close()
        return heard

    def _finish(self, context: BotContext, frames: StreamedAnswer, heard: IncomingAnswer) -> None:
        """The turn is stored, and the whole answer goes out with it."""
        texts, request_id, generation = context.texts, context.request_id, heard.generation

        async def store(tx: Transaction) -> None:
            if generation.is_unwelcome:  # since a moment ago
                return
            await self.chat.store(
                tx,
                heard.question,
                heard.text,
                person=context.person,
                chat_id=context.row.chat_id,
                request_id=request_id,
                usage=heard.usage,
                is_stopped=generation.is_stopped,
            )

        context.also(store)
        is_after_silence = heard.question.is_after_silence
        buttons = views.answer_buttons(texts, request_id, is_after_silence=is_after_silence)
        screens = views.whole(
            texts,
            heard.text,
            buttons=() if generation.is_unwelcome else buttons,
            is_stopped=generation.is_stopped,
        )
        _say(context, frames, screens)

    async def _fail(
        self,
        context: BotContext,
        frames: StreamedAnswer,
        heard: IncomingAnswer,
        failure: UserError,
        place: int | None,
    ) -> None:
        """The part that came is shown as one, and no turn; without any, why there is no answer.

        The question can be asked again.
        """
        texts, question, generation = context.texts, heard.question, heard.generation
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
        elif heard.has_words:
            is_long = len(views.whole(texts, heard.text, incident=incident)) > 1
            again = _ask_again(context, question, is_below=is_long)
            screens = views.whole(texts, heard.text, buttons=again, incident=incident)
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
        """Show the old answer again where a part of the new one may stand in its place.

        At once, because what a failed update has gathered is dropped.
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
    """The last message of an answer that was given, as it was shown."""
    texts, turn = context.texts, past.turn
    buttons = views.answer_buttons(texts, past.request_id, is_good=is_good)
    return views.whole(texts, turn.assistant_text, buttons=buttons, is_stopped=turn.is_stopped)[-1]
