"""/models, /use: which models there are, which one answers, and what becomes of the others."""

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.delivery.screen import Screen
from bot.domain.models import ServedModel
from bot.edge.context import BotContext
from bot.edge.guards import admins_only
from bot.errors import BadCommand, ModelRetired
from bot.models import detail_views as model_views
from bot.models import views


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    return [
        CommandHandler("models", list_models),
        CallbackQueryHandler(list_models, pattern=r"^model:list:"),
        CallbackQueryHandler(list_retired, pattern=r"^model:retired:"),
        CallbackQueryHandler(show, pattern=r"^model:show:"),
        CallbackQueryHandler(show_checkpoints, pattern=r"^model:steps:"),
        CallbackQueryHandler(retire, pattern=r"^model:retire:"),
        CallbackQueryHandler(restore, pattern=r"^model:restore:"),
        CommandHandler("use", use),
        CallbackQueryHandler(use_pressed, pattern=r"^model:use:"),
        CallbackQueryHandler(serve_pressed, pattern=r"^model:serve:"),
        CallbackQueryHandler(serve_anyway, pattern=r"^model:anyway:"),
    ]


@admins_only
async def list_models(update: Update, context: BotContext) -> None:
    """/models: who answers, who did before, and a page of the others."""
    serving = context.services.serving
    overview = views.Overview(
        serving=await serving.current(),
        previous=await serving.previous(),
        others=await serving.others(context.press.number),
        verdicts=await context.services.models.verdicts(),
        shares=await context.services.quality.shares(),
        has_retired=bool((await serving.retired(0)).models),
    )
    screen = views.listing(context.texts, overview)
    # A button without a page hangs below something else, which stays.
    (context.show if context.press.id else context.reply)(screen)


@admins_only
async def list_retired(update: Update, context: BotContext) -> None:
    """Models that were taken off the list."""
    page = await context.services.serving.retired(context.press.number)
    context.show(views.retired(context.texts, page))


@admins_only
async def show(update: Update, context: BotContext) -> None:
    """One model."""
    context.show(await _details(context, context.press.number))


@admins_only
async def show_checkpoints(update: Update, context: BotContext) -> None:
    """What the provider kept of a model's training."""
    model = await context.services.serving.by_id(context.press.number)
    found = await context.services.models.of_job(model.id)
    context.show(model_views.checkpoints(context.texts, model, found))


@admins_only
async def retire(update: Update, context: BotContext) -> None:
    """Take a model off the list; it stays at the provider."""
    model = await context.services.serving.retire(context.press.number)
    context.show(await _details(context, model.id))


@admins_only
async def restore(update: Update, context: BotContext) -> None:
    """Put a model back on the list."""
    model = await context.services.serving.restore(context.press.number)
    context.show(await _details(context, model.id))


@admins_only
async def use(update: Update, context: BotContext) -> None:
    """/use [NAME] [and a system prompt from the next line on]: who answers, and what it is told."""
    command, _, rest = context.text.partition("\n")
    words, system_prompt = command.split(), rest.strip()
    if len(words) > 2:
        raise BadCommand(usage=context.texts.plain("use_usage"))
    serving = context.services.serving
    if len(words) == 1 and not system_prompt:
        now = await serving.current()
        who = await _who(context, now.chosen_by if now else None)
        context.reply(views.current(context.texts, now, who))
        return
    model = await serving.model(words[1] if len(words) == 2 else None)
    context.reply(await _used(context, model, system_prompt or None))


@admins_only
async def use_pressed(update: Update, context: BotContext) -> None:
    """The button below a trial, whose answers stay."""
    context.reply(await _asked_or_used(context))


@admins_only
async def serve_pressed(update: Update, context: BotContext) -> None:
    """The buttons of the list and of a model."""
    context.show(await _asked_or_used(context))


@admins_only
async def serve_anyway(update: Update, context: BotContext) -> None:
    """Yes, although it was switched off."""
    context.show(await _used(context, await _on_the_list(context)))


async def _asked_or_used(context: BotContext) -> Screen:
    """Put the model to use; ask first about one that was switched off."""
    model = await _on_the_list(context)
    day = await context.services.last_days.over_since(model.name)
    if day is not None:
        return views.ask_over(context.texts, model, day)
    return await _used(context, model)


async def _on_the_list(context: BotContext) -> ServedModel:
    model = await context.services.serving.by_id(context.press.number)
    if model.retired_at is not None:
        raise ModelRetired(model=model.title, name=model.name)
    return model


async def _used(
    context: BotContext, model: ServedModel, system_prompt: str | None = None
) -> Screen:
    services, texts = context.services, context.texts
    before = await services.serving.current()
    used = await services.serving.use(model, by=context.person.id, system_prompt=system_prompt)
    told = ""
    if before is not None and before.model.id == used.id:
        if system_prompt is not None:
            told = views.prompt_changed(texts, used)
        elif before.chosen_by != context.person.id:
            told = views.already(texts, before, await _who(context, before.chosen_by))
    return views.used(
        texts,
        used,
        await services.serving.previous(),
        told=told,
        over_since=await services.last_days.over_since(used.name),
    )


async def _details(context: BotContext, model_id: int) -> Screen:
    found = await context.services.models.details(model_id)
    chooser = found.serving.chosen_by if found.serving else None
    followed_by = found.tracked.followed_by if found.tracked else None
    trainer = found.run.confirmed_by if found.run else followed_by
    return model_views.details(
        context.texts,
        found,
        chooser=await _who(context, chooser),
        trainer=await _who(context, trainer),
    )


async def _who(context: BotContext, person_id: int | None) -> str:
    """What a person is called; empty for nobody, and for the terminal, which is person 0."""
    return (await context.services.people.named(person_id)).name if person_id else ""
