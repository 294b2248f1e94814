"""/train: a plan with its price, and the buttons that start or drop it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from bot.catalogue import Catalogue
from bot.dataset.versions import DatasetVersions
from bot.delivery.screen import Screen
from bot.domain.training import Hyperparameters, TrainingRun
from bot.edge.context import BotContext
from bot.edge.core import today_utc
from bot.edge.people import People
from bot.errors import ButtonGone
from bot.jobs.store import JobStore
from bot.texts import Texts
from bot.training import edit_views, price_views, remark_views, twin_views, views
from bot.training.edits import PlanPart
from bot.training.entities import RunTwin
from bot.training.plans import TrainingPlans
from bot.training.submission import Submission
from bot.training.words import understood

FullName = Callable[[str], Awaitable[str | None]]
"""The full name of a tuned model that people call by its title; None: no model has that title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHandlers:
    """For admins."""

    plans: TrainingPlans
    submission: Submission
    jobs: JobStore
    versions: DatasetVersions
    people: People
    catalogue: Catalogue
    defaults: Hyperparameters
    """The parameters of a plan without a preset."""
    full_names: Sequence[FullName]

    async def plan(self, context: BotContext) -> None:
        """/train [preset] [key=value | --key value]: make a plan; the provider gets nothing yet."""
        rule = self.catalogue.suffix_rule(self.plans.base_url)
        asked = understood(context.words, self.defaults, self.catalogue, rule)
        parameters = asked.parameters
        for full_name in self.full_names:
            base_model = await full_name(parameters.base_model) or parameters.base_model
            parameters = replace(parameters, base_model=base_model)
        run = await self.plans.plan(
            parameters, asked_by=context.person.id, request_id=context.request_id
        )
        screen = await self.plan_screen(context.texts, run)
        context.reply(remark_views.beside(context.texts, screen, asked.remarks))

    async def show(self, context: BotContext) -> None:
        """Show the plan again after a choice."""
        run = await self.plans.open_plan(context.press.number)
        context.show(await self.plan_screen(context.texts, run))

    async def choose(self, context: BotContext) -> None:
        """Show the options for a part of the plan as buttons."""
        run_id, part, _ = _edit(context)
        run = await self.plans.open_plan(run_id)
        options = await self.plans.choices(run, part)
        context.show(edit_views.choice(context.texts, run, part, options))

    async def edit(self, context: BotContext) -> None:
        """Change the plan as chosen, and show it with its new price."""
        run = await self.plans.edit(*_edit(context))
        context.show(await self.plan_screen(context.texts, run))

    async def start(self, context: BotContext) -> None:
        """Start the run; of many presses exactly one does. Ask first if the same runs already."""
        run_id, by = context.press.number, context.person.id
        found = await self.plans.start(run_id, by=by, request_id=context.request_id)
        if isinstance(found, RunTwin):
            who = await self.people.named(found.by) if found.by else None
            context.show(
                twin_views.ask_twin(context.texts, run_id, found, who, is_own=found.by == by)
            )
            return
        context.show(views.started(context.texts, found))

    async def start_another(self, context: BotContext) -> None:
        """Start the run although the same was started: the admin said yes."""
        run = await self.plans.confirm(
            context.press.number, by=context.person.id, request_id=context.request_id
        )
        context.show(views.started(context.texts, run))

    async def drop(self, context: BotContext) -> None:
        """Drop the plan."""
        run = await self.plans.drop(context.press.number)
        context.show(views.dropped(context.texts, run))

    async def look(self, context: BotContext) -> None:
        """Look again for the job of a run whose answer got lost."""
        run_id = context.press.number
        looks = await self.submission.look_again(run_id)
        context.say_here("run_looking" if looks else "run_decided", run_id=run_id)

    async def again(self, context: BotContext) -> None:
        """Create the job again: the admin knows that there is none."""
        run_id = context.press.number
        moved = await self.submission.try_again(run_id)
        context.say_here("run_again" if moved else "run_decided", run_id=run_id)

    async def give_up(self, context: BotContext) -> None:
        """Leave the run without a job."""
        run_id = context.press.number
        moved = await self.submission.give_up(run_id)
        context.say_here("run_given_up" if moved else "run_decided", run_id=run_id)

    async def show_prices(self, context: BotContext) -> None:
        """Show what training on a version costs, for every model that can be tuned."""
        catalogue, plans = self.catalogue, self.plans
        dataset = await self.versions.get(context.press.number)
        epochs = sorted({preset.n_epochs for preset in catalogue.presets.values()})
        models = [
            (model, await plans.estimates.by_epochs(dataset, model.name, epochs))
            for model in catalogue.tunable(today_utc(), base_url=plans.base_url)
        ]
        presets = []
        for preset in catalogue.presets.values():
            base_model = preset.base_model or plans.base_model
            presets.append((preset, await plans.estimates.of(dataset, base_model, preset.n_epochs)))
        offers = price_views.PriceTable(
            dataset=dataset, epochs=epochs, models=models, presets=presets
        )
        elsewhere = "" if catalogue.is_at_home(plans.base_url) else plans.base_url
        context.reply(price_views.prices(context.texts, offers, catalogue, elsewhere=elsewhere))

    async def plan_screen(self, texts: Texts, run: TrainingRun) -> Screen:
        """The plan with its estimate and everything else to know before it is started."""
        return views.plan(
            texts,
            run,
            await self.plans.estimates.of_run(run),
            self.catalogue,
            shutdown=await self.plans.last_day(run.parameters.base_model),
            base_url=self.plans.base_url,
            active=await self.jobs.active_names(),
            n_cut=await self.plans.n_cut(run),
        )


def _edit(context: BotContext) -> tuple[int, PlanPart, str]:
    """The plan, the part of it and the value that a button names: "12-epochs=5"."""
    run_id, choice = context.press.number_and_word()
    part, _, value = choice.partition("=")
    if part not in list(PlanPart):
        raise ButtonGone
    return run_id, PlanPart(part), value
