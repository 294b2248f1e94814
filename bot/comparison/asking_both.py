"""A question that both models of a blind comparison are asked at the same time."""

import asyncio
import logging
from contextlib import aclosing

from bot.chat.chat import Chat
from bot.chat.heard import Heard
from bot.comparison import views
from bot.comparison.comparison import Duel, Said
from bot.delivery.streaming import Frames
from bot.domain.models import ServedModel
from bot.edge.context import BotContext
from bot.errors import ContextTooLong, ModelGone, ModelUnknown, UserError

_logger = logging.getLogger(__name__)


async def ask_both(context: BotContext, duel: Duel, frames: Frames) -> Heard | None:
    """Show both answers, when they are whole; meanwhile "typing…", because words would tell.

    Returns:
        None; else, where only one came, or the person has heard enough, the answer to go on with
        as ever, on which nobody votes.

    Raises:
        ContextTooLong: both models find that the question is too long.
    """
    services, chat_id = context.services, context.row.chat_id
    sides = [Heard(question=question) for question in duel.questions]
    typing = context.typing()
    try:
        async with (
            services.generations.stoppable(chat_id, context.request_id) as generation,
            asyncio.TaskGroup() as group,
        ):
            for side in sides:
                side.generation = generation
                group.create_task(_listen(services.chat, side))
    finally:
        typing.stop()
        await frames.close()
    models = [question.model for question in duel.questions]
    if any(_is_gone(side, model) for side, model in zip(sides, models, strict=True)):
        await services.comparisons.give_up(duel.pair.comparison_id)
    elif all(_is_whole(side) for side in sides):
        _finish(context, duel, frames, sides)
        return None
    best = min([sides[duel.usual], sides[1 - duel.usual]], key=_badness)
    if isinstance(best.failure, ContextTooLong):
        raise best.failure
    return best


async def _listen(chat: Chat, heard: Heard) -> None:
    """Hear one answer to its end; the other one shall not suffer when it fails."""
    try:
        async with aclosing(chat.answer(heard.question)) as pieces:
            async for piece in pieces:
                heard.take(piece)
    except UserError as exc:
        model = heard.question.model.name
        _logger.info("%s did not answer to its end in a comparison: %s", model, exc)
        heard.failure = exc


def _is_gone(heard: Heard, model: ServedModel) -> bool:
    """Whether the server does not have the model, so that maybe another one took over."""
    is_replaced = heard.question.model.id != model.id
    return is_replaced or isinstance(heard.failure, ModelUnknown | ModelGone)


def _is_whole(heard: Heard) -> bool:
    return heard.has_words and heard.failure is None and not heard.generation.is_stopped


def _badness(heard: Heard) -> tuple[bool, bool]:
    return (heard.failure is not None, not heard.has_words)


def _finish(context: BotContext, duel: Duel, frames: Frames, sides: list[Heard]) -> None:
    """The pair and its turns are stored, and both answers go out with them.

    Under a key of their own: what would be put into the place of *the* answer has none here.
    """
    request_id = duel.pair.request_id
    answers = [Said(question=side.question, text=side.text, usage=side.usage) for side in sides]
    context.also(
        lambda tx: context.services.comparisons.answered(
            tx, duel.pair, answers, person=context.person, chat_id=context.row.chat_id
        )
    )
    first, *others = views.pair(context.texts, [side.text for side in sides], request_id)
    context.reply(
        first, edit_id=frames.message_id, is_unsure=frames.is_unsure, key=f"pair:{request_id}:0"
    )
    for n, screen in enumerate(others, start=1):
        context.reply(screen, key=f"pair:{request_id}:{n}")
