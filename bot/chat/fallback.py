"""What becomes of the chats when the serving model is gone."""

import time
from dataclasses import dataclass

from bot.chat.entities import ChatKind
from bot.delivery.notifications import Notifications
from bot.domain import JsonDict
from bot.domain.models import CurrentModel, ServedModel
from bot.errors import ModelGone
from bot.serving.last_days import LastDays
from bot.serving.serving import ServedModels
from bot.serving.store import ModelStore
from bot.storage.database import Database, Transaction
from bot.usage.store import UsageStore

YOUNG_S = 600.0
"""So long a model that never answered may just not be ready yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """Whoever served before takes over, once; who serves after that is up to the admins.

    A model that was replaced does not come back automatically, so nothing flaps.
    """

    database: Database
    models: ModelStore
    serving: ServedModels
    usage: UsageStore
    last_days: LastDays
    notifications: Notifications
    young_s: float = YOUNG_S

    async def instead_of(self, gone: ServedModel) -> ServedModel | None:
        """Who answers from now on in the place of a model that its server does not know.

        None: it is not the one that serves, or it may just not be ready yet.

        Raises:
            ModelGone: nobody is left; the admins know.
        """
        serving = await self.serving.current()
        if serving is not None and serving.instead_of == gone.name:
            return serving.model  # another chat was quicker
        if serving is None or serving.model.id != gone.id or not await self._is_ready(serving):
            return None
        successor = await self._successor(gone)
        await self.database.write(lambda tx: self._replace(tx, serving, successor))
        if successor is None:
            raise ModelGone(model=gone.title)
        now = await self.serving.current()  # an admin may have been quicker
        return now.model if now else successor

    async def _is_ready(self, serving: CurrentModel) -> bool:
        """Whether the model should answer: it did, or it had time enough."""
        is_young = time.time() - serving.since < self.young_s
        return not is_young or await self.usage.has_answered(serving.model.name)

    async def _successor(self, gone: ServedModel) -> ServedModel | None:
        for model in await self.serving.successors_of(gone):
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
        payload: JsonDict = {
            "gone_id": gone.id,
            "successor_id": successor.id if successor else None,
        }
        key = f"model_gone:{gone.id}:{serving.since}"
        await self.notifications.tell_admins(tx, ChatKind.MODEL_GONE, payload, key=key)
