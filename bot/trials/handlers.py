"""/test and the buttons below a verdict: the answers of a model to the sample prompts."""

import re
from dataclasses import dataclass

from bot.delivery.screen import Screen
from bot.domain.models import ServedModel
from bot.edge.context import BotContext
from bot.errors import TrialGone
from bot.serving.naming import ModelNames
from bot.serving.serving import ServedModels
from bot.trials import views
from bot.trials.entities import Trial, TrialState
from bot.trials.notifications import TrialNotifications
from bot.trials.probe_views import probe_page
from bot.trials.trials import Trials, message_key


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialHandlers:
    """Starts trials and shows their answers."""

    serving: ServedModels
    names: ModelNames
    trials: Trials
    notifications: TrialNotifications

    async def test(self, context: BotContext) -> None:
        """/test [MODEL]: ask a model the sample prompts, by default the serving one."""
        name = " ".join(context.words)
        model = self.names.one_or_new(name) if name else self.serving.model(None)
        await self._test(context, await model)

    async def test_pressed(self, context: BotContext) -> None:
        """Test the model of the button."""
        await self._test(context, await self.serving.by_id(context.press.number))

    async def compare(self, context: BotContext) -> None:
        """Send the answers of both models in a new message; the verdict stays."""
        context.reply(await self._side_by_side(context))

    async def turn(self, context: BotContext) -> None:
        """Show the answers to another prompt in the same message."""
        context.show(await self._side_by_side(context))

    async def probes(self, context: BotContext) -> None:
        """Send the answers to the probes in a new message; the verdict stays."""
        context.reply(await self._probe_page(context))

    async def turn_probe(self, context: BotContext) -> None:
        """Show the answers to another probe in the same message."""
        context.show(await self._probe_page(context))

    async def explain(self, context: BotContext) -> None:
        """Show what the verdict rests on, in the same message."""
        trial, by = await self._heard(context), context.person.id
        context.show(await self.notifications.why(context.texts, trial, reader_id=by))

    async def show(self, context: BotContext) -> None:
        """Show the answers and the verdict again."""
        trial, by = await self._heard(context), context.person.id
        context.show(await self.notifications.verdict(context.texts, trial, {}, reader_id=by))

    async def leave(self, context: BotContext) -> None:
        """Leave the model unused, and take the question away; no later verdict asks it again."""
        trial, by = await self._heard(context), context.person.id
        key = None if trial.judgement else f"{message_key(trial)}:judged:{by}"
        left = await self.notifications.verdict(
            context.texts, trial, {}, reader_id=by, is_left=True
        )
        context.show(left, key=key)

    async def check(self, context: BotContext) -> None:
        """Try a model again that did not answer; where it did by now, show its verdict."""
        trial = await self.trials.check(
            context.press.number, request_id=context.request_id, by=context.person.id
        )
        if trial.judgement is not None:
            by = context.person.id
            context.show(await self.notifications.verdict(context.texts, trial, {}, reader_id=by))
        else:
            key = "trial_checking" if trial.state is TrialState.UNSERVED else "trial_underway"
            await context.say_above(key, model=trial.model.title)

    async def _heard(self, context: BotContext) -> Trial:
        """The trial that a button names, with answers; raises TrialGone where it has none."""
        trial = await self.trials.numbered(context.press.number)
        is_begun = trial.state is TrialState.PENDING and trial.heard
        if trial.judgement is None and not is_begun:
            raise TrialGone
        return trial

    async def _side_by_side(self, context: BotContext) -> Screen:
        trial, n = await self._page(context)
        if n >= len(trial.sampled):
            raise TrialGone
        return views.side_by_side(context.texts, trial, n)

    async def _probe_page(self, context: BotContext) -> Screen:
        trial, n = await self._page(context)
        if n >= len(trial.probed):
            raise TrialGone
        return probe_page(context.texts, trial, n)

    async def _page(self, context: BotContext) -> tuple[Trial, int]:
        """The trial and page that a button names: "12.0" is the first page of trial 12."""
        found = re.fullmatch(r"(\d{1,18})\.(\d{1,3})", context.press.id, re.ASCII)
        if found is None:
            raise TrialGone
        return await self.trials.numbered(int(found[1])), int(found[2])

    async def _test(self, context: BotContext, model: ServedModel) -> None:
        await self.trials.ask(model, request_id=context.request_id, by=context.person.id)
        context.say("trial_started", model=model.title, n=self.trials.sampling.n_prompts)
