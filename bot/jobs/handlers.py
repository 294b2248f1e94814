"""/status, /jobs, /monitor, /cancel: which fine-tuning jobs there are."""

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.delivery.screen import Screen
from bot.edge.context import BotContext
from bot.edge.guards import admins_only
from bot.errors import BadCommand, NothingActive
from bot.jobs import views
from bot.jobs.card_handlers import cancel_job, send_card
from bot.welcome import views as door

MOST_CARDS = 3
"""Of one /status."""


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    return [
        CommandHandler("status", show_status),
        CallbackQueryHandler(show_status, pattern=r"^job:status:"),
        CommandHandler("jobs", list_jobs),
        CommandHandler("monitor", monitor),
        CommandHandler("cancel", cancel),
        CallbackQueryHandler(turn_list, pattern=r"^job:list:"),
    ]


@admins_only
async def show_status(update: Update, context: BotContext) -> None:
    """/status: the cards of what is being trained; where that is much, the list."""
    active = await context.services.jobs.active()
    if not active:
        raise NothingActive
    if len(active) > MOST_CARDS:
        context.reply(await _list(context, 0))
        return
    for job_id in active:
        send_card(context, job_id)


@admins_only
async def list_jobs(update: Update, context: BotContext) -> None:
    """/jobs: the latest jobs that we follow."""
    context.reply(await _list(context, 0))


@admins_only
async def turn_list(update: Update, context: BotContext) -> None:
    """Another page of the list, in the same message."""
    context.show(await _list(context, context.press.number))


@admins_only
async def monitor(update: Update, context: BotContext) -> None:
    """/monitor ID: follow a job that was started elsewhere."""
    job_id = _argument(context, "monitor_usage")
    tracked = await context.services.watching.follow(job_id, by=context.person.id)
    context.reply(door.plain(context.texts, "monitor_started", name=tracked.name))
    send_card(context, job_id)


@admins_only
async def cancel(update: Update, context: BotContext) -> None:
    """/cancel [ID]: ask the provider to stop a job that we follow."""
    words = context.text.split()[1:]
    watching = context.services.watching
    tracked = await (watching.get(words[0]) if words else watching.the_active())
    await cancel_job(context, tracked)


async def _list(context: BotContext, page: int) -> Screen:
    """A page of the list; the last one where there are no so many any more."""
    store = context.services.jobs
    n_jobs = await store.count()
    page = min(page, max(0, n_jobs - 1) // views.PAGE_SIZE)
    jobs = await store.page(skip=page * views.PAGE_SIZE, limit=views.PAGE_SIZE)
    return views.listing(context.texts, jobs, page=page, n_jobs=n_jobs)


def _argument(context: BotContext, usage: str) -> str:
    words = context.text.split()
    if len(words) != 2:
        raise BadCommand(usage=context.texts.plain(usage))
    return words[1]
