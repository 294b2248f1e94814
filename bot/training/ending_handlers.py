"""How a job ended, as it is told, and its buttons: the plan again, with a remedy, another model.

The buttons answer with new messages, because the one above them has to stay and may be a picture.
Each makes a plan; nothing is sent before somebody starts it.
"""

import asyncio
import logging
import re
from typing import Any, Final

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.delivery.screen import Screen
from bot.domain.training import TrainingRun
from bot.edge.context import BotContext, Services
from bot.edge.guards import admins_only
from bot.errors import ButtonGone, PlanGone
from bot.jobs.curves import from_events
from bot.jobs.pictures import LossChart
from bot.texts import Texts
from bot.training import ending_views as views
from bot.training.handlers import plan_screen
from bot.training.remedies import Remedy

CHART_PATIENCE_S: Final = 8.0
"""So long the message waits for its picture, at most; a button below it draws it later."""

_logger = logging.getLogger(__name__)


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    return [
        CallbackQueryHandler(ask_remedy, pattern=r"^train:remedies:"),
        CallbackQueryHandler(with_remedy, pattern=r"^train:like:"),
        CallbackQueryHandler(retry, pattern=r"^train:retry:"),
        CallbackQueryHandler(anew, pattern=r"^train:anew:"),
        CallbackQueryHandler(ask_model, pattern=r"^train:models:"),
        CallbackQueryHandler(with_model, pattern=r"^train:with:"),
    ]


async def render(services: Services, texts: Texts, job_id: str) -> Screen | None:
    """The message at the end of a job; None when there is no such job."""
    tracked = await services.jobs.get(job_id)
    if tracked is None:
        return None
    chart = await _chart(services, texts, job_id)
    ending = views.Ending(
        tracked=tracked,
        run=await services.runs.get(tracked.run_id) if tracked.run_id else None,
        curves=chart.curves if chart else from_events(tracked.metrics),
        chart=chart.path if chart else None,
        page=services.catalogue.job_page(services.settings.openai_base_url, job_id),
    )
    return views.finished(texts, ending, services.catalogue)


async def _chart(services: Services, texts: Texts, job_id: str) -> LossChart | None:
    """The picture of the losses, if it is drawn in time: what happened matters more."""
    try:
        async with asyncio.timeout(CHART_PATIENCE_S):
            return await services.pictures.loss_chart(job_id, texts)
    except TimeoutError:
        _logger.warning("The picture of job %s takes too long: told without", job_id)
        return None


@admins_only
async def ask_remedy(update: Update, context: BotContext) -> None:
    """What to do about poor answers; the button names the job."""
    services = context.services
    tracked = await services.watching.numbered(context.press.number)
    run = await services.runs.get(tracked.run_id) if tracked.run_id else None
    changes = services.training.remedies(run) if run else {}
    context.reply(views.remedies(context.texts, tracked, run, changes))


@admins_only
async def with_remedy(update: Update, context: BotContext) -> None:
    """A plan that differs from the run in one thing."""
    run_id, remedy = _run_and_choice(context)
    if remedy not in list(Remedy):
        raise ButtonGone
    training = context.services.training
    plan = await training.plan_like(run_id, Remedy(remedy), **_asked(context))
    await _reply(context, run_id, plan)


@admins_only
async def retry(update: Update, context: BotContext) -> None:
    """The same plan again."""
    run_id = context.press.number
    plan = await context.services.training.plan_again(run_id, **_asked(context))
    await _reply(context, run_id, plan)


@admins_only
async def anew(update: Update, context: BotContext) -> None:
    """The same plan on the dataset in use, which may have been mended since."""
    run_id = context.press.number
    plan = await context.services.training.plan_anew(run_id, **_asked(context))
    await _reply(context, run_id, plan)


@admins_only
async def ask_model(update: Update, context: BotContext) -> None:
    """Which other base model it shall be."""
    run = await _run(context, context.press.number)
    names = context.services.training.other_models(run)
    context.reply(views.other_model(context.texts, run, names))


@admins_only
async def with_model(update: Update, context: BotContext) -> None:
    """The same plan with another base model."""
    run_id, base_model = _run_and_choice(context)
    training = context.services.training
    plan = await training.plan_with(run_id, base_model, **_asked(context))
    await _reply(context, run_id, plan)


async def _reply(context: BotContext, run_id: int, plan: TrainingRun) -> None:
    run, screen = await _run(context, run_id), await plan_screen(context, plan)
    context.reply(views.derived(context.texts, screen, run, plan))


async def _run(context: BotContext, run_id: int) -> TrainingRun:
    run = await context.services.runs.get(run_id)
    if run is None:
        raise PlanGone(run_id=run_id)
    return run


def _run_and_choice(context: BotContext) -> tuple[int, str]:
    """The run and the choice that a button names: "12-epochs"."""
    found = re.fullmatch(r"(\d{1,18})-(.+)", context.press.id, re.ASCII)
    if found is None:
        raise ButtonGone
    return int(found[1]), found[2]


def _asked(context: BotContext) -> dict[str, int]:
    return {"asked_by": context.person.id, "request_id": context.request_id}
