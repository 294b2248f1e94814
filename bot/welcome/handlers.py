"""/start, /help, /id, /language: who one is here and what there is to do."""

from dataclasses import replace
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.edge import menus
from bot.edge.context import BotContext
from bot.errors import BadCommand, DatasetMissing
from bot.texts import LANGUAGES
from bot.welcome import views


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """Open to everyone who is admitted."""
    return [
        CommandHandler("start", start),
        CommandHandler("help", show_help),
        CommandHandler("id", show_id),
        CommandHandler("language", ask_language),
        CallbackQueryHandler(choose_language, pattern=r"^language:set:"),
        CallbackQueryHandler(is_inside, pattern=r"^door:ask:"),
    ]


async def start(update: Update, context: BotContext) -> None:
    """/start: an admin sees how things stand, a tester how to begin."""
    services = context.services
    await menus.publish_for(context.bot, services, context.person)
    if await services.invitations.is_spare("".join(context.args or [])):
        context.reply(views.plain(context.texts, "spare_code"))
    serving = await services.serving.current()
    if not context.person.is_admin:
        screen = views.start_tester(context.texts, context.person, is_ready=serving is not None)
        context.reply(screen)
        return
    try:
        report = await services.datasets.report()
    except DatasetMissing:
        report = None
    context.reply(
        views.start_admin(
            context.texts,
            context.person,
            report=report,
            serving=serving,
            training=await services.jobs.active_names(),
        )
    )


async def is_inside(update: Update, context: BotContext) -> None:
    """The button to ask for access, pressed by somebody who was let in meanwhile."""
    context.show(views.plain(context.texts, "door_inside"))


async def show_help(update: Update, context: BotContext) -> None:
    """/help: every command that the person may use."""
    key = "help_admin" if context.person.is_admin else "help_tester"
    context.reply(views.plain(context.texts, key))


async def show_id(update: Update, context: BotContext) -> None:
    """/id: the person's Telegram number."""
    context.reply(views.plain(context.texts, "id_yours", id=context.person.id))


async def ask_language(update: Update, context: BotContext) -> None:
    """/language: which one to speak."""
    context.reply(views.language(context.texts))


async def choose_language(update: Update, context: BotContext) -> None:
    """A language was chosen: stored for the person, and their command menu follows."""
    language = context.press.id
    if language not in LANGUAGES:
        raise BadCommand(usage="/language")
    person = replace(context.person, language=language)
    await menus.publish_for(context.bot, context.services, person)
    context.also(lambda tx: context.services.people_store.choose_language(tx, person.id, language))
    context.show(views.plain(context.services.texts(language), "language_chosen"))
