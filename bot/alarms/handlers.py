"""Alarms: how they read, and what their buttons do."""

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.alarms import views
from bot.alarms.entities import RestartState
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.domain.training import TrackedJob
from bot.edge.context import BotContext, Services
from bot.edge.guards import admins_only
from bot.texts import Texts
from bot.welcome import views as door

KINDS = (
    "job_overdue", "job_stalled", "job_overfit", "outage", "outage_over",
    "restart_started", "restart_late", "restart_refused",
)  # fmt: skip
"""The news that `render` knows."""


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    return [
        CallbackQueryHandler(restart, pattern=r"^alarm:restart:"),
        CallbackQueryHandler(wait, pattern=r"^alarm:wait:"),
    ]


@admins_only
async def restart(update: Update, context: BotContext) -> None:
    """Cancel the job and start its plan anew, once, however many press."""
    services = context.services
    tracked = await services.watching.numbered(context.press.number)
    found = await services.restarts.ask(
        tracked.number, by=context.person.id, request_id=context.request_id
    )
    key = "restart_noted" if found.request_id == context.request_id else "restart_known"
    context.show(door.plain(context.texts, key, name=tracked.name))


@admins_only
async def wait(update: Update, context: BotContext) -> None:
    """Leave it as it is."""
    tracked = await context.services.watching.numbered(context.press.number)
    context.show(door.plain(context.texts, "alarm_wait_noted", name=tracked.name))


async def render(services: Services, texts: Texts, kind: str, payload: JsonDict) -> Screen | None:
    """The screen for a piece of news of `KINDS`; None when it is not true any more."""
    if kind == "outage":
        return views.outage(texts, payload)
    if kind == "outage_over":
        return views.outage_over(texts, payload)
    tracked = await services.jobs.bare(payload["job_id"])
    if tracked is None:
        return None
    if kind.startswith("restart_"):
        state = RestartState(kind.removeprefix("restart_"))
        return views.restarted(texts, tracked, state, payload)
    return None if tracked.job.status.is_terminal else _warning(texts, tracked, kind, payload)


def _warning(texts: Texts, tracked: TrackedJob, kind: str, payload: JsonDict) -> Screen | None:
    if kind == "job_overdue":
        is_true = tracked.job.status_word == payload["status"]
        return views.overdue(texts, tracked, since=payload["since"]) if is_true else None
    view = views.stalled if kind == "job_stalled" else views.overfit
    return view(texts, tracked, payload)
