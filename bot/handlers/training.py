"""/train: a plan with its price, and the buttons that start or drop it."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.catalogue import Catalogue
from bot.context import BotContext
from bot.domain import Hyperparameters
from bot.errors import BadCommand, BadValue
from bot.handlers.guards import admins_only
from bot.views import door
from bot.views import plan as views

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
}


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    return [
        CommandHandler("train", plan),
        CallbackQueryHandler(plan, pattern=r"^train:plan:"),
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
    guess = await services.training.estimate(run)
    shutdown = await services.shutdown_of(run.parameters.base_model)
    context.reply(views.plan(context.texts, run, guess, services.catalogue, shutdown=shutdown))


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
        BadValue: a number that is none.
    """
    parameters = defaults
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in catalogue.presets:
            parameters = _with_preset(parameters, catalogue, word)
            continue
        flag = re.fullmatch(r"(?:--|—)?([A-Za-z_-]+)(?:=(.*))?", word)
        if flag is None or flag[1] not in _NAMES:
            raise BadCommand(usage=USAGE)
        value = flag[2] if flag[2] is not None else (rest.pop(0) if rest else "")
        parameters = _with_value(parameters, flag[1], value)
    return parameters


def _with_preset(parameters: Hyperparameters, catalogue: Catalogue, name: str) -> Hyperparameters:
    preset = catalogue.presets[name]
    return replace(
        parameters,
        n_epochs=preset.n_epochs,
        learning_rate_multiplier=preset.learning_rate_multiplier,
        suffix=preset.suffix,
        base_model=preset.base_model or parameters.base_model,
    )


def _with_value(parameters: Hyperparameters, name: str, value: str) -> Hyperparameters:
    field = _NAMES[name]
    if field == "n_epochs":
        if not re.fullmatch(r"\d{1,4}", value, re.ASCII):
            raise BadValue(name=name, value=value, allowed="1–50")
        return replace(parameters, n_epochs=int(value))
    if field == "learning_rate_multiplier":
        try:
            number = float(value.replace(",", "."))
        except ValueError:
            number = math.nan
        if not number > 0:
            raise BadValue(name=name, value=value, allowed="> 0")
        return replace(parameters, learning_rate_multiplier=number)
    if not value:
        raise BadCommand(usage=USAGE)
    if field == "suffix":
        return replace(parameters, suffix=value)
    return replace(parameters, base_model=value)


def _say(context: BotContext, key: str) -> None:
    context.show(door.plain(context.texts, key, run_id=context.press.number))
