"""/validate and /upload: the dataset before anybody pays for it."""

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.context import BotContext
from bot.handlers.guards import admins_only
from bot.views import dataset as views


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    return [
        CommandHandler("validate", validate),
        CallbackQueryHandler(validate, pattern=r"^dataset:validate:"),
        CommandHandler("upload", upload),
    ]


@admins_only
async def validate(update: Update, context: BotContext) -> None:
    """/validate: what the provider would say to the dataset, before it is asked."""
    report = await context.services.datasets.report()
    context.reply(views.report(context.texts, report))


@admins_only
async def upload(update: Update, context: BotContext) -> None:
    """/upload: send the dataset to the provider; no training starts."""
    dataset, file_id = await context.services.datasets.upload(
        request_id=context.request_id, by=context.person.id
    )
    context.reply(views.uploaded(context.texts, dataset, file_id))
