"""What Telegram shows of the bot: menus with commands that the person may use, and what it is."""

import logging
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Final

from telegram import Bot, BotCommand, BotCommandScope, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import TelegramError

from bot.domain.people import Person
from bot.edge.core import Core
from bot.texts import LANGUAGES, Texts

TESTERS: Final = ("new", "help", "language", "privacy")
ADMINS: Final = (
    "start", "train", "status", "models", "datasets", "quality", "people", "new", "help",
)  # fmt: skip
"""The commands that Telegram offers; all others are behind buttons of these, and can be typed."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Menus:
    """A short menu for everybody, another in the chats of admins, and the bot's descriptions."""

    core: Core

    async def publish(self, bot: Bot) -> None:
        """Set all menus and descriptions."""
        core = self.core
        for language in ("", *LANGUAGES):  # the menu without a language is for all others
            texts, code = core.texts(language or core.settings.language), language or None
            await _set(bot, BotCommandScopeDefault(), commands(texts, TESTERS), language)
            await _told(bot.set_my_description(texts.plain("about"), code))
            await _told(bot.set_my_short_description(texts.plain("about_short"), code))
        for admin_id in sorted(core.settings.admin_ids):
            await self.publish_for(bot, await core.people.named(admin_id))

    async def publish_for(self, bot: Bot, person: Person) -> None:
        """Set the menu of a person's chat, in their language; fails before their first /start."""
        names = ADMINS if person.is_admin else TESTERS
        menu = commands(self.core.texts_for(person), names)
        await _set(bot, BotCommandScopeChat(person.id), menu, "")


def commands(texts: Texts, names: Sequence[str]) -> list[BotCommand]:
    """The menu's entries."""
    return [BotCommand(name, texts.plain(f"menu_{name}")) for name in names]


async def _set(bot: Bot, scope: BotCommandScope, menu: Sequence[BotCommand], language: str) -> None:
    await _told(bot.set_my_commands(menu, scope=scope, language_code=language or None))


async def _told(call: Awaitable[bool]) -> None:
    """Wait for the call; without it the bot works as well."""
    try:
        await call
    except TelegramError as exc:
        _logger.info("A menu or description was not set: %s", exc)
