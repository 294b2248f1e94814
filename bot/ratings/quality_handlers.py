"""/quality: what people say of the models, and their bad answers to read."""

import re
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.edge.context import BotContext
from bot.edge.guards import admins_only
from bot.errors import ModelListGone
from bot.ratings import quality_views as views


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    return [
        CommandHandler("quality", overview),
        CallbackQueryHandler(overview, pattern="^quality:list:"),
        CallbackQueryHandler(read, pattern="^quality:bad:"),
    ]


@admins_only
async def overview(update: Update, context: BotContext) -> None:
    """/quality: every model, and what may be concluded."""
    context.show(views.overview(context.texts, await context.services.quality.overview()))


@admins_only
async def read(update: Update, context: BotContext) -> None:
    """One of a model's bad answers: "12.0" is the newest of model 12."""
    found = re.fullmatch(r"(\d{1,18})\.(\d{1,9})", context.press.id, re.ASCII)
    if found is None:
        raise ModelListGone
    services, number = context.services, int(found[2])
    model = await services.serving.by_id(int(found[1]))
    quality = await services.quality.of_model(model.id)
    answer = await services.quality.bad(model.name, number)
    n_bad = quality.n_bad if quality else 0
    context.show(views.bad_answer(context.texts, model, answer, number=number, of=n_bad))
