"""Telegram's command menus: nobody is shown what they may not do."""

import logging
from collections.abc import Sequence

from telegram import Bot, BotCommand, BotCommandScope, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import TelegramError

from bot.domain.people import Person
from bot.edge.context import Services
from bot.texts import LANGUAGES, Texts

EVERYONE = ("start", "new", "retry", "help", "language", "id", "privacy")
ADMINS = (
    "validate", "datasets", "export", "upload", "train", "status", "jobs", "monitor", "cancel",
    "test", "models", "use", "quality", "compare", "people", "invite",
)  # fmt: skip

_logger = logging.getLogger(__name__)


async def publish(bot: Bot, services: Services) -> None:
    """Set the menus: short for everybody, whole in the chats of admins."""
    default = services.texts(services.settings.language)
    await _set(bot, BotCommandScopeDefault(), commands(default, EVERYONE), "")
    for language in LANGUAGES:
        menu = commands(services.texts(language), EVERYONE)
        await _set(bot, BotCommandScopeDefault(), menu, language)
    for admin_id in sorted(services.settings.admin_ids):
        await publish_for(bot, services, await services.people.named(admin_id))


async def publish_for(bot: Bot, services: Services, person: Person) -> None:
    """Set the menu of one person's chat, in their language. Before /start there is no chat."""
    names = (*EVERYONE, *ADMINS) if person.is_admin else EVERYONE
    menu = commands(services.texts_for(person), names)
    await _set(bot, BotCommandScopeChat(person.id), menu, "")


def commands(texts: Texts, names: Sequence[str]) -> list[BotCommand]:
    """The menu's entries."""
    return [BotCommand(name, texts.plain(f"menu_{name}")) for name in names]


async def _set(bot: Bot, scope: BotCommandScope, menu: Sequence[BotCommand], language: str) -> None:
    try:
        await bot.set_my_commands(menu, scope=scope, language_code=language or None)
    except TelegramError as exc:
        _logger.info("A command menu was not set: %s", exc)
