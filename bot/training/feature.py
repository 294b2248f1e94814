"""Training runs: plans with their prices, their start, and their end."""

from dataclasses import dataclass, replace

from bot.dataset.feature import DatasetFeature
from bot.delivery.screen import Screen
from bot.edge.core import Core
from bot.edge.feature import Feature, Worker
from bot.edge.numbers import NumberHandlers
from bot.jobs.entities import JobKind
from bot.jobs.feature import JobsFeature
from bot.storage.settings_rows import StoredNumber
from bot.texts import Texts
from bot.training import ceiling_views
from bot.training.bases import ServerBases
from bot.training.ending_handlers import EndingHandlers
from bot.training.entities import RunKind
from bot.training.estimates import Estimates
from bot.training.handlers import FullName, PlanHandlers, is_name
from bot.training.notifications import EndingNotifications
from bot.training.parameters import defaults_of
from bot.training.plan_offers import PlanOffers
from bot.training.plan_starts import PlanStarts
from bot.training.plans import TrainingPlans
from bot.training.spending import Spending
from bot.training.store import RunStore
from bot.training.submission import Submission
from bot.usage.feature import UsageFeature


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFeature(Feature):
    """What other features may use of it."""

    runs: RunStore
    plans: TrainingPlans
    starts: PlanStarts
    offers: PlanOffers
    estimates: Estimates
    spending: Spending
    submission: Submission
    handlers: PlanHandlers
    endings: EndingNotifications
    full_names: list[FullName]
    """Asked in order for the base model that somebody typed: training can begin at a tuned one."""


def build(
    core: Core, *, usage: UsageFeature, dataset: DatasetFeature, jobs: JobsFeature
) -> TrainingFeature:
    """Build the plans, and the workers that submit confirmed plans to the provider."""
    settings, base_url = core.settings, core.settings.openai_base_url
    catalogue = core.catalogue.at(base_url)
    runs = RunStore(core.database)
    submission = Submission(
        database=core.database,
        runs=runs,
        jobs=jobs.store,
        datasets=dataset.datasets,
        api=core.provider,
        notifications=core.notifications,
        pause_s=core.pacing.pause_s,
        on_submitted=[jobs.watching.wake],
    )
    estimates = Estimates(
        jobs=jobs.store,
        api=core.provider,
        checker=dataset.datasets.checker,
        catalogue=catalogue,
        base_url=base_url,
    )
    spending = Spending(
        accounts=usage.accounts,
        jobs=jobs.store,
        runs=runs,
        ceiling=StoredNumber(core.database, "monthly_ceiling_usd"),
        catalogue=catalogue,
        base_url=base_url,
        zone=settings.zone,
    )
    bases = ServerBases(api=core.provider, estimates=estimates)
    starts = PlanStarts(
        database=core.database,
        runs=runs,
        spending=spending,
        datasets=dataset.datasets,
        catalogue=catalogue,
        on_confirmed=submission.wake,
    )
    offers = PlanOffers(
        runs=runs,
        estimates=estimates,
        bases=bases,
        datasets=dataset.datasets,
        api=core.provider,
        catalogue=catalogue,
        base_url=base_url,
        base_model=settings.base_model,
    )
    plans = TrainingPlans(
        database=core.database,
        runs=runs,
        estimates=estimates,
        bases=bases,
        datasets=dataset.datasets,
        catalogue=catalogue,
        starts=starts,
        offers=offers,
        base_url=base_url,
        base_model=settings.base_model,
    )
    full_names: list[FullName] = []
    handlers = PlanHandlers(
        full_names=full_names,
        plans=plans,
        starts=starts,
        offers=offers,
        estimates=estimates,
        spending=spending,
        submission=submission,
        jobs=jobs.store,
        versions=dataset.versions,
        people=core.people,
        catalogue=catalogue,
        defaults=defaults_of(settings, catalogue),
    )

    async def ceiling_screen(texts: Texts, usd: int | None) -> Screen:
        month = await spending.month()
        chosen = month if usd is None else replace(month, ceiling_usd=usd or None)
        return ceiling_views.ceiling(texts, chosen)

    ceiling = NumberHandlers(name="ceiling", stored=spending.ceiling, screen=ceiling_screen)
    rendering = EndingNotifications(
        jobs=jobs.store,
        runs=runs,
        checker=dataset.datasets.checker,
        people=core.people,
        catalogue=catalogue,
        base_url=base_url,
    )
    endings = EndingHandlers(
        runs=runs,
        plans=plans,
        starts=starts,
        offers=offers,
        watching=jobs.watching,
        rendering=rendering,
        plan_screen=handlers.plan_screen,
    )
    return TrainingFeature(
        name="training",
        runs=runs,
        plans=plans,
        starts=starts,
        offers=offers,
        estimates=estimates,
        spending=spending,
        submission=submission,
        full_names=full_names,
        handlers=handlers,
        endings=rendering,
        admin_commands={"train": handlers.plan},
        admin_presses={
            "training:plan": handlers.plan,
            "training:on": handlers.plan_on,
            "training:show": handlers.show,
            "training:details": handlers.show_details,
            "training:edit": handlers.choose,
            "training:set": handlers.edit,
            "training:name": handlers.ask_name,
            "training:start": handlers.start,
            "training:another": handlers.start_another,
            "training:drop": handlers.drop,
            "training:look": handlers.look,
            "training:again": handlers.again,
            "training:again_anyway": handlers.again_anyway,
            "training:giveup": handlers.give_up,
            "training:why": endings.show_reason,
            "training:remedies": endings.ask_remedy,
            "training:like": endings.with_remedy,
            "training:retry": endings.retry,
            "training:anew": endings.retry_on_current,
            "training:models": endings.ask_model,
            "training:with": endings.with_model,
            "training:prices": handlers.show_prices,
            "training:ceiling": ceiling.choose,
        },
        messages=[(ceiling.is_answer, ceiling.take), (is_name, handlers.take_name)],
        notifications={
            JobKind.FINISHED: rendering.finished,
            JobKind.NEVER_NAMED: rendering.never_named,
            RunKind.REFUSED: rendering.refused,
            RunKind.UNCERTAIN: rendering.uncertain,
            RunKind.UNLISTED: rendering.unlisted,
        },
        costly=("training:again", "training:again_anyway"),
        starters={"run_id": runs.started_by},
        workers=[Worker(start=submission.start, close=submission.close)],
    )
