"""/privacy: what is stored about a person, shown and deleted; also when they were removed."""

from typing import Any
from urllib.parse import urlsplit

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.domain.people import Profile
from bot.edge.context import BotContext
from bot.edge.guards import quiet_key
from bot.privacy import views
from bot.welcome import views as door


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """Open to everybody: each sees only what is their own."""
    return [
        CommandHandler("privacy", overview),
        CallbackQueryHandler(get, pattern="^privacy:get:"),
        CallbackQueryHandler(ask_forget, pattern="^privacy:forget:"),
        CallbackQueryHandler(forget, pattern="^privacy:forgotten:"),
        CallbackQueryHandler(keep, pattern="^privacy:keep:"),
    ]


async def overview(update: Update, context: BotContext) -> None:
    """/privacy: what there is, in plain words."""
    services = context.services
    words = await services.privacy.words_of(context.person.id)
    host = urlsplit(services.settings.chat_url).hostname or ""
    screen = views.overview(context.texts, await _profile(context), words, host=host)
    context.reply(screen, key=quiet_key(context, "privacy"))


async def get(update: Update, context: BotContext) -> None:
    """All of it, as a file."""
    services, person = context.services, context.person
    words = await services.privacy.words_of(person.id)
    screen = views.file_of(
        context.texts,
        await _profile(context),
        await services.privacy.turns_of(person.id),
        n_turns=words.n_turns,
        usage=await services.accounts.models_of(person.id),
    )
    context.reply(screen, key=quiet_key(context, "privacy_file"))


async def ask_forget(update: Update, context: BotContext) -> None:
    """Whether it shall really go."""
    context.reply(views.ask_forget(context.texts), key=quiet_key(context, "privacy_ask"))


async def forget(update: Update, context: BotContext) -> None:
    """Delete it, together with the word that it is deleted; an answer that grows ends, unkept."""
    context.services.generations.end(context.row.chat_id)
    context.also(lambda tx: context.services.privacy.forget(tx, context.person))
    context.show(door.plain(context.texts, "privacy_done"), key=quiet_key(context, "privacy_done"))


async def keep(update: Update, context: BotContext) -> None:
    """Delete nothing."""
    context.show(door.plain(context.texts, "privacy_left"), key=quiet_key(context, "privacy_left"))


async def _profile(context: BotContext) -> Profile:
    return await context.services.people.profile_of(context.person)
