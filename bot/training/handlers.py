"""/train: a plan with its price, and the buttons that start or drop it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.catalogue import Catalogue
from bot.delivery.screen import Screen
from bot.domain.training import Hyperparameters, TrainingRun
from bot.edge.context import BotContext
from bot.edge.guards import admins_only
from bot.errors import BadCommand, ButtonGone
from bot.training import edit_views, views
from bot.training.edits import Part, with_preset
from bot.training.parameters import epochs_of, method_of, multiplier_of
from bot.welcome import views as door

USAGE = "/train [quick|production|premium] [epochs=3] [learning-rate=0.1] [suffix=…] [model=…]"

_NAMES = {
    "epochs": "n_epochs",
    "n_epochs": "n_epochs",
    "learning-rate": "learning_rate_multiplier",
    "learning_rate": "learning_rate_multiplier",
    "multiplier": "learning_rate_multiplier",
    "learning_rate_multiplier": "learning_rate_multiplier",
    "suffix": "suffix",
    "model": "base_model",
    "base_model": "base_model",
    "method": "method",
}


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    return [
        CommandHandler("train", plan),
        CallbackQueryHandler(plan, pattern=r"^train:plan:"),
        CallbackQueryHandler(show, pattern=r"^train:show:"),
        CallbackQueryHandler(choose, pattern=r"^train:edit:"),
        CallbackQueryHandler(edit, pattern=r"^train:set:"),
        CallbackQueryHandler(start, pattern=r"^train:start:"),
        CallbackQueryHandler(drop, pattern=r"^train:drop:"),
        CallbackQueryHandler(look, pattern=r"^train:look:"),
        CallbackQueryHandler(again, pattern=r"^train:again:"),
        CallbackQueryHandler(give_up, pattern=r"^train:giveup:"),
    ]


@admins_only
async def plan(update: Update, context: BotContext) -> None:
    """/train [preset] [key=value | --key value]: make a plan; nothing is sent anywhere."""
    services = context.services
    words = context.text.split()[1:]
    parameters = parse_parameters(words, services.defaults, services.catalogue)
    run = await services.training.plan(
        parameters, asked_by=context.person.id, request_id=context.request_id
    )
    context.reply(await plan_screen(context, run))


@admins_only
async def show(update: Update, context: BotContext) -> None:
    """Back from a choice to the plan."""
    run = await context.services.training.open_plan(context.press.number)
    context.show(await plan_screen(context, run))


@admins_only
async def choose(update: Update, context: BotContext) -> None:
    """What a part of the plan may be, as buttons."""
    run_id, part, _ = _edit(context)
    training = context.services.training
    run = await training.open_plan(run_id)
    options = await training.choices(run, part)
    context.show(edit_views.choice(context.texts, run, part, options))


@admins_only
async def edit(update: Update, context: BotContext) -> None:
    """A choice was made: the plan shows it, with its new price."""
    run = await context.services.training.edit(*_edit(context))
    context.show(await plan_screen(context, run))


@admins_only
async def start(update: Update, context: BotContext) -> None:
    """The start button: of all presses exactly one starts the run."""
    run = await context.services.training.confirm(
        context.press.number, by=context.person.id, request_id=context.request_id
    )
    context.show(views.started(context.texts, run))


@admins_only
async def drop(update: Update, context: BotContext) -> None:
    """The drop button: the plan is thrown away."""
    run = await context.services.training.drop(context.press.number)
    context.show(views.dropped(context.texts, run))


@admins_only
async def look(update: Update, context: BotContext) -> None:
    """Look once more for the job of a run whose answer got lost."""
    looks = await context.services.submission.look_again(context.press.number)
    _say(context, "run_looking" if looks else "run_decided")


@admins_only
async def again(update: Update, context: BotContext) -> None:
    """Create the job anew: the admin knows that there is none."""
    moved = await context.services.submission.try_again(context.press.number)
    _say(context, "run_again" if moved else "run_decided")


@admins_only
async def give_up(update: Update, context: BotContext) -> None:
    """Leave the run without a job."""
    moved = await context.services.submission.give_up(context.press.number)
    _say(context, "run_given_up" if moved else "run_decided")


def parse_parameters(
    words: Sequence[str], defaults: Hyperparameters, catalogue: Catalogue
) -> Hyperparameters:
    """The parameters that *words* ask for: a preset, `key=value`, or the terminal's flags.

    Raises:
        BadCommand: words that make no sense.
        BadValue: a number that is none, or out of its range.
    """
    parameters = defaults
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in catalogue.presets:
            parameters = with_preset(parameters, catalogue.presets[word])
            continue
        flag = re.fullmatch(r"(?:--|—)?([A-Za-z_-]+)(?:=(.*))?", word)
        if flag is None or flag[1] not in _NAMES:
            raise BadCommand(usage=USAGE)
        value = flag[2] if flag[2] is not None else (rest.pop(0) if rest else "")
        parameters = _with_value(parameters, flag[1], value)
    return parameters


def _with_value(parameters: Hyperparameters, name: str, value: str) -> Hyperparameters:
    field = _NAMES[name]
    if field == "n_epochs":
        return replace(parameters, n_epochs=epochs_of(value, name))
    if field == "learning_rate_multiplier":
        return replace(parameters, learning_rate_multiplier=multiplier_of(value, name))
    if field == "method":
        return replace(parameters, method=method_of(value))
    if not value:
        raise BadCommand(usage=USAGE)
    if field == "suffix":
        return replace(parameters, suffix=value)
    return replace(parameters, base_model=value)


async def plan_screen(context: BotContext, run: TrainingRun) -> Screen:
    """The plan as it is now, with all that matters before somebody starts it."""
    services = context.services
    guess = await services.training.estimate(run)
    shutdown = await services.training.last_day(run.parameters.base_model)
    active = await services.jobs.active_names()
    return views.plan(
        context.texts,
        run,
        guess,
        services.catalogue,
        shutdown=shutdown,
        active=active,
        n_cut=await services.training.n_cut(run),
    )


def _edit(context: BotContext) -> tuple[int, Part, str]:
    """The plan, the part of it and the value that a button names: "12-epochs=5"."""
    found = re.fullmatch(r"(\d{1,18})-([a-z]+)(?:=(.*))?", context.press.id, re.ASCII | re.DOTALL)
    if found is None or found[2] not in list(Part):
        raise ButtonGone
    return int(found[1]), Part(found[2]), found[3] or ""


def _say(context: BotContext, key: str) -> None:
    context.show(door.plain(context.texts, key, run_id=context.press.number))
