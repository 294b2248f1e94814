"""/export: from what testers rated to the next version of the dataset."""

import datetime as dtm
import time
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.dataset.handlers import patience, report_screen
from bot.dataset.version_handlers import as_file
from bot.dataset.versions import Judged
from bot.edge.context import BotContext
from bot.edge.guards import admins_only
from bot.export import Kind, Part, views


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    return [
        CommandHandler("export", start),
        CallbackQueryHandler(start, pattern="^export:start:"),
        *(CallbackQueryHandler(make, pattern=f"^export:{kind}:") for kind in ("sft", "dpo", "all")),
        CallbackQueryHandler(send, pattern="^export:files:"),
    ]


@admins_only
async def start(update: Update, context: BotContext) -> None:
    """/export: what there is, all of it or what is new."""
    services = context.services
    with patience(context):
        found = await services.export.survey(context.press.number)
    people = {
        person_id: (await services.people.named(person_id)).name for person_id in views.named(found)
    }
    least = services.catalogue.limits.min_examples
    context.show(views.survey(context.texts, found, people, least=least))


@admins_only
async def make(update: Update, context: BotContext) -> None:
    """Make a version of the dataset."""
    since = context.press.number
    judged, part = await _made(context, Kind(context.press.action), since)
    assert judged.dataset is not None
    screen = await report_screen(context, judged)
    context.show(views.made(context.texts, screen, judged.dataset, part, since=since))


@admins_only
async def send(update: Update, context: BotContext) -> None:
    """Both kinds as files; they are versions as well, so that they lie there until they leave."""
    found = await context.services.export.survey(context.press.number)
    kinds = [
        kind
        for kind, part in ((Kind.EXAMPLES, found.examples), (Kind.PAIRS, found.pairs))
        if part.n
    ]
    for kind in kinds:
        judged, _ = await _made(context, kind, context.press.number)
        assert judged.dataset is not None
        context.reply(as_file(context, judged.dataset))


async def _made(context: BotContext, kind: Kind, since: int) -> tuple[Judged, Part]:
    services, now = context.services, time.time()
    day = dtm.datetime.fromtimestamp(now, services.settings.zone).date()
    with patience(context):
        made = await services.export.to_desk(
            kind, since=since, name=f"natasha-{kind}-{day}.jsonl", by=context.person.id
        )
    context.also(lambda tx: services.export.mark(tx, now=int(now)))
    return made
