"""/datasets: versions of the dataset, what can be done with each, and what training on it costs."""

import datetime as dtm
import re
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.dataset import version_views as views
from bot.dataset import views as dataset_views
from bot.dataset.handlers import is_in_use, report_screen
from bot.dataset.price_views import Offers, prices
from bot.delivery.screen import Screen
from bot.domain.datasets import Dataset
from bot.edge.context import BotContext
from bot.edge.guards import admins_only
from bot.errors import ButtonGone, TooBigToSend

MOST_BYTES = 50 * 1000 * 1000
"""What Telegram takes from bots. https://core.telegram.org/bots/api#senddocument"""


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    actions = {
        "list": show_list,
        "version": show,
        "report": full_report,
        "use": use,
        "get": get,
        "delete": ask_delete,
        "deleted": delete,
        "repair": ask_repair,
        "mend": repair,
        "split": ask_split,
        "part": split,
        "pair": pair,
        "unpair": unpair,
        "prices": show_prices,
    }
    return [
        CommandHandler("datasets", show_list),
        *(
            CallbackQueryHandler(function, pattern=f"^dataset:{action}:")
            for action, function in actions.items()
        ),
    ]


@admins_only
async def show_list(update: Update, context: BotContext) -> None:
    """/datasets: all versions, by pages."""
    services, page = context.services, context.press.number
    datasets, has_more = await services.desk.page(page, size=views.PAGE)
    if page and not datasets:  # what stood there has been deleted since
        page, (datasets, has_more) = 0, await services.desk.page(0, size=views.PAGE)
    people = {
        person_id: (await services.people.named(person_id)).name
        for person_id in {dataset.added_by for dataset in datasets if dataset.added_by}
    }
    context.show(
        views.listed(
            context.texts,
            datasets,
            in_use=await services.desk.in_use(),
            people=people,
            page=page,
            has_more=has_more,
        )
    )


@admins_only
async def show(update: Update, context: BotContext) -> None:
    """One version: its report and what can be done about it."""
    judged = await context.services.desk.judged(context.press.number)
    assert judged.dataset is not None
    used = await is_in_use(context, judged.dataset)
    screen = await report_screen(context, judged, is_used=used)
    context.show(views.manage(context.texts, screen, judged.dataset, is_in_use=used))


@admins_only
async def full_report(update: Update, context: BotContext) -> None:
    """Everything that was found, as a file."""
    judged = await context.services.desk.judged(context.press.number)
    assert judged.dataset is not None
    context.reply(dataset_views.full_report(context.texts, judged.report, judged.dataset))


@admins_only
async def use(update: Update, context: BotContext) -> None:
    """Put a version to use."""
    desk = context.services.desk
    dataset = await desk.choose(context.press.number)
    validation = await desk.get(dataset.validation_id) if dataset.validation_id else None
    context.show(views.chosen(context.texts, dataset, validation))


@admins_only
async def get(update: Update, context: BotContext) -> None:
    """The version as a file."""
    context.reply(as_file(context, await context.services.desk.get(context.press.number)))


def as_file(context: BotContext, dataset: Dataset) -> Screen:
    """A version to be sent; raises TooBigToSend."""
    if dataset.size_bytes > MOST_BYTES:
        raise TooBigToSend(
            megabytes=dataset.size_bytes // 1_000_000,
            limit=MOST_BYTES // 1_000_000,
            path=dataset.path,
        )
    return views.file_of(context.texts, dataset)


@admins_only
async def ask_delete(update: Update, context: BotContext) -> None:
    """Whether a version shall really go."""
    dataset = await context.services.desk.get(context.press.number)
    context.show(views.ask_delete(context.texts, dataset))


@admins_only
async def delete(update: Update, context: BotContext) -> None:
    """Take a version away."""
    dataset = await context.services.desk.delete(context.press.number)
    context.show(views.deleted(context.texts, dataset))


@admins_only
async def ask_repair(update: Update, context: BotContext) -> None:
    """What mending would change."""
    desk = context.services.desk
    dataset = await desk.get(context.press.number)
    context.reply(views.ask_repair(context.texts, dataset, await desk.preview(dataset.id)))


@admins_only
async def repair(update: Update, context: BotContext) -> None:
    """Make the mended version."""
    judged = await context.services.desk.repair(context.press.number, by=context.person.id)
    screen = await report_screen(context, judged)
    if judged.dataset is not None:
        screen = views.repaired(context.texts, judged.dataset, screen)
    context.show(screen)


@admins_only
async def ask_split(update: Update, context: BotContext) -> None:
    """How much to put aside."""
    dataset = await context.services.desk.get(context.press.number)
    context.reply(views.ask_split(context.texts, dataset))


@admins_only
async def split(update: Update, context: BotContext) -> None:
    """Put a part aside."""
    parts = re.fullmatch(r"(\d{1,18})-(\d{1,2})", context.press.id, re.ASCII)
    if parts is None or int(parts[2]) not in views.SHARES:
        raise ButtonGone
    judged, done = await context.services.desk.split(
        int(parts[1]), share=int(parts[2]) / 100, by=context.person.id
    )
    assert judged.dataset is not None
    context.show(views.divided(context.texts, judged.dataset, done))


@admins_only
async def pair(update: Update, context: BotContext) -> None:
    """Validate by this version what is trained on the one in use."""
    desk = context.services.desk
    validation = await desk.get(context.press.number)
    training, leaks = await desk.pair(validation.id)
    context.show(views.paired(context.texts, validation, training, leaks))


@admins_only
async def unpair(update: Update, context: BotContext) -> None:
    """Train without a validation part."""
    desk = context.services.desk
    dataset = await desk.get(context.press.number)
    context.show(views.unpaired(context.texts, await desk.unpair(dataset.id)))


@admins_only
async def show_prices(update: Update, context: BotContext) -> None:
    """What training on a version costs, for every model that can be tuned."""
    services = context.services
    catalogue, training = services.catalogue, services.training
    dataset = await services.desk.get(context.press.number)
    epochs = sorted({preset.n_epochs for preset in catalogue.presets.values()})
    base_url, today = services.settings.openai_base_url, dtm.datetime.now(dtm.UTC).date()
    models = [
        (model, await training.estimates(dataset, model.name, epochs))
        for model in catalogue.tunable(today, base_url=base_url)
    ]
    presets = {}
    for name, preset in catalogue.presets.items():
        base_model = preset.base_model or services.settings.base_model
        guess = await training.estimate_of(dataset, base_model, preset.n_epochs)
        presets[name] = preset, guess
    offers = Offers(dataset=dataset, epochs=epochs, models=models, presets=presets)
    elsewhere = "" if catalogue.is_at_home(base_url) else base_url
    context.reply(prices(context.texts, offers, catalogue, elsewhere=elsewhere))
