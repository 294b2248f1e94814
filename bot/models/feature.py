"""The list of models, the details of each, and the choice of the one that answers."""

from dataclasses import dataclass

from bot.edge.core import Core
from bot.edge.feature import Feature
from bot.jobs.feature import JobsFeature
from bot.models.asked_store import AskedStore
from bot.models.checkpoint_store import CheckpointStore
from bot.models.details import ModelFacts
from bot.models.doubts import Doubts
from bot.models.handlers import ModelHandlers
from bot.models.talk_handlers import TalkHandlers
from bot.ratings.feature import RatingsFeature
from bot.serving.feature import ServingFeature
from bot.training.feature import TrainingFeature
from bot.trials.feature import TrialsFeature
from bot.usage.feature import UsageFeature


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsFeature(Feature):
    """What other features may use of it."""

    details: ModelFacts
    doubts: Doubts


def build(
    core: Core,
    *,
    usage: UsageFeature,
    jobs: JobsFeature,
    training: TrainingFeature,
    serving: ServingFeature,
    trials: TrialsFeature,
    ratings: RatingsFeature,
) -> ModelsFeature:
    """Build the screens of models, which show what all other features know of one."""
    details = ModelFacts(
        database=core.database,
        models=serving.models,
        checkpoints=CheckpointStore(core.database),
        trials=trials.store,
        jobs=jobs.store,
        runs=training.runs,
        serving=serving.serving,
        last_days=serving.last_days,
        quality=ratings.quality,
        api=core.provider,
    )
    doubts = Doubts(
        serving=serving.serving,
        names=serving.names,
        last_days=serving.last_days,
        usage=usage.accounts.store,
        trials=trials.store,
    )
    handlers = ModelHandlers(
        serving=serving.serving,
        tried=serving.tried,
        models=details,
        quality=ratings.quality,
        last_days=serving.last_days,
        names=serving.names,
        doubts=doubts,
        asked=AskedStore(core.database),
        people=core.people,
    )
    talking = TalkHandlers(tried=serving.tried)
    return ModelsFeature(
        name="models",
        details=details,
        doubts=doubts,
        admin_commands={"models": handlers.list_models, "use": handlers.use},
        admin_presses={
            "models:list": handlers.list_models,
            "models:retired": handlers.list_retired,
            "models:show": handlers.show,
            "models:steps": handlers.show_checkpoints,
            "models:retire": handlers.retire,
            "models:restore": handlers.restore,
            "models:use": handlers.serve_pressed,
            "models:serve": handlers.serve_pressed,
            "models:anyway": handlers.serve_anyway,
            "models:pick": handlers.serve_picked,
            "models:yes": handlers.serve_asked,
            "models:back": handlers.go_back,
            "models:talk": talking.begin,
            "models:talk_end": talking.end,
        },
        talks=("models:talk", "models:talk_end"),
    )
