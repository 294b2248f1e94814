"""/train: a plan with its price, and the buttons that start or drop it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.catalogue import Catalogue
from bot.delivery.screen import Screen
from bot.domain.training import Hyperparameters, TrainingRun
from bot.edge.context import BotContext
from bot.errors import BadCommand, ButtonGone
from bot.jobs.store import JobStore
from bot.texts import Texts
from bot.training import edit_views, views
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
    catalogue: Catalogue
    defaults: Hyperparameters
    """What a plan starts from."""

    async def plan(self, context: BotContext) -> None:
        """/train [preset] [key=value | --key value]: make a plan; nothing is sent anywhere."""
        parameters = parse_parameters(context.words, self.defaults, self.catalogue)
        run = await self.plans.plan(
            parameters, asked_by=context.person.id, request_id=context.request_id
        )
        context.reply(await self.plan_screen(context.texts, run))

    async def show(self, context: BotContext) -> None:
        """Back from a choice to the plan."""
        run = await self.plans.open_plan(context.press.number)
        context.show(await self.plan_screen(context.texts, run))

    async def choose(self, context: BotContext) -> None:
        """What a part of the plan may be, as buttons."""
        run_id, part, _ = _edit(context)
        run = await self.plans.open_plan(run_id)
        options = await self.plans.choices(run, part)
        context.show(edit_views.choice(context.texts, run, part, options))

    async def edit(self, context: BotContext) -> None:
        """A choice was made: the plan shows it, with its new price."""
        run = await self.plans.edit(*_edit(context))
        context.show(await self.plan_screen(context.texts, run))

    async def start(self, context: BotContext) -> None:
        """The start button: of all presses exactly one starts the run."""
        run = await self.plans.confirm(
            context.press.number, by=context.person.id, request_id=context.request_id
        )
        context.show(views.started(context.texts, run))

    async def drop(self, context: BotContext) -> None:
        """The drop button: the plan is thrown away."""
        run = await self.plans.drop(context.press.number)
        context.show(views.dropped(context.texts, run))

    async def look(self, context: BotContext) -> None:
        """Look once more for the job of a run whose answer got lost."""
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

    async def plan_screen(self, texts: Texts, run: TrainingRun) -> Screen:
        """The plan as it is now, with all that matters before somebody starts it."""
        guess = await self.plans.estimate(run)
        shutdown = await self.plans.last_day(run.parameters.base_model)
        active = await self.jobs.active_names()
        return views.plan(
            texts,
            run,
            guess,
            self.catalogue,
            shutdown=shutdown,
            active=active,
            n_cut=await self.plans.n_cut(run),
        )


def parse_parameters(
    words: Sequence[str], defaults: Hyperparameters, catalogue: Catalogue
) -> Hyperparameters:
    """The parameters that *words* ask for: a preset, `key=value`, or the terminal's flags.

    Raises:
        BadCommand: words that make no sense.
        BadValue: a number that is none, or out of its range.
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
