"""Asking both models of a blind comparison at the same time."""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass

from bot.chat.chat import Chat
from bot.chat.generations import Generations
from bot.chat.incoming_answer import IncomingAnswer
from bot.chat.question import Question
from bot.comparison import views
from bot.comparison.comparison import Comparisons
from bot.comparison.entities import AnswerPair
from bot.comparison.results import BlindQuestion
from bot.delivery.streaming import StreamedAnswer
from bot.domain.models import ServedModel
from bot.edge.context import BotContext
from bot.errors import ContextTooLong, ModelGone, ModelUnknown, UserError

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingBoth:
    """Answers instead of the chat when a question is part of a comparison."""

    comparisons: Comparisons
    chat: Chat
    generations: Generations

    async def ask_both(
        self, context: BotContext, question: Question, frames: StreamedAnswer
    ) -> IncomingAnswer | None:
        """Show both answers when they are whole.

        Until then the person sees only "typing…", because a growing text would give a model away.

        Returns:
            None: the question is not part of a comparison. If not both answers came to their end:
            the better one to show as usual, without a vote, because a cut answer has no chance.

        Raises:
            ContextTooLong: both models find that the question is too long.
        """
        blind = await self.comparisons.blind_question(question, context.person, context.request_id)
        if blind is None:
            return None
        sides = await self._ask(context, blind, frames)
        models = [each.model for each in blind.questions]
        if any(_is_gone(side, model) for side, model in zip(sides, models, strict=True)):
            await self.comparisons.give_up(blind.pair.comparison_id)
        elif all(side.is_whole for side in sides):
            self._finish(context, blind.pair, frames, sides)
            return IncomingAnswer(question=question, is_shown=True)
        best = min([sides[blind.usual], sides[1 - blind.usual]], key=_badness)
        if isinstance(best.failure, ContextTooLong):
            raise best.failure
        other = next(side for side in sides if side is not best)
        context.also(
            lambda tx: self.chat.count_lost(
                tx, other.question, context.person, words=other.text, usage=other.usage
            )
        )
        return best

    async def _ask(
        self, context: BotContext, blind: BlindQuestion, frames: StreamedAnswer
    ) -> list[IncomingAnswer]:
        sides = [IncomingAnswer(question=question) for question in blind.questions]
        typing = context.typing()
        try:
            async with (
                self.generations.stoppable(context.row.chat_id, context.request_id) as generation,
                asyncio.TaskGroup() as group,
            ):
                for side in sides:
                    side.generation = generation
                    group.create_task(_receive(self.chat, side, context.request_id))
        finally:
            typing.stop()
            await frames.close()
        return sides

    def _finish(
        self,
        context: BotContext,
        pair: AnswerPair,
        frames: StreamedAnswer,
        sides: list[IncomingAnswer],
    ) -> None:
        """Store the pair and its turns, and send both answers, in one transaction.

        The messages have keys of their own, so nothing takes one of them for the usual answer.
        """
        request_id = pair.request_id
        context.also(
            lambda tx: self.comparisons.answered(
                tx, pair, sides, person=context.person, topic=context.topic
            )
        )
        first, *others = views.pair(context.texts, [side.text for side in sides], request_id)
        context.reply(
            first, edit_id=frames.message_id, is_unsure=frames.is_unsure, key=f"pair:{request_id}:0"
        )
        for n, screen in enumerate(others, start=1):
            context.reply(screen, key=f"pair:{request_id}:{n}")


async def _receive(chat: Chat, answer: IncomingAnswer, request_id: int) -> None:
    """Receive one answer to its end; if it fails, the other one goes on."""
    try:
        async with aclosing(chat.answer_once(answer.question, request_id=request_id)) as pieces:
            async for piece in pieces:
                answer.take(piece)
    except UserError as exc:
        model = answer.question.model.name
        _logger.info("%s did not answer to its end in a comparison: %s", model, exc)
        answer.failure = exc


def _is_gone(answer: IncomingAnswer, model: ServedModel) -> bool:
    """Whether the server does not have the model; another one may have replaced it already."""
    is_replaced = answer.question.model.id != model.id
    return is_replaced or isinstance(answer.failure, ModelUnknown | ModelGone)


def _badness(answer: IncomingAnswer) -> tuple[bool, bool, bool]:
    return (answer.failure is not None, not answer.has_words, not answer.is_whole)
