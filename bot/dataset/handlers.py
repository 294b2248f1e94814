"""/validate, /upload, and a file that was sent: the dataset before anybody pays for it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from telegram import Document, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot.dataset import views
from bot.dataset.versions import Judged
from bot.delivery.downloads import download
from bot.delivery.screen import Screen
from bot.domain.datasets import Dataset
from bot.edge.context import BotContext
from bot.edge.guards import admins_only
from bot.errors import TextOnly

MOST_BYTES = 20 * 1024 * 1024
"""What Telegram hands to bots. https://core.telegram.org/bots/api#getfile"""
_NAME_LENGTH = 60


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins; a document of anybody else's is no text."""
    return [
        CommandHandler("validate", validate),
        CallbackQueryHandler(validate, pattern=r"^dataset:validate:"),
        CommandHandler("upload", upload),
        MessageHandler(filters.Document.ALL & filters.UpdateType.MESSAGE, receive),
    ]


@admins_only
async def validate(update: Update, context: BotContext) -> None:
    """/validate: what the provider would say to the dataset, or to the file that it replies to."""
    message = update.message
    replied = message.reply_to_message if message else None
    if replied is not None and replied.document is not None:
        await _take_in(replied.document, context)
        return
    with patience(context):
        report = await context.services.datasets.report()
        dataset = await context.services.datasets.in_use()
    context.reply(await report_screen(context, Judged(report=report, dataset=dataset)))


@admins_only
async def upload(update: Update, context: BotContext) -> None:
    """/upload: send the dataset to the provider; no training starts."""
    with patience(context):
        dataset, file_id = await context.services.datasets.upload(
            request_id=context.request_id, by=context.person.id
        )
    context.reply(views.uploaded(context.texts, dataset, file_id))


async def receive(update: Update, context: BotContext) -> None:
    """A file: kept and judged at once."""
    if not context.person.is_admin:
        raise TextOnly
    assert update.message is not None
    assert update.message.document is not None
    await _take_in(update.message.document, context)


async def report_screen(
    context: BotContext, judged: Judged, *, received: str = "", is_used: bool | None = None
) -> Screen:
    """The report of a version, or of what was sent; *is_used* where that is known already."""
    validation_id = judged.dataset.validation_id if judged.dataset else None
    validation = await context.services.desk.get(validation_id) if validation_id else None
    return views.report(
        context.texts,
        judged.report,
        judged.dataset,
        is_in_use=await is_in_use(context, judged.dataset) if is_used is None else is_used,
        validation=validation,
        received=received,
    )


async def is_in_use(context: BotContext, dataset: Dataset | None) -> bool:
    """Whether the next plan would train on that version."""
    in_use = await context.services.desk.in_use()
    return dataset is not None and in_use is not None and dataset.id == in_use.id


async def _take_in(document: Document, context: BotContext) -> None:
    name = shown_name(document.file_name or "")
    with patience(context):
        data = await download(context.bot, document, most_bytes=MOST_BYTES)
        judged = await context.services.desk.take_in(data, name=name, by=context.person.id)
    context.reply(await report_screen(context, judged, received=name))


def shown_name(name: str) -> str:
    """What a sender calls a file, fit to be shown: its last part, without odd characters.

    >>> shown_name("../../etc/passwd")
    'passwd'
    """
    last = re.split(r"[/\\\\]", name)[-1]
    kept = "".join(character for character in last if character.isprintable()).strip()
    return kept[-_NAME_LENGTH:] or "dataset.jsonl"


@contextmanager
def patience(context: BotContext) -> Iterator[None]:
    """Show that something is being done: a large file takes a while."""
    typing = context.typing()
    try:
        yield
    finally:
        typing.stop()
