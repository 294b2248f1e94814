"""/train: a plan with its price, and the buttons that start or drop it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.catalogue import Catalogue
from bot.dataset.versions import DatasetVersions
from bot.delivery.screen import Screen
from bot.domain.training import Hyperparameters, TrainingRun
from bot.edge.context import BotContext
from bot.edge.core import today_utc
from bot.errors import BadCommand, ButtonGone
from bot.jobs.store import JobStore
from bot.texts import Texts
from bot.training import edit_views, price_views, views
from bot.training.edits import PlanPart, with_preset
from bot.training.parameters import epochs_of, method_of, multiplier_of
from bot.training.plans import TrainingPlans
from bot.training.submission import Submission

USAGE = "/train [quick|production|premium] [epochs=3] [learning-rate=0.1] [suffix=…] [model=…]"

_NAMES = {
    "epochs": "n_epochs",
    "n_epochs": "n_epochs",
    "learning-rate": "learning_rate_multiplier",
    "learning_rate": "learning_rate_multiplier",
    "multiplier": "learning_rate_multiplier",
    "learning_rate_multiplier": "learning_rate_multiplier",
    "suffix": "suffix",
    "model": "base_model",
    "base_model": "base_model",
    "method": "method",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHandlers:
    """For admins."""

    plans: TrainingPlans
    submission: Submission
    jobs: JobStore
    versions: DatasetVersions
    catalogue: Catalogue
    defaults: Hyperparameters
    """The parameters of a plan without a preset."""

    async def plan(self, context: BotContext) -> None:
        """/train [preset] [key=value | --key value]: make a plan; the provider gets nothing yet."""
        parameters = parse_parameters(context.words, self.defaults, self.catalogue)
        run = await self.plans.plan(
            parameters, asked_by=context.person.id, request_id=context.request_id
        )
        context.reply(await self.plan_screen(context.texts, run))

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
        """Start the run; of many presses exactly one does."""
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
            active=await self.jobs.active_names(),
            n_cut=await self.plans.n_cut(run),
        )


def parse_parameters(
    words: Sequence[str], defaults: Hyperparameters, catalogue: Catalogue
) -> Hyperparameters:
    """The parameters that *words* ask for: a preset, `key=value`, or the terminal's flags.

    Raises:
        BadCommand: the words make no sense.
        BadValue: a value is not a number, or is out of range.
    """
    parameters = defaults
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in catalogue.presets:
            parameters = with_preset(parameters, catalogue.presets[word])
            continue
        flag = re.fullmatch(r"(?:--|—)?([A-Za-z_-]+)(?:=(.*))?", word)
        if flag is None or flag[1] not in _NAMES:
            raise BadCommand(usage=USAGE)
        value = flag[2] if flag[2] is not None else (rest.pop(0) if rest else "")
        parameters = _with_value(parameters, flag[1], value)
    return parameters


def _with_value(parameters: Hyperparameters, name: str, value: str) -> Hyperparameters:
    field = _NAMES[name]
    if field == "n_epochs":
        return replace(parameters, n_epochs=epochs_of(value, name))
    if field == "learning_rate_multiplier":
        return replace(parameters, learning_rate_multiplier=multiplier_of(value, name))
    if field == "method":
        return replace(parameters, method=method_of(value))
    if not value:
        raise BadCommand(usage=USAGE)
    if field == "suffix":
        return replace(parameters, suffix=value)
    return replace(parameters, base_model=value)


def _edit(context: BotContext) -> tuple[int, PlanPart, str]:
    """The plan, the part of it and the value that a button names: "12-epochs=5"."""
    run_id, choice = context.press.number_and_word()
    part, _, value = choice.partition("=")
    if part not in list(PlanPart):
        raise ButtonGone
    return run_id, PlanPart(part), value
