"""The buttons under a job's card: look now, picture, log, pause, stop."""

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.delivery.screen import Screen
from bot.domain.training import TrackedJob
from bot.edge.context import BotContext
from bot.edge.guards import admins_only
from bot.jobs import event_views as events
from bot.jobs import views
from bot.welcome import views as door


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    return [
        CallbackQueryHandler(open_card, pattern=r"^job:open:"),
        CallbackQueryHandler(refresh, pattern=r"^job:refresh:"),
        CallbackQueryHandler(show_chart, pattern=r"^job:chart:"),
        CallbackQueryHandler(show_events, pattern=r"^job:events:"),
        CallbackQueryHandler(turn_events, pattern=r"^job:log:"),
        CallbackQueryHandler(pause, pattern=r"^job:pause:"),
        CallbackQueryHandler(resume, pattern=r"^job:resume:"),
        CallbackQueryHandler(ask_cancel, pattern=r"^job:ask:"),
        CallbackQueryHandler(cancel_pressed, pattern=r"^job:cancel:"),
        CallbackQueryHandler(keep, pattern=r"^job:keep:"),
    ]


@admins_only
async def open_card(update: Update, context: BotContext) -> None:
    """A job of a list: its card, anew at the bottom of the chat."""
    send_card(context, (await _pressed(context)).job.id)


@admins_only
async def refresh(update: Update, context: BotContext) -> None:
    """Look at the job now; the card shows what is new."""
    context.services.watching.wake((await _pressed(context)).job.id)


@admins_only
async def show_chart(update: Update, context: BotContext) -> None:
    """The losses as a picture, in a new message."""
    tracked, texts = await _pressed(context), context.texts
    pictures = context.services.pictures
    chart = await pictures.loss_chart(tracked.job.id, texts)
    if chart is not None:
        context.reply(views.loss_chart(texts, tracked, chart))
    elif (await pictures.curves(tracked.job.id)).is_drawable:
        context.reply(door.plain(texts, "chart_failed"))
    else:
        context.reply(door.plain(texts, "chart_nothing", name=tracked.name))


@admins_only
async def show_events(update: Update, context: BotContext) -> None:
    """The newest events of the job's log, in a message of their own."""
    context.reply(await _log(context, context.press.number, None))


@admins_only
async def turn_events(update: Update, context: BotContext) -> None:
    """Another page of the log, in the same message."""
    context.show(await _log(context, *events.page_of(context.press)))


@admins_only
async def pause(update: Update, context: BotContext) -> None:
    """Hold the job."""
    tracked = await context.services.pausing.pause(context.press.number)
    context.reply(door.plain(context.texts, "job_paused", name=tracked.name))


@admins_only
async def resume(update: Update, context: BotContext) -> None:
    """Let a paused job go on."""
    tracked = await context.services.pausing.resume(context.press.number)
    context.reply(door.plain(context.texts, "job_resumed", name=tracked.name))


@admins_only
async def ask_cancel(update: Update, context: BotContext) -> None:
    """Stopping costs money already spent, so ask once."""
    context.reply(views.ask_cancel(context.texts, await _pressed(context)))


@admins_only
async def cancel_pressed(update: Update, context: BotContext) -> None:
    """Yes, stop it."""
    await cancel_job(context, await _pressed(context))


@admins_only
async def keep(update: Update, context: BotContext) -> None:
    """No, let it run."""
    tracked = await _pressed(context)
    context.show(door.plain(context.texts, "cancel_kept", name=tracked.name))


async def cancel_job(context: BotContext, tracked: TrackedJob) -> None:
    """Ask the provider to stop a job."""
    await context.services.watching.cancel(tracked.job.id)
    context.show(door.plain(context.texts, "cancel_sent", name=tracked.name))


def send_card(context: BotContext, job_id: str) -> None:
    """Send a job's card as a new message, and look at the job."""
    context.also(lambda tx: context.services.outbox.cards.renew(tx, job_id, context.row.chat_id))
    context.services.watching.wake(job_id)


async def _pressed(context: BotContext) -> TrackedJob:
    """The job whose button it was."""
    return await context.services.watching.numbered(context.press.number)


async def _log(context: BotContext, number: int, end: int | None) -> Screen:
    """A page of a job's log; None: the newest."""
    tracked = await context.services.watching.numbered(number)
    store, job_id = context.services.jobs, tracked.job.id
    n_events = await store.event_count(job_id)
    end = min(n_events, end or n_events)
    start = max(0, end - events.PAGE_SIZE)
    shown = await store.events(job_id, skip=start, limit=end - start)
    return events.log(context.texts, tracked, shown, end=end, n_events=n_events)
