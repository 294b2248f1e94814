"""A question that both models of a blind comparison are asked at the same time."""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass

from bot.chat.chat import Chat, Question
from bot.chat.generations import Generations
from bot.chat.incoming_answer import IncomingAnswer
from bot.comparison import views
from bot.comparison.comparison import Comparisons
from bot.comparison.results import BlindAnswer, BlindQuestion
from bot.delivery.streaming import StreamedAnswer
from bot.domain.models import ServedModel
from bot.edge.context import BotContext
from bot.errors import ContextTooLong, ModelGone, ModelUnknown, UserError

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingBoth:
    """Answers in the chat's place where a question is part of a comparison."""

    comparisons: Comparisons
    chat: Chat
    generations: Generations

    async def ask_both(
        self, context: BotContext, question: Question, frames: StreamedAnswer
    ) -> IncomingAnswer | None:
        """Show both answers, when they are whole; meanwhile "typing…", because words would tell.

        Returns:
            None: the serving model is asked, as usual. Where only one answer came, or the person
            stopped them, the answer to go on with as usual, on which nobody votes.

        Raises:
            ContextTooLong: both models find that the question is too long.
        """
        duel = await self.comparisons.duel(question, context.person, context.request_id)
        if duel is None:
            return None
        sides = await self._hear(context, duel, frames)
        models = [each.model for each in duel.questions]
        if any(_is_gone(side, model) for side, model in zip(sides, models, strict=True)):
            await self.comparisons.give_up(duel.pair.comparison_id)
        elif all(_is_whole(side) for side in sides):
            self._finish(context, duel, frames, sides)
            return IncomingAnswer(question=question, is_shown=True)
        best = min([sides[duel.usual], sides[1 - duel.usual]], key=_badness)
        if isinstance(best.failure, ContextTooLong):
            raise best.failure
        return best

    async def _hear(
        self, context: BotContext, duel: BlindQuestion, frames: StreamedAnswer
    ) -> list[IncomingAnswer]:
        sides = [IncomingAnswer(question=question) for question in duel.questions]
        typing = context.typing()
        try:
            async with (
                self.generations.stoppable(context.row.chat_id, context.request_id) as generation,
                asyncio.TaskGroup() as group,
            ):
                for side in sides:
                    side.generation = generation
                    group.create_task(_listen(self.chat, side))
        finally:
            typing.stop()
            await frames.close()
        return sides

    def _finish(
        self,
        context: BotContext,
        duel: BlindQuestion,
        frames: StreamedAnswer,
        sides: list[IncomingAnswer],
    ) -> None:
        """The pair and its turns are stored, and both answers go out with them.

        Under a key of their own: what would be put into the place of *the* answer has none here.
        """
        request_id = duel.pair.request_id
        answers = [
            BlindAnswer(question=side.question, text=side.text, usage=side.usage) for side in sides
        ]
        context.also(
            lambda tx: self.comparisons.answered(
                tx, duel.pair, answers, person=context.person, chat_id=context.row.chat_id
            )
        )
        first, *others = views.pair(context.texts, [side.text for side in sides], request_id)
        context.reply(
            first, edit_id=frames.message_id, is_unsure=frames.is_unsure, key=f"pair:{request_id}:0"
        )
        for n, screen in enumerate(others, start=1):
            context.reply(screen, key=f"pair:{request_id}:{n}")


async def _listen(chat: Chat, heard: IncomingAnswer) -> None:
    """Hear one answer to its end; the other one goes on when it fails."""
    try:
        async with aclosing(chat.answer(heard.question)) as pieces:
            async for piece in pieces:
                heard.take(piece)
    except UserError as exc:
        model = heard.question.model.name
        _logger.info("%s did not answer to its end in a comparison: %s", model, exc)
        heard.failure = exc


def _is_gone(heard: IncomingAnswer, model: ServedModel) -> bool:
    """Whether the server does not have the model, so that maybe another one took over."""
    is_replaced = heard.question.model.id != model.id
    return is_replaced or isinstance(heard.failure, ModelUnknown | ModelGone)


def _is_whole(heard: IncomingAnswer) -> bool:
    return heard.has_words and heard.failure is None and not heard.generation.is_stopped


def _badness(heard: IncomingAnswer) -> tuple[bool, bool]:
    return (heard.failure is not None, not heard.has_words)
