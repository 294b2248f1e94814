"""/compare: which of two models testers like better; and their votes."""

import re
from dataclasses import dataclass

from bot.chat.store import ConversationStore
from bot.comparison import views
from bot.comparison.comparison import USUAL_VOTES, Comparisons
from bot.comparison.entities import Vote
from bot.comparison.results import ComparisonResult
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.edge.context import BotContext
from bot.errors import BadCommand, ButtonGone
from bot.serving.serving import ServedModels
from bot.texts import Texts

FEWEST_VOTES, MOST_VOTES = 10, 1000
_MOST_CHOICES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareHandlers:
    """An admin runs a comparison, testers vote."""

    comparisons: Comparisons
    serving: ServedModels
    conversations: ConversationStore

    async def compare(self, context: BotContext) -> None:
        """/compare [A B [VOTES]]: start one; without words show the running one, or the choice."""
        words, comparisons = context.words, self.comparisons
        if not words:
            running = await comparisons.standing()
            screen = views.state(context.texts, running) if running else await self._pick(context)
            context.reply(screen)
            return
        number = words[2] if len(words) == 3 else str(USUAL_VOTES)
        is_number = re.fullmatch(r"\d{1,4}", number, re.ASCII) is not None
        if len(words) not in (2, 3) or not is_number:
            raise BadCommand(usage=context.texts.plain("compare_usage"))
        n_wanted = min(max(int(number), FEWEST_VOTES), MOST_VOTES)
        a, b = await comparisons.model(words[0]), await comparisons.model(words[1])
        context.reply(await self._started(context, a.id, b.id, n_wanted))

    async def pick_second(self, context: BotContext) -> None:
        """The admin has chosen the first model."""
        (first,) = context.press.numbers(1)
        context.show(await self._pick(context, first))

    async def pick_votes(self, context: BotContext) -> None:
        """The admin has chosen both models."""
        a, b = [await self.serving.by_id(number) for number in context.press.numbers(2)]
        context.show(views.pick_votes(context.texts, a, b))

    async def start(self, context: BotContext) -> None:
        """The admin has chosen the number of votes, too."""
        a, b, n_wanted = context.press.numbers(3)
        if n_wanted not in views.VOTES:
            raise ButtonGone
        context.show(await self._started(context, a, b, n_wanted))

    async def stop(self, context: BotContext) -> None:
        """Stop a comparison."""
        standing = await self.comparisons.stop(context.press.number)
        context.show(await self._result(context.texts, standing))

    async def show_result(self, context: BotContext) -> None:
        """The result so far, in the place of the running comparison."""
        standing = await self.comparisons.known(context.press.number)
        context.show(await self._result(context.texts, standing))

    async def prolong(self, context: BotContext) -> None:
        """Ask for more votes; if another comparison runs, show that one."""
        comparisons = self.comparisons
        standing = await comparisons.prolong(context.press.number)
        running = await comparisons.standing()
        if running is not None:
            is_refused = running.comparison.id != standing.comparison.id
            context.show(views.state(context.texts, running, is_refused=is_refused))
        else:
            context.show(await self._result(context.texts, standing))

    async def set_every(self, context: BotContext) -> None:
        """Show pairs more often, or less often."""
        comparison_id, every = context.press.numbers(2)
        if every not in views.EVERY:
            raise ButtonGone
        standing = await self.comparisons.set_every(comparison_id, every)
        context.show(views.state(context.texts, standing))

    async def vote(self, context: BotContext) -> None:
        """A tester says which of two answers is better; a double tap says it once."""
        request_id = context.press.number
        choice = Vote(context.press.action.removeprefix("vote_"))
        pair = await self.comparisons.votable(
            request_id, choice, person=context.person, topic=context.topic
        )
        if pair.vote is choice:
            return
        context.also(lambda tx: self.comparisons.vote(tx, pair, choice))
        answers = [await self.conversations.answer_of(turn) for turn in pair.turns]
        said = [answer for answer in answers if answer is not None]
        if len(said) == 2:
            context.show(views.pair(context.texts, said, request_id, choice)[-1])

    async def over(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The notification that a comparison is over."""
        standing = await self.comparisons.standing(payload["comparison_id"])
        return await self._result(texts, standing) if standing else None

    async def _pick(self, context: BotContext, first_id: int | None = None) -> Screen:
        models = await self.serving.models.listed(limit=_MOST_CHOICES)
        now = await self.serving.current()
        if now is not None and now.model.id not in [model.id for model in models]:
            models = [now.model, *models]
        first = await self.serving.by_id(first_id) if first_id is not None else None
        others = [model for model in models if model.id != first_id]
        return views.pick(context.texts, others, first)

    async def _started(self, context: BotContext, a_id: int, b_id: int, n_wanted: int) -> Screen:
        a, b = await self.serving.by_id(a_id), await self.serving.by_id(b_id)
        standing = await self.comparisons.start(
            a, b, n_wanted=n_wanted, by=context.person.id, request_id=context.request_id
        )
        is_other = {standing.a.id, standing.b.id} != {a.id, b.id}
        return views.state(context.texts, standing, is_refused=is_other)

    async def _result(self, texts: Texts, standing: ComparisonResult) -> Screen:
        now, better = await self.serving.current(), standing.better
        is_used = now is not None and better is not None and now.model.id == better.id
        return views.result(texts, standing, is_used=is_used)
