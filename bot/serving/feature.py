"""Serving: which model answers in chats, and the warnings before one ends."""

from dataclasses import dataclass

from bot.dataset.feature import DatasetFeature
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.edge.core import Core
from bot.edge.feature import Feature, Tick
from bot.jobs.feature import JobsFeature
from bot.serving import views
from bot.serving.entities import ServingKind
from bot.serving.last_day_store import LastDayStore
from bot.serving.last_days import LastDays
from bot.serving.naming import ModelNames
from bot.serving.serving import ServedModels
from bot.serving.store import ModelStore
from bot.serving.tried import TriedModels
from bot.serving.tried_store import TriedStore
from bot.texts import Texts
from bot.training.feature import TrainingFeature


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingFeature(Feature):
    """What other features may use of it."""

    serving: ServedModels
    tried: TriedModels
    names: ModelNames
    models: ModelStore
    last_days: LastDays


def build(
    core: Core, *, dataset: DatasetFeature, jobs: JobsFeature, training: TrainingFeature
) -> ServingFeature:
    """Build the list of models, the choice among them, and the warnings before one ends."""
    settings, models = core.settings, ModelStore(core.database)
    serving = ServedModels(
        database=core.database,
        models=models,
        runs=training.runs,
        datasets=dataset.datasets,
        notifications=core.notifications,
        chat_model=settings.chat_model,
    )
    tried = TriedModels(
        database=core.database,
        store=TriedStore(core.database),
        serving=serving,
        notifications=core.notifications,
    )
    serving.on_retired.append(tried.lose_in)
    last_days = LastDays(
        database=core.database,
        store=LastDayStore(),
        serving=serving,
        api=core.provider,
        notifications=core.notifications,
        catalogue=core.catalogue,
        base_model=settings.base_model,
        training_url=settings.openai_base_url,
        chat_url=settings.chat_url,
        today=core.today,
    )
    names = ModelNames(models=models, serving=serving, api=core.chat_model)
    jobs.watching.on_success.append(serving.on_success)
    training.full_names.append(names.full_name)

    async def ending(texts: Texts, payload: JsonDict, _: int) -> Screen:
        return views.ending(texts, payload, last_days.today())

    async def silent(texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        now = await serving.current()
        if now is None or now.model.id != payload["model_id"]:
            return None  # an admin was quicker
        by = payload.get("by")
        who = (await core.people.named(by)).name if by else ""
        return views.silent(texts, now.model, await serving.previous(), who)

    async def switched(texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        by = await core.people.named(payload["by"])
        model, before = await models.get(payload["model_id"]), payload["before_id"]
        return views.switched(texts, model, await models.get(before or 0), by) if model else None

    async def tried_lost(texts: Texts, payload: JsonDict, reader: int) -> Screen | None:
        lost = await models.get(payload["model_id"])
        now = await tried.answering(await core.people.named(reader))
        return views.tried_lost(texts, lost, now) if lost else None

    return ServingFeature(
        name="serving",
        serving=serving,
        tried=tried,
        names=names,
        models=models,
        last_days=last_days,
        notifications={
            ServingKind.ENDING: ending,
            ServingKind.SILENT: silent,
            ServingKind.SWITCHED: switched,
            ServingKind.TRIED_LOST: tried_lost,
        },
        # Several times a day, so that one unanswered request does not delay a warning by a day.
        ticks=[Tick(name="last days", run=last_days.look, interval_s=6 * 3600, first_s=1)],
    )
