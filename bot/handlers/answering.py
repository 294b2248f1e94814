"""An answer of the model on its way to a person: shown as it grows, stored, and said whole."""

import time
from contextlib import aclosing
from dataclasses import dataclass

from bot.context import BotContext
from bot.delivery.frames import Frames
from bot.domain import PastTurn, Usage
from bot.errors import EmptyAnswer
from bot.services.chat import Question
from bot.views import answer as views
from bot.views import door
from bot.views.screen import Screen


@dataclass(slots=True, kw_only=True)
class _Heard:
    """What the model has said so far."""

    text: str = ""
    usage: Usage | None = None
    is_stopped: bool = False

    @property
    def has_words(self) -> bool:
        return bool(self.text) and not self.text.isspace()


async def answer(
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
        replaces: The last turn, where the answer shall take its place in the conversation.
        place: The message that shows the answer of that turn, and shall show the new one. Whatever
            goes wrong, it shows the old one again afterwards.
    """
    frames = context.frames(place)
    try:
        question = await context.services.chat.question(
            text,
            person=context.person,
            chat_id=context.row.chat_id,
            message_id=message_id,
            replaces=replaces,
        )
        heard = await _heard(context, question, frames)
        if not heard.has_words and not heard.is_stopped:
            raise EmptyAnswer
    except Exception:
        await _put_back(context, frames, replaces, place)
        raise
    if heard.has_words:
        _finish(context, question, frames, heard)
    elif place is None:
        screen = door.plain(context.texts, "chat_stopped_unsaid")
        context.reply(screen, edit_id=frames.message_id, is_unsure=frames.is_unsure)
    else:
        await _put_back(context, frames, replaces, place)


async def _heard(context: BotContext, question: Question, frames: Frames) -> _Heard:
    """The answer, to its end or until it is stopped; meanwhile the person sees it grow."""
    heard = _Heard()
    services, request_id = context.services, context.request_id
    if question.replaces is not None and frames.message_id is not None:
        before = _last_message(context, question.replaces)
        frames.show(lambda: views.with_stop(context.texts, before, request_id))
    typing = context.typing()
    try:
        async with (
            services.generations.stoppable(context.row.chat_id, request_id) as generation,
            aclosing(services.chat.answer(question)) as pieces,
        ):
            async for piece in pieces:
                if isinstance(piece, Usage):
                    heard.usage = piece
                    continue
                heard.text += piece
                if heard.has_words:
                    typing.stop()
                    frames.show(lambda: views.growing(context.texts, heard.text, request_id))
    finally:
        typing.stop()
        await frames.close()
    heard.is_stopped = generation.is_stopped
    return heard


def _finish(context: BotContext, question: Question, frames: Frames, heard: _Heard) -> None:
    """The turn is stored, and the whole answer goes out with it."""
    texts, request_id = context.texts, context.request_id
    context.also(
        lambda tx: context.services.chat.store(
            tx,
            question,
            heard.text,
            person=context.person,
            chat_id=context.row.chat_id,
            request_id=request_id,
            usage=heard.usage,
            is_stopped=heard.is_stopped,
        )
    )
    buttons = views.answer_buttons(texts, request_id, is_after_silence=question.is_after_silence)
    first, *others = views.whole(texts, heard.text, buttons=buttons, is_stopped=heard.is_stopped)
    context.reply(first, edit_id=frames.message_id, is_unsure=frames.is_unsure)
    for screen in others:
        context.reply(screen)


async def _put_back(
    context: BotContext, frames: Frames, old: PastTurn | None, place: int | None
) -> None:
    """Show the old answer again where a part of the new one may stand in its place.

    At once, because what a failed update has gathered is dropped.
    """
    is_touched = frames.n_shown or frames.is_unsure
    if old is None or place is None or frames.message_id != place or not is_touched:
        return
    rating = await context.services.ratings.of(old.request_id, person_id=context.person.id)
    is_good = rating.is_good if rating else None
    screen, row = _last_message(context, old, is_good=is_good), context.row
    await context.services.database.write(
        lambda tx: context.services.outbox.post(
            tx,
            row.chat_id,
            key=f"back:{row.id}:{row.attempts}",
            payload=screen.to_json(),
            now=int(time.time()),
            edit_id=place,
            floor_id=row.floor_id,
        )
    )


def _last_message(context: BotContext, past: PastTurn, *, is_good: bool | None = None) -> Screen:
    """The last message of an answer that was given, as it was shown."""
    texts, turn = context.texts, past.turn
    buttons = views.answer_buttons(texts, past.request_id, is_good=is_good)
    return views.whole(texts, turn.assistant_text, buttons=buttons, is_stopped=turn.is_stopped)[-1]
