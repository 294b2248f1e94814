"""/status, /jobs, /monitor, /cancel: fine-tuning jobs and their cards."""

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.context import BotContext
from bot.domain import TrackedJob
from bot.errors import BadCommand
from bot.handlers.guards import admins_only
from bot.views import door
from bot.views import jobs as views

LISTED = 10


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    return [
        CommandHandler("status", show_status),
        CallbackQueryHandler(show_status, pattern=r"^job:status:"),
        CommandHandler("jobs", list_jobs),
        CommandHandler("monitor", monitor),
        CommandHandler("cancel", cancel),
        CallbackQueryHandler(refresh, pattern=r"^job:refresh:"),
        CallbackQueryHandler(ask_cancel, pattern=r"^job:ask:"),
        CallbackQueryHandler(cancel_pressed, pattern=r"^job:cancel:"),
        CallbackQueryHandler(keep, pattern=r"^job:keep:"),
    ]


@admins_only
async def show_status(update: Update, context: BotContext) -> None:
    """/status: the card of what is being trained, anew at the bottom of the chat."""
    active = await context.services.jobs.active()
    if not active:
        await context.services.watching.the_active()
    for job_id in active:
        _send_card(context, job_id)
        context.services.watching.wake(job_id)


@admins_only
async def list_jobs(update: Update, context: BotContext) -> None:
    """/jobs: the latest jobs that we follow."""
    jobs = await context.services.jobs.latest(limit=LISTED)
    context.reply(views.listing(context.texts, jobs))


@admins_only
async def monitor(update: Update, context: BotContext) -> None:
    """/monitor ID: follow a job that was started elsewhere."""
    job_id = _argument(context, "monitor_usage")
    tracked = await context.services.watching.follow(job_id, by=context.person.id)
    context.reply(door.plain(context.texts, "monitor_started", name=tracked.name))
    _send_card(context, job_id)


@admins_only
async def cancel(update: Update, context: BotContext) -> None:
    """/cancel [ID]: ask the provider to stop a job that we follow."""
    words = context.text.split()[1:]
    watching = context.services.watching
    tracked = await (watching.get(words[0]) if words else watching.the_active())
    await _cancel(context, tracked)


@admins_only
async def refresh(update: Update, context: BotContext) -> None:
    """The card's button: look at the job now."""
    tracked = await context.services.watching.numbered(context.press.number)
    context.services.watching.wake(tracked.job.id)


@admins_only
async def ask_cancel(update: Update, context: BotContext) -> None:
    """The card's button: stopping costs money already spent, so ask once."""
    tracked = await context.services.watching.numbered(context.press.number)
    context.reply(views.ask_cancel(context.texts, tracked))


@admins_only
async def cancel_pressed(update: Update, context: BotContext) -> None:
    """Yes, stop it."""
    await _cancel(context, await context.services.watching.numbered(context.press.number))


@admins_only
async def keep(update: Update, context: BotContext) -> None:
    """No, let it run."""
    tracked = await context.services.watching.numbered(context.press.number)
    context.show(door.plain(context.texts, "cancel_kept", name=tracked.name))


async def _cancel(context: BotContext, tracked: TrackedJob) -> None:
    await context.services.watching.cancel(tracked.job.id)
    context.show(door.plain(context.texts, "cancel_sent", name=tracked.name))


def _send_card(context: BotContext, job_id: str) -> None:
    context.also(lambda tx: context.services.outbox.cards.renew(tx, job_id, context.row.chat_id))


def _argument(context: BotContext, usage: str) -> str:
    words = context.text.split()
    if len(words) != 2:
        raise BadCommand(usage=context.texts.plain(usage))
    return words[1]
