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
from bot.trials.fitness import Fitness
from bot.trials.handlers import TrialHandlers
from bot.trials.lessons import Lessons
from bot.trials.notifications import TrialNotifications
from bot.trials.probes import Probe, shipped_probes
from bot.trials.sampling import Sampling, sample_prompts
from bot.trials.store import TrialStore
from bot.trials.trials import Trials


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialsFeature(Feature):
    """What other features may use of it."""

    trials: Trials
    store: TrialStore
    fitness: Fitness


def build(
    core: Core,
    *,
    dataset: DatasetFeature,
    jobs: JobsFeature,
    training: TrainingFeature,
    serving: ServingFeature,
    prompts: Sequence[str] | None = None,
    probes: Sequence[Probe] | None = None,
) -> TrialsFeature:
    """Build the trials, one after each successful job.

    *prompts* and *probes* replace the shipped ones.
    """
    settings, store = core.settings, TrialStore(core.database)
    trials = Trials(
        database=core.database,
        store=store,
        models=serving.models,
        jobs=jobs.store,
        lessons=Lessons(runs=training.runs, datasets=dataset.datasets, language=settings.language),
        serving=serving.serving,
        sampling=Sampling(
            api=core.chat_model,
            prompts=sample_prompts() if prompts is None else prompts,
            probes=shipped_probes() if probes is None else probes,
            temperature=settings.chat_temperature,
            max_tokens=settings.chat_max_tokens,
            pause_s=core.pacing.pause_s,
        ),
        notifications=core.notifications,
        patience_s=core.pacing.model_patience_s,
        speaks_after_s=core.pacing.speaks_after_s,
    )
    jobs.watching.on_success.append(trials.on_success)
    rendering = TrialNotifications(trials=trials, endings=training.endings, serving=serving.serving)
    handlers = TrialHandlers(
        serving=serving.serving, names=serving.names, trials=trials, notifications=rendering
    )
    return TrialsFeature(
        name="trials",
        trials=trials,
        store=store,
        fitness=Fitness(trials=store, serving=serving.serving),
        admin_commands={"test": handlers.test},
        admin_presses={
            "trials:test": handlers.test_pressed,
            "trials:page": handlers.compare,
            "trials:turn": handlers.turn,
            "trials:probes": handlers.probes,
            "trials:probe": handlers.turn_probe,
            "trials:leave": handlers.leave,
            "trials:why": handlers.explain,
            "trials:voice": handlers.show,
            "trials:now": handlers.check,
        },
        notifications={
            TrialKind.FINISHED: rendering.finished,
            TrialKind.UNSERVED: rendering.unserved,
        },
        costly=("/test", "trials:test", "trials:now"),
        starters={"trial_id": rendering.started_by},
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
