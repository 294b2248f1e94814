"""/test and the buttons below a verdict: what a model says to the sample prompts."""

import re
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.domain.models import ServedModel
from bot.edge.context import BotContext, Services
from bot.edge.guards import admins_only
from bot.errors import BadCommand, TrialGone
from bot.texts import Texts
from bot.trials import views
from bot.trials.entities import Trial, TrialState
from bot.welcome import views as door


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    return [
        CommandHandler("test", test),
        CallbackQueryHandler(test_pressed, pattern=r"^model:test:"),
        CallbackQueryHandler(compare, pattern=r"^trial:page:"),
        CallbackQueryHandler(turn, pattern=r"^trial:turn:"),
        CallbackQueryHandler(leave, pattern=r"^trial:leave:"),
        CallbackQueryHandler(check, pattern=r"^trial:now:"),
    ]


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


@admins_only
async def compare(update: Update, context: BotContext) -> None:
    """Both models' answers, in a message of their own: the verdict stays."""
    context.reply(await _side_by_side(context))


@admins_only
async def turn(update: Update, context: BotContext) -> None:
    """The answers to another prompt, in the same message."""
    context.show(await _side_by_side(context))


@admins_only
async def leave(update: Update, context: BotContext) -> None:
    """The model is not put to use: nothing is asked any more."""
    trial = await context.services.trials.numbered(context.press.number)
    if trial.judgement is None:
        raise TrialGone
    context.show(views.verdict(context.texts, trial, views.Standing.LEFT))


@admins_only
async def check(update: Update, context: BotContext) -> None:
    """Whether a model that did not answer does by now."""
    services, texts = context.services, context.texts
    trial = await services.trials.check(
        context.press.number, request_id=context.request_id, by=context.person.id
    )
    if trial.judgement is not None:
        context.reply(await _verdict(services, texts, trial, {}))
    else:
        key = "trial_checking" if trial.state is TrialState.UNSERVED else "trial_underway"
        context.reply(door.plain(texts, key, model=trial.model.title))


async def render(services: Services, texts: Texts, kind: str, payload: JsonDict) -> Screen | None:
    """The screen for news of a trial; None when it is not true any more."""
    trial = await services.trials.get(payload["trial_id"])
    if trial is None:
        return None
    if trial.state is TrialState.UNSERVED:
        return views.unserved(texts, trial)
    if kind == "trial_unserved":  # it has answered since
        return None
    if trial.judgement is None:  # answered before there were verdicts
        return views.side_by_side(texts, trial, 0)
    return await _verdict(services, texts, trial, payload)


async def _verdict(services: Services, texts: Texts, trial: Trial, news: JsonDict) -> Screen:
    job = await services.jobs.get(trial.model.job_id) if trial.model.job_id else None
    serving = await services.serving.current()
    if news.get("promoted"):
        standing = views.Standing.PROMOTED
    elif serving is not None and serving.model.id == trial.model.id:
        standing = views.Standing.SERVING
    else:
        standing = views.Standing.WITHHELD if news.get("withheld") else views.Standing.OFFERED
    return views.verdict(texts, trial, standing, job_number=job.number if job else None)


async def _side_by_side(context: BotContext) -> Screen:
    """The page that a button names: "12.0" is the first of trial 12."""
    found = re.fullmatch(r"(\d{1,18})\.(\d{1,3})", context.press.id, re.ASCII)
    if found is None:
        raise TrialGone
    trial, n = await context.services.trials.numbered(int(found[1])), int(found[2])
    if n >= len(trial.answers):
        raise TrialGone
    return views.side_by_side(context.texts, trial, n)


async def _test(context: BotContext, model: ServedModel) -> None:
    trials = context.services.trials
    await trials.ask(model, request_id=context.request_id, by=context.person.id)
    context.reply(
        door.plain(
            context.texts, "trial_started", model=model.title, n=len(trials.sampling.prompts)
        )
    )
