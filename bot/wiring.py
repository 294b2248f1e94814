"""The features in their order: the one place where all of them meet.

A feature may use those above it. `import-linter` holds the imports to this order.
"""

from collections.abc import Sequence
from pathlib import Path

from bot.access.feature import build as build_access
from bot.alarms.feature import build as build_alarms
from bot.chat.feature import build as build_chat
from bot.comparison.feature import build as build_comparison
from bot.dataset.feature import build as build_dataset
from bot.edge.core import Core
from bot.edge.feature import Feature
from bot.export.feature import build as build_export
from bot.jobs.feature import build as build_jobs
from bot.models.feature import build as build_models
from bot.privacy.feature import build as build_privacy
from bot.ratings.feature import build as build_ratings
from bot.serving.feature import build as build_serving
from bot.training.feature import build as build_training
from bot.trials.feature import build as build_trials
from bot.usage.feature import build as build_usage
from bot.welcome.feature import build as build_welcome


def build_features(
    core: Core, *, prompts: Sequence[str] | None = None, file: Path | None = None
) -> list[Feature]:
    """Every feature, built once; nothing is started and nothing is sent.

    Args:
        core: What they stand on.
        prompts: What every new model is asked; None: the shipped prompts.
        file: The only dataset there is; None: the one in use.
    """
    features: list[Feature] = [
        usage := build_usage(core),
        dataset := build_dataset(core, file=file),
        jobs := build_jobs(core),
        training := build_training(core, dataset=dataset, jobs=jobs),
        build_alarms(core, jobs=jobs, training=training),
        serving := build_serving(core, dataset=dataset, jobs=jobs, training=training),
        access := build_access(core, usage=usage, serving=serving),
        trials := build_trials(
            core, dataset=dataset, jobs=jobs, training=training, serving=serving, prompts=prompts
        ),
        chat := build_chat(core, usage=usage, serving=serving, access=access),
        ratings := build_ratings(core, serving=serving, chat=chat),
        build_export(core, dataset=dataset, ratings=ratings),
        build_comparison(core, usage=usage, serving=serving, chat=chat),
        build_models(
            core, jobs=jobs, training=training, serving=serving, trials=trials, ratings=ratings
        ),
        build_welcome(core, dataset=dataset, jobs=jobs, serving=serving, access=access),
    ]
    # What stands on something else is deleted before it.
    forgets = [feature.forgets for feature in reversed(features) if feature.forgets]
    return [*features, build_privacy(core, usage=usage, chat=chat, forgets=forgets)]
