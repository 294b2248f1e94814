"""/models, /use, /test: which model answers, and what it says to the sample prompts."""

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.context import BotContext
from bot.domain import ServedModel
from bot.errors import BadCommand
from bot.handlers.guards import admins_only
from bot.views import door
from bot.views import models as views


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    return [
        CommandHandler("models", list_models),
        CallbackQueryHandler(list_models, pattern=r"^model:list:"),
        CommandHandler("use", use),
        CallbackQueryHandler(use_pressed, pattern=r"^model:use:"),
        CommandHandler("test", test),
        CallbackQueryHandler(test_pressed, pattern=r"^model:test:"),
    ]


@admins_only
async def list_models(update: Update, context: BotContext) -> None:
    """/models: all that we know, and who answers now."""
    serving = await context.services.serving.current()
    models = await context.services.serving.latest()
    previous = await context.services.serving.previous()
    context.reply(views.listing(context.texts, models, serving, previous))


@admins_only
async def use(update: Update, context: BotContext) -> None:
    """/use NAME [and a system prompt from the next line on]: put a model to use."""
    command, _, system_prompt = context.text.partition("\n")
    words = command.split()
    if len(words) != 2:
        raise BadCommand(usage=context.texts.plain("use_usage"))
    model = await context.services.serving.model(words[1])
    await _use(context, model, system_prompt.strip() or None)


@admins_only
async def use_pressed(update: Update, context: BotContext) -> None:
    """The button under a trial or in the list."""
    await _use(context, await context.services.serving.by_id(context.press.number), None)


@admins_only
async def test(update: Update, context: BotContext) -> None:
    """/test [MODEL]: put the sample prompts to a model, the serving one by default."""
    words = context.text.split()[1:]
    if len(words) > 1:
        raise BadCommand(usage="/test [MODEL]")
    await _test(context, await context.services.serving.model(words[0] if words else None))


@admins_only
async def test_pressed(update: Update, context: BotContext) -> None:
    """The button under a model."""
    await _test(context, await context.services.serving.by_id(context.press.number))


async def _use(context: BotContext, model: ServedModel, system_prompt: str | None) -> None:
    used = await context.services.serving.use(
        model, by=context.person.id, system_prompt=system_prompt
    )
    previous = await context.services.serving.previous()
    context.reply(views.used(context.texts, used, previous))


async def _test(context: BotContext, model: ServedModel) -> None:
    trials = context.services.trials
    await trials.ask(model, request_id=context.request_id, by=context.person.id)
    context.reply(
        door.plain(context.texts, "trial_started", model=model.title, n=len(trials.prompts))
    )
