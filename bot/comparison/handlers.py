"""/compare: which of two models testers like better; and their votes."""

import re
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.comparison import views
from bot.comparison.comparison import USUAL_VOTES, Standing
from bot.comparison.entities import Vote
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.edge.context import BotContext, Services
from bot.edge.guards import admins_only
from bot.errors import BadCommand, ButtonGone, ComparisonGone
from bot.texts import Texts

FEWEST_VOTES, MOST_VOTES = 10, 1000
_MOST_CHOICES = 20


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins, but for the votes."""
    return [
        CommandHandler("compare", compare),
        CallbackQueryHandler(pick_second, pattern=r"^compare:first:"),
        CallbackQueryHandler(pick_votes, pattern=r"^compare:second:"),
        CallbackQueryHandler(start, pattern=r"^compare:start:"),
        CallbackQueryHandler(stop, pattern=r"^compare:stop:"),
        CallbackQueryHandler(show_result, pattern=r"^compare:result:"),
        CallbackQueryHandler(prolong, pattern=r"^compare:longer:"),
        CallbackQueryHandler(set_every, pattern=r"^compare:every:"),
        *(CallbackQueryHandler(vote, pattern=rf"^compare:vote_{each}:") for each in Vote),
    ]


@admins_only
async def compare(update: Update, context: BotContext) -> None:
    """/compare [A B [VOTES]]: start one; without words what runs, or which models to choose."""
    words = context.text.split()[1:]
    comparisons = context.services.comparisons
    if not words:
        standing = await comparisons.standing()
        if standing is not None:
            context.reply(views.state(context.texts, standing))
        else:
            context.reply(await _pick(context))
        return
    number = words[2] if len(words) == 3 else str(USUAL_VOTES)
    is_number = re.fullmatch(r"\d{1,4}", number, re.ASCII) is not None
    if len(words) not in (2, 3) or not is_number:
        raise BadCommand(usage=context.texts.plain("compare_usage"))
    n_wanted = min(max(int(number), FEWEST_VOTES), MOST_VOTES)
    a, b = await comparisons.model(words[0]), await comparisons.model(words[1])
    context.reply(await _started(context, a.id, b.id, n_wanted))


@admins_only
async def pick_second(update: Update, context: BotContext) -> None:
    """The first model is chosen."""
    (first,) = _numbers(context, 1)
    context.show(await _pick(context, first))


@admins_only
async def pick_votes(update: Update, context: BotContext) -> None:
    """Both are."""
    a, b = [await context.services.serving.by_id(number) for number in _numbers(context, 2)]
    context.show(views.pick_votes(context.texts, a, b))


@admins_only
async def start(update: Update, context: BotContext) -> None:
    """And the number of votes, too."""
    a, b, n_wanted = _numbers(context, 3)
    if n_wanted not in views.VOTES:
        raise ButtonGone
    context.show(await _started(context, a, b, n_wanted))


@admins_only
async def stop(update: Update, context: BotContext) -> None:
    """Enough votes."""
    standing = await context.services.comparisons.stop(context.press.number)
    context.show(await _result(context.services, context.texts, standing))


@admins_only
async def show_result(update: Update, context: BotContext) -> None:
    """What comes out of it so far, below."""
    standing = await context.services.comparisons.standing(context.press.number)
    if standing is None:
        raise ComparisonGone
    context.reply(await _result(context.services, context.texts, standing))


@admins_only
async def prolong(update: Update, context: BotContext) -> None:
    """More votes."""
    comparisons = context.services.comparisons
    standing = await comparisons.prolong(context.press.number)
    running = await comparisons.standing()
    if running is not None:
        is_refused = running.comparison.id != standing.comparison.id
        context.show(views.state(context.texts, running, is_refused=is_refused))
    else:
        context.show(await _result(context.services, context.texts, standing))


@admins_only
async def set_every(update: Update, context: BotContext) -> None:
    """Pairs more often, or less."""
    comparison_id, every = _numbers(context, 2)
    if every not in views.EVERY:
        raise ButtonGone
    standing = await context.services.comparisons.set_every(comparison_id, every)
    context.show(views.state(context.texts, standing))


async def vote(update: Update, context: BotContext) -> None:
    """A tester says which of two answers is better; a double tap says it once."""
    services, request_id = context.services, context.press.number
    choice = Vote(context.press.action.removeprefix("vote_"))
    pair = await services.comparisons.votable(request_id, choice, person=context.person)
    if pair.vote is choice:
        return
    context.also(lambda tx: services.comparisons.vote(tx, pair, choice))
    answers = [await services.chat.conversations.answer_of(turn) for turn in pair.turns]
    said = [answer for answer in answers if answer is not None]
    if len(said) == 2:
        context.show(views.pair(context.texts, said, request_id, choice)[-1])


async def render(services: Services, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
    """The news that a comparison is over."""
    standing = await services.comparisons.standing(payload["comparison_id"])
    return await _result(services, texts, standing) if standing else None


async def _pick(context: BotContext, first_id: int | None = None) -> Screen:
    serving = context.services.serving
    models = await serving.models.listed(limit=_MOST_CHOICES)
    now = await serving.current()
    if now is not None and now.model.id not in [model.id for model in models]:
        models = [now.model, *models]
    first = await serving.by_id(first_id) if first_id is not None else None
    others = [model for model in models if model.id != first_id]
    return views.pick(context.texts, others, first)


async def _started(context: BotContext, a_id: int, b_id: int, n_wanted: int) -> Screen:
    services = context.services
    a, b = await services.serving.by_id(a_id), await services.serving.by_id(b_id)
    standing = await services.comparisons.start(
        a, b, n_wanted=n_wanted, by=context.person.id, request_id=context.request_id
    )
    is_other = {standing.a.id, standing.b.id} != {a.id, b.id}
    return views.state(context.texts, standing, is_refused=is_other)


async def _result(services: Services, texts: Texts, standing: Standing) -> Screen:
    now = await services.serving.current()
    is_used = now is not None and standing.better is not None and now.model.id == standing.better.id
    return views.result(texts, standing, is_used=is_used)


def _numbers(context: BotContext, n: int) -> list[int]:
    """The numbers that a button carries.

    Raises:
        ButtonGone: it carries something else.
    """
    parts = context.press.id.split("-")
    if len(parts) != n or not all(re.fullmatch(r"\d{1,18}", part, re.ASCII) for part in parts):
        raise ButtonGone
    return [int(part) for part in parts]
