"""/train: a plan with its price, and the buttons that start or drop it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.catalogue import Catalogue
from bot.dataset.handlers import choice_of, report_screen
from bot.dataset.versions import DatasetVersions
from bot.delivery.screen import Screen
from bot.domain.people import Person
from bot.domain.training import Hyperparameters, TrainingRun
from bot.domain.typed import words_of
from bot.edge.context import BotContext
from bot.edge.core import today_utc
from bot.edge.people import People
from bot.edge.prompts import number_in
from bot.errors import ButtonGone, RunDecided
from bot.jobs.store import JobStore
from bot.texts import Texts, cut
from bot.training import base_views, edit_views, price_views, remark_views, start_views, views
from bot.training.edits import PlanPart
from bot.training.entities import StartDoubts
from bot.training.estimates import Estimates
from bot.training.plan_offers import PlanOffers
from bot.training.plan_starts import PlanStarts
from bot.training.plans import TrainingPlans
from bot.training.spending import Spending
from bot.training.submission import Submission
from bot.training.words import understood

FullName = Callable[[str], Awaitable[str | None]]
"""The full name of a tuned model that people call by its title; None: no model has that title."""
_PLACEHOLDER_UNITS: Final = 64
"""https://core.telegram.org/bots/api#forcereply"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHandlers:
    """For admins."""

    plans: TrainingPlans
    starts: PlanStarts
    offers: PlanOffers
    estimates: Estimates
    spending: Spending
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
        await self._plan(context, words_of(context.press.id))

    async def plan_on(self, context: BotContext) -> None:
        """Put a version of the dataset to use, and make a plan on it; two presses make one.

        What has to be converted is, first; of what is still wrong then the report is shown.
        """
        number, columns = choice_of(context.press)
        with context.typing():
            judged = await self.versions.fit(number, columns, by=context.person.id)
        if judged.dataset is None or not judged.report.is_valid:
            context.show(await report_screen(context.texts, self.versions, judged))
            return
        await self.plan_on_version(context, judged.dataset.id)

    async def plan_on_version(self, context: BotContext, dataset_id: int) -> None:
        """The same for another feature, which knows the version."""
        await self.versions.choose(dataset_id)
        await self._plan(context, [], is_once=True)

    async def _plan(
        self, context: BotContext, on_button: Sequence[str], *, is_once: bool = False
    ) -> None:
        rule = self.catalogue.suffix_rule(self.offers.base_url)
        asked = understood(context.words or on_button, self.defaults, self.catalogue, rule)
        parameters = asked.parameters
        for full_name in self.full_names:
            base_model = await full_name(parameters.base_model) or parameters.base_model
            parameters = replace(parameters, base_model=base_model)
        base_model = await self.offers.bases.full_name(parameters.base_model)
        parameters = replace(parameters, base_model=base_model)
        if "base_model" in asked.named and not on_button:
            near = await self.offers.similar_models(parameters)
            if near:
                screen = base_views.unknown(context.texts, parameters, self.defaults, near)
                context.reply(screen)
                return
        run = await self.plans.plan(
            parameters,
            asked_by=context.person.id,
            request_id=context.request_id,
            is_named="suffix" in asked.named,
            is_once=is_once,
        )
        if is_once and await self.starts.runs.of_request(context.request_id) is None:
            await context.say_above("plan_is_there", run_id=run.id)
            return
        screen = await self.plan_screen(context.texts, run)
        screen = remark_views.beside(context.texts, screen, asked.remarks)
        context.reply(views.taken(context.texts, screen, run, asked=parameters.base_model))

    async def show(self, context: BotContext) -> None:
        """Show the plan again after a choice."""
        run = await self.starts.open_plan(context.press.number)
        context.show(await self.plan_screen(context.texts, run))

    async def show_details(self, context: BotContext) -> None:
        """Show all numbers of the plan, and buttons for its parts."""
        run = await self.starts.open_plan(context.press.number)
        estimate = await self.estimates.of_run(run)
        facts = views.PlanFacts(estimate=estimate, base_url=self.offers.base_url)
        screen = views.details(context.texts, run, facts, self.catalogue)
        context.show(_in_plan(context.texts, run.id, screen))

    async def choose(self, context: BotContext) -> None:
        """Show the options for a part of the plan as buttons."""
        run_id, part, _ = _edit(context)
        run = await self.starts.open_plan(run_id)
        bases = await self.offers.bases_for(run) if part is PlanPart.MODEL else []
        if bases:
            screen = base_views.bases(context.texts, run, bases)
        else:
            options = await self.offers.prices(run, part)
            screen = edit_views.choice(context.texts, run, part, options, self.catalogue)
        context.show(_in_plan(context.texts, run_id, screen))

    async def edit(self, context: BotContext) -> None:
        """Change the plan as chosen, and show it with its new price."""
        run = await self.plans.edit(*_edit(context))
        context.show(await self.plan_screen(context.texts, run))

    async def ask_name(self, context: BotContext) -> None:
        """Ask for a name of the admin's own."""
        run = await self.starts.open_plan(context.press.number)
        placeholder = cut(run.parameters.suffix, _PLACEHOLDER_UNITS) or "natasha-v1"
        prompt = context.texts("name_prompt", run_id=run.id)
        context.reply(Screen(text=prompt, placeholder=placeholder))

    async def take_name(self, context: BotContext) -> None:
        """Give the plan the name that was typed as a reply, and show it."""
        run_id, name = number_in(context, "name_prompt") or 0, "-".join(context.text.split())
        run = await self.plans.edit(run_id, PlanPart.SUFFIX, name)
        context.reply(await self.plan_screen(context.texts, run))

    async def start(self, context: BotContext) -> None:
        """Start the run; of many presses exactly one does. Doubts are asked about first."""
        run_id, by, is_late = context.press.number, context.person.id, context.is_late
        found = await self.starts.start(
            run_id, by=by, request_id=context.request_id, is_late=is_late
        )
        if isinstance(found, StartDoubts):
            run, who = await self.starts.get(run_id), await self._starter(found)
            is_own = who is not None and who.id == by
            screen = start_views.ask(context.texts, run, found, who, is_own=is_own)
            screen = _in_plan(context.texts, run_id, screen)
            # A late press may be far above in the chat by now.
            (context.reply if is_late else context.show)(screen)
            return
        context.show(views.started(context.texts, found))

    async def start_another(self, context: BotContext) -> None:
        """Start the run whatever speaks against it: the admin said yes, and not long ago."""
        if context.is_late:
            await self.start(context)
            return
        run = await self.starts.confirm(
            context.press.number, by=context.person.id, request_id=context.request_id
        )
        context.show(views.started(context.texts, run))

    async def drop(self, context: BotContext) -> None:
        """Drop the plan."""
        run = await self.starts.drop(context.press.number)
        context.show(views.dropped(context.texts, run))

    async def look(self, context: BotContext) -> None:
        """Look again for the job of a run whose answer got lost."""
        run_id = context.press.number
        if not await self.submission.look_again(run_id):
            raise RunDecided(run_id=run_id)
        context.say_here("run_looking", run_id=run_id)

    async def again(self, context: BotContext) -> None:
        """Create the job again: the admin says that there is none. Doubts are asked about."""
        await self._again(context, context.press.number, is_sure=False)

    async def again_anyway(self, context: BotContext) -> None:
        """Create the job again whatever speaks against it; for a later attempt, ask again."""
        run_id, attempt = context.press.number_and_word()
        run = await self.starts.get(run_id)
        await self._again(context, run_id, is_sure=attempt == str(run.attempted_at))

    async def _again(self, context: BotContext, run_id: int, *, is_sure: bool) -> None:
        found = await self.starts.try_again(run_id, is_sure=is_sure)
        if isinstance(found, StartDoubts):
            run, who = await self.starts.get(run_id), await self._starter(found)
            is_own = who is not None and who.id == context.person.id
            context.show(start_views.ask_again(context.texts, run, found, who, is_own=is_own))
            return
        if not found:
            raise RunDecided(run_id=run_id)
        context.say_here("run_again", run_id=run_id)

    async def _starter(self, doubts: StartDoubts) -> Person | None:
        """Who started the equal run; None: the terminal did, or there is none."""
        by = doubts.twin.by if doubts.twin else 0
        return await self.people.named(by) if by else None

    async def give_up(self, context: BotContext) -> None:
        """Leave the run without a job."""
        run_id = context.press.number
        if not await self.submission.give_up(run_id):
            raise RunDecided(run_id=run_id)
        context.say_here("run_given_up", run_id=run_id)

    async def show_prices(self, context: BotContext) -> None:
        """Show what training on a version costs, for every model that can be tuned."""
        catalogue, offers = self.catalogue, self.offers
        dataset = await self.versions.get(context.press.number)
        epochs = sorted({preset.n_epochs for preset in catalogue.presets.values()})
        models = [
            (model, await self.estimates.by_epochs(dataset, model.name, epochs))
            for model in catalogue.tunable(today_utc(), base_url=offers.base_url)
        ]
        presets = []
        for preset in catalogue.presets.values():
            base_model = preset.base_model or offers.base_model
            presets.append((preset, await self.estimates.of(dataset, base_model, preset.n_epochs)))
        table = price_views.PriceTable(
            dataset=dataset, epochs=epochs, models=models, presets=presets
        )
        elsewhere = "" if catalogue.is_at_home(offers.base_url) else offers.base_url
        context.reply(price_views.prices(context.texts, table, catalogue, elsewhere=elsewhere))

    async def plan_screen(self, texts: Texts, run: TrainingRun) -> Screen:
        """The plan with its estimate and everything else to know before it is started."""
        estimate = await self.estimates.of_run(run)
        facts = views.PlanFacts(
            estimate=estimate,
            base_url=self.offers.base_url,
            shutdown=await self.offers.last_day(run.parameters.base_model),
            active=await self.jobs.active_names(),
            n_cut=await self.offers.n_cut(run),
            presets=await self.offers.presets(run, estimate),
            month=await self.spending.month(),
        )
        return _in_plan(texts, run.id, views.plan(texts, run, facts, self.catalogue))


def _in_plan(texts: Texts, run_id: int, screen: Screen) -> Screen:
    """A screen of a plan's message, of which an admin needs only the newest."""
    return screen.named("plan", texts("plan_later", run_id=run_id))


def is_name(context: BotContext) -> bool:
    """Whether an admin answers the question for a plan's name."""
    return number_in(context, "name_prompt") is not None


def _edit(context: BotContext) -> tuple[int, PlanPart, str]:
    """The plan, the part of it and the value that a button names: "12-epochs=5"."""
    run_id, choice = context.press.number_and_word()
    part, _, value = choice.partition("=")
    if part not in list(PlanPart):
        raise ButtonGone
    return run_id, PlanPart(part), value
