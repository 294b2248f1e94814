"""Which model answers in chats when the serving one is gone."""

import time
from dataclasses import dataclass

from bot.chat.entities import ChatKind
from bot.delivery.notifications import Notifications
from bot.domain import JsonDict
from bot.domain.models import CurrentModel, ServedModel
from bot.domain.people import Urgency
from bot.errors import ModelGone
from bot.serving.last_days import LastDays
from bot.serving.serving import ServedModels
from bot.serving.store import ModelStore
from bot.storage.database import Database, Transaction
from bot.trials.fitness import Fitness
from bot.usage.store import UsageStore

YOUNG_S = 600.0
"""For so many seconds of service, a model that has never answered may still be unready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """An earlier model takes over, once; after that the admins decide.

    A replaced model does not come back automatically, so the bot never switches to and fro.
    """

    database: Database
    models: ModelStore
    serving: ServedModels
    usage: UsageStore
    last_days: LastDays
    fitness: Fitness
    notifications: Notifications

    async def instead_of(self, gone: ServedModel) -> ServedModel | None:
        """The model that answers from now on instead of one that its server does not know.

        None: *gone* does not serve, or it may still be unready; the admins hear of the latter.

        Raises:
            ModelGone: no model is left; the admins get a message.
        """
        serving = await self.serving.current()
        if serving is not None and serving.instead_of == gone.name:
            return serving.model  # another chat was quicker
        if serving is None or serving.model.id != gone.id:
            return None
        if not await self._is_ready(serving):
            await self.database.write(lambda tx: self.serving.tell_silent(tx, gone.id))
            return None
        successor = await self._successor(gone)
        await self.database.write(lambda tx: self._replace(tx, serving, successor))
        if successor is None:
            raise ModelGone(model=gone.title)
        now = await self.serving.current()  # an admin may have been quicker
        return now.model if now else successor

    async def _is_ready(self, serving: CurrentModel) -> bool:
        """Whether the model should answer by now: it did before, or it has had enough time."""
        is_young = time.time() - serving.since < YOUNG_S
        return not is_young or await self.usage.has_answered(serving.model.name)

    async def _successor(self, gone: ServedModel) -> ServedModel | None:
        for model in await self.serving.successors_of(gone):
            if await self.fitness.unfit(model) is not None:
                continue  # only an admin lets it answer
            if await self.last_days.over_since(model.name) is None:
                return model
        return None

    async def _replace(
        self, tx: Transaction, serving: CurrentModel, successor: ServedModel | None
    ) -> None:
        gone, now = serving.model, int(time.time())
        if successor is not None and not await self.models.replace(
            tx, gone.id, by=successor.id, now=now
        ):
            return
        successor_id = successor.id if successor else None
        payload: JsonDict = {"gone_id": gone.id, "successor_id": successor_id}
        key = f"model_gone:{gone.id}:{serving.since}"
        await self.notifications.tell_admins(
            tx, ChatKind.MODEL_GONE, payload, key=key, urgency=Urgency.IMPORTANT
        )
