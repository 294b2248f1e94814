"""Trials: a model answers the sample prompts, by command or after a successful training."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.dataset.feature import DatasetFeature
from bot.edge.core import Core
from bot.edge.feature import Feature, Tick, Worker
from bot.jobs.feature import JobsFeature
from bot.serving.feature import ServingFeature
from bot.training.feature import TrainingFeature
from bot.trials.entities import TrialKind
from bot.trials.handlers import TrialHandlers
from bot.trials.notifications import TrialNotifications
from bot.trials.sampling import Sampling, sample_prompts
from bot.trials.store import TrialStore
from bot.trials.trials import Trials


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialsFeature(Feature):
    """What other features may use of it."""

    trials: Trials
    store: TrialStore


def build(
    core: Core,
    *,
    dataset: DatasetFeature,
    jobs: JobsFeature,
    training: TrainingFeature,
    serving: ServingFeature,
    prompts: Sequence[str] | None = None,
) -> TrialsFeature:
    """Build the trials, one after each successful job; *prompts* replace the shipped ones."""
    settings, store = core.settings, TrialStore(core.database)
    trials = Trials(
        database=core.database,
        store=store,
        models=serving.models,
        jobs=jobs.store,
        runs=training.runs,
        datasets=dataset.datasets,
        serving=serving.serving,
        sampling=Sampling(
            api=core.chat_model,
            prompts=sample_prompts() if prompts is None else prompts,
            temperature=settings.chat_temperature,
            max_tokens=settings.chat_max_tokens,
            pause_s=core.pacing.pause_s,
        ),
        notifications=core.notifications,
        patience_s=core.pacing.model_patience_s,
    )
    jobs.watching.on_success.append(trials.on_success)
    rendering = TrialNotifications(trials=store, jobs=jobs.store, serving=serving.serving)
    handlers = TrialHandlers(
        serving=serving.serving, names=serving.names, trials=trials, notifications=rendering
    )
    return TrialsFeature(
        name="trials",
        trials=trials,
        store=store,
        admin_commands={"test": handlers.test},
        admin_presses={
            "trials:test": handlers.test_pressed,
            "trials:page": handlers.compare,
            "trials:turn": handlers.turn,
            "trials:leave": handlers.leave,
            "trials:now": handlers.check,
        },
        notifications={
            TrialKind.FINISHED: rendering.finished,
            TrialKind.UNSERVED: rendering.unserved,
        },
        ticks=[
            Tick(
                name="unserved models",
                run=trials.tick,
                interval_s=settings.poll_interval_s,
                first_s=0.1,
            )
        ],
        workers=[Worker(start=trials.start, close=trials.close)],
    )
