"""Training runs: plans with their prices, their start, and their end."""

from dataclasses import dataclass

from bot.dataset.feature import DatasetFeature
from bot.domain.training import Hyperparameters
from bot.edge.core import Core
from bot.edge.feature import Feature, Worker
from bot.jobs.entities import JobKind
from bot.jobs.feature import JobsFeature
from bot.training.ending_handlers import EndingHandlers
from bot.training.entities import RunKind
from bot.training.estimates import Estimates
from bot.training.handlers import FullName, PlanHandlers
from bot.training.notifications import EndingNotifications
from bot.training.plans import TrainingPlans
from bot.training.store import RunStore
from bot.training.submission import Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFeature(Feature):
    """What other features may use of it."""

    runs: RunStore
    plans: TrainingPlans
    submission: Submission
    full_names: list[FullName]
    """Asked in order for the base model that somebody typed: training can begin at a tuned one."""


def build(core: Core, *, dataset: DatasetFeature, jobs: JobsFeature) -> TrainingFeature:
    """Build the plans, and the workers that submit confirmed plans to the provider."""
    settings, catalogue, base_url = core.settings, core.catalogue, core.settings.openai_base_url
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
    plans = TrainingPlans(
        database=core.database,
        runs=runs,
        estimates=Estimates(jobs=jobs.store, catalogue=catalogue, base_url=base_url),
        datasets=dataset.datasets,
        api=core.provider,
        catalogue=catalogue,
        base_url=base_url,
        base_model=settings.base_model,
        on_confirmed=submission.wake,
    )
    full_names: list[FullName] = []
    handlers = PlanHandlers(
        full_names=full_names,
        plans=plans,
        submission=submission,
        jobs=jobs.store,
        versions=dataset.versions,
        people=core.people,
        catalogue=catalogue,
        defaults=Hyperparameters(
            base_model=settings.base_model,
            n_epochs=settings.n_epochs,
            learning_rate_multiplier=settings.learning_rate_multiplier,
            suffix=settings.model_suffix,
        ),
    )
    endings = EndingHandlers(
        runs=runs, plans=plans, watching=jobs.watching, plan_screen=handlers.plan_screen
    )
    rendering = EndingNotifications(
        jobs=jobs.store, runs=runs, pictures=jobs.pictures, catalogue=catalogue, base_url=base_url
    )
    return TrainingFeature(
        name="training",
        runs=runs,
        plans=plans,
        submission=submission,
        full_names=full_names,
        admin_commands={"train": handlers.plan},
        admin_presses={
            "training:plan": handlers.plan,
            "training:show": handlers.show,
            "training:edit": handlers.choose,
            "training:set": handlers.edit,
            "training:start": handlers.start,
            "training:another": handlers.start_another,
            "training:drop": handlers.drop,
            "training:look": handlers.look,
            "training:again": handlers.again,
            "training:giveup": handlers.give_up,
            "training:remedies": endings.ask_remedy,
            "training:like": endings.with_remedy,
            "training:retry": endings.retry,
            "training:anew": endings.retry_on_current,
            "training:models": endings.ask_model,
            "training:with": endings.with_model,
            "training:prices": handlers.show_prices,
        },
        notifications={
            JobKind.FINISHED: rendering.finished,
            JobKind.NEVER_NAMED: rendering.never_named,
            RunKind.REFUSED: rendering.refused,
            RunKind.UNCERTAIN: rendering.uncertain,
            RunKind.UNLISTED: rendering.unlisted,
        },
        workers=[Worker(start=submission.start, close=submission.close)],
    )
