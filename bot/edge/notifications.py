"""Notifications, put into words when they leave: always the newest state."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.delivery.notifications import NotificationKind
from bot.delivery.screen import Screen, plain
from bot.domain import JsonDict
from bot.edge.core import Core
from bot.edge.feature import Render
from bot.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """Puts what the outbox holds into words, for the person who gets it."""

    core: Core
    renders: Mapping[NotificationKind, Render]

    async def render(self, kind: str, payload: JsonDict, chat_id: int) -> Screen | None:
        """The screen for a notification; None when there is nothing to tell any more."""
        texts = self.core.texts_for(await self.core.people.named(chat_id))
        return await self.renders[kind](texts, payload, chat_id)  # type: ignore[index]


async def not_delivered(texts: Texts, payload: JsonDict, _: int) -> Screen:
    """The apology for a message that Telegram refused."""
    return plain(texts, "error_not_delivered", incident=payload["incident"])
