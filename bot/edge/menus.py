"""Telegram's command menus: they only show commands that the person may use."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from telegram import Bot, BotCommand, BotCommandScope, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import TelegramError

from bot.domain.people import Person
from bot.edge.core import Core
from bot.texts import LANGUAGES, Texts

ORDER: Final = (
    "start", "new", "retry", "help", "language", "id", "privacy",
    "validate", "datasets", "export", "upload", "train", "status", "jobs", "monitor", "cancel",
    "test", "models", "use", "quality", "compare", "people", "invite",
)  # fmt: skip
"""Commands in the order of the menu. Others follow, in the order of the features."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Menus:
    """A short menu for everybody, and one with all commands in the chats of admins."""

    core: Core
    everyone: Sequence[str]
    admins: Sequence[str]

    async def publish(self, bot: Bot) -> None:
        """Set all menus."""
        core = self.core
        for language in ("", *LANGUAGES):  # the menu without a language is for all others
            menu = commands(core.texts(language or core.settings.language), self.everyone)
            await _set(bot, BotCommandScopeDefault(), menu, language)
        for admin_id in sorted(core.settings.admin_ids):
            await self.publish_for(bot, await core.people.named(admin_id))

    async def publish_for(self, bot: Bot, person: Person) -> None:
        """Set the menu of a person's chat, in their language; fails before their first /start."""
        names = (*self.everyone, *self.admins) if person.is_admin else self.everyone
        menu = commands(self.core.texts_for(person), names)
        await _set(bot, BotCommandScopeChat(person.id), menu, "")


def in_order(names: Iterable[str]) -> list[str]:
    """The commands as the menu lists them."""
    return sorted(names, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


def commands(texts: Texts, names: Sequence[str]) -> list[BotCommand]:
    """The menu's entries."""
    return [BotCommand(name, texts.plain(f"menu_{name}")) for name in names]


async def _set(bot: Bot, scope: BotCommandScope, menu: Sequence[BotCommand], language: str) -> None:
    try:
        await bot.set_my_commands(menu, scope=scope, language_code=language or None)
    except TelegramError as exc:
        _logger.info("A command menu was not set: %s", exc)
