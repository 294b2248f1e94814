"""The chat's notifications, put into words when they leave: always the newest state."""

from dataclasses import dataclass

from bot.chat import failure_views as views
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.serving.store import ModelStore
from bot.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatNotifications:
    """Reads the models that a notification speaks of."""

    models: ModelStore

    async def model_gone(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The serving model is gone; which one answers instead, if any."""
        gone = await self.models.get(payload["gone_id"])
        successor = await self.models.get(payload["successor_id"] or 0)
        return views.gone(texts, gone, successor) if gone else None
