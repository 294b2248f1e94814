"""Builds all features, in their order.

A feature may use those above it. `import-linter` checks the imports against this order.
"""

from collections.abc import Sequence

from bot.access.feature import build as build_access
from bot.alarms.feature import build as build_alarms
from bot.chat.feature import build as build_chat
from bot.comparison.feature import build as build_comparison
from bot.dataset.feature import build as build_dataset
from bot.edge.core import Core
from bot.edge.feature import Feature
from bot.editing.feature import build as build_editing
from bot.export.feature import build as build_export
from bot.importing.feature import build as build_importing
from bot.jobs.feature import build as build_jobs
from bot.models.feature import build as build_models
from bot.privacy.feature import build as build_privacy
from bot.ratings.feature import build as build_ratings
from bot.safety.feature import build as build_safety
from bot.serving.feature import build as build_serving
from bot.training.feature import build as build_training
from bot.trials.feature import build as build_trials
from bot.trials.probes import Probe
from bot.usage.feature import build as build_usage
from bot.week.feature import build as build_week
from bot.welcome.feature import build as build_welcome


def build_features(
    core: Core, *, prompts: Sequence[str] | None = None, probes: Sequence[Probe] | None = None
) -> list[Feature]:
    """Build every feature; this starts nothing and sends nothing.

    *prompts* and *probes* are what every new model is asked; None: the shipped ones.
    """
    features: list[Feature] = [
        safety := build_safety(core),
        usage := build_usage(core),
        dataset := build_dataset(core),
        build_importing(core, dataset=dataset),
        jobs := build_jobs(core),
        training := build_training(core, usage=usage, dataset=dataset, jobs=jobs),
        build_alarms(core, jobs=jobs, training=training),
        serving := build_serving(core, dataset=dataset, jobs=jobs, training=training),
        access := build_access(core, usage=usage, serving=serving),
        trials := build_trials(
            core,
            dataset=dataset,
            jobs=jobs,
            training=training,
            serving=serving,
            prompts=prompts,
            probes=probes,
        ),
        chat := build_chat(
            core, safety=safety, usage=usage, serving=serving, access=access, trials=trials
        ),
        ratings := build_ratings(core, safety=safety, serving=serving, chat=chat),
        export := build_export(core, dataset=dataset, ratings=ratings),
        build_editing(
            core,
            safety=safety,
            dataset=dataset,
            training=training,
            chat=chat,
            ratings=ratings,
            export=export,
        ),
        build_comparison(core, usage=usage, serving=serving, chat=chat, trials=trials),
        build_models(
            core,
            usage=usage,
            jobs=jobs,
            training=training,
            serving=serving,
            trials=trials,
            ratings=ratings,
        ),
        build_week(core, training=training, serving=serving, chat=chat, ratings=ratings),
        build_welcome(
            core,
            usage=usage,
            dataset=dataset,
            jobs=jobs,
            serving=serving,
            access=access,
        ),
    ]
    # Rows that refer to others are deleted before them.
    forgets = [feature.forgets for feature in reversed(features) if feature.forgets]
    return [*features, build_privacy(core, usage=usage, chat=chat, forgets=forgets)]
