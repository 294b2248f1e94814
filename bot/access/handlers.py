"""/people: who may come in, what they use, and who shall come in no more."""

import re
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.access import admission_views, views
from bot.edge.context import BotContext
from bot.edge.guards import admins_only
from bot.errors import ButtonGone


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """For admins."""
    actions = {
        "person:list": show_list,
        "person:outside": show_outside,
        "person:show": show,
        "person:models": show_models,
        "person:limit": set_limit,
        "person:remove": ask_remove,
        "person:removed": remove,
        "person:admit": admit,
        "person:block": block,
        "person:unblock": unblock,
        "join:admit": decide,
        "join:deny": decide,
    }
    return [
        CommandHandler("people", show_list),
        *(
            CallbackQueryHandler(function, pattern=f"^{action}:")
            for action, function in actions.items()
        ),
    ]


@admins_only
async def show_list(update: Update, context: BotContext) -> None:
    """/people: who may come in, by pages."""
    services, page = context.services, context.press.number
    people, has_more = await services.people.admitted(page, size=views.PAGE)
    if page and not people:  # who stood there was removed since
        page, (people, has_more) = 0, await services.people.admitted(0, size=views.PAGE)
    billed = [(each, *await services.accounts.bills_of(each.person.id)) for each in people]
    prices = _prices(context)
    context.show(views.listed(context.texts, billed, page=page, has_more=has_more, prices=prices))


@admins_only
async def show_outside(update: Update, context: BotContext) -> None:
    """Who asks, was denied, removed or blocked, by pages."""
    services, page = context.services, context.press.number
    people, has_more = await services.people.outside(page, size=views.PAGE)
    if page and not people:
        page, (people, has_more) = 0, await services.people.outside(0, size=views.PAGE)
    asking = [(each, await services.admission.requests.latest(each.person.id)) for each in people]
    context.show(views.outside(context.texts, asking, page=page, has_more=has_more))


@admins_only
async def show(update: Update, context: BotContext) -> None:
    """One person."""
    await _show(context, context.press.number)


@admins_only
async def show_models(update: Update, context: BotContext) -> None:
    """What each model has cost."""
    accounts = context.services.accounts
    models, today, in_all = await accounts.by_model()
    prices = _prices(context)
    context.show(views.by_model(context.texts, models, today=today, in_all=in_all, prices=prices))


@admins_only
async def set_limit(update: Update, context: BotContext) -> None:
    """How many answers a day."""
    parts = re.fullmatch(r"(\d{1,18})-(d|\d{1,3})", context.press.id, re.ASCII)
    allowed = (views.DEFAULT, *map(str, (views.NO_LIMIT, *views.LIMITS)))
    if parts is None or parts[2] not in allowed:
        raise ButtonGone
    person_id = int(parts[1])
    await context.services.people.profile(person_id)
    limit = None if parts[2] == views.DEFAULT else int(parts[2])
    await context.services.people.set_limit(person_id, limit)
    await _show(context, person_id)


@admins_only
async def ask_remove(update: Update, context: BotContext) -> None:
    """Whether somebody shall really come in no more."""
    profile = await context.services.people.profile(context.press.number)
    context.show(views.ask_remove(context.texts, profile))


@admins_only
async def remove(update: Update, context: BotContext) -> None:
    """Somebody comes in no more."""
    profile = await context.services.people.profile(context.press.number)
    await context.services.admission.remove(profile)
    await _show(context, profile.person.id)


@admins_only
async def admit(update: Update, context: BotContext) -> None:
    """Let somebody in whom we know."""
    profile = await context.services.people.profile(context.press.number)
    await context.services.admission.admit(profile.person.id, by=context.person.id)
    await _show(context, profile.person.id)


@admins_only
async def block(update: Update, context: BotContext) -> None:
    """Somebody outside may not even ask."""
    await _block(context, is_blocked=True)


@admins_only
async def unblock(update: Update, context: BotContext) -> None:
    """They may ask again."""
    await _block(context, is_blocked=False)


@admins_only
async def decide(update: Update, context: BotContext) -> None:
    """A request to join; the first press decides, a later one reads what was decided."""
    asked = await context.services.admission.decide(
        context.press.number, is_admitted=context.press.action == "admit", by=context.person.id
    )
    by = await context.services.people.named(asked.decided_by or 0)
    context.show(admission_views.decided(context.texts, asked, by=by.name))


async def _block(context: BotContext, *, is_blocked: bool) -> None:
    profile = await context.services.people.profile(context.press.number)
    await context.services.admission.block(
        profile.person.id, is_blocked=is_blocked, by=context.person.id
    )
    await _show(context, profile.person.id)


async def _show(context: BotContext, person_id: int) -> None:
    services = context.services
    profile = await services.people.profile(person_id)
    today, in_all = await services.accounts.bills_of(person_id)
    by = await services.people.named(profile.admitted_by) if profile.admitted_by else None
    shown = views.PersonCard(
        profile=profile,
        today=today,
        in_all=in_all,
        limit=services.accounts.limit_of(profile.person),
        admitted_by=by.name if by else "",
        request=await services.admission.requests.latest(person_id),
    )
    context.show(views.card(context.texts, shown, prices=_prices(context)))


def _prices(context: BotContext) -> str:
    services = context.services
    base_url = services.settings.chat_url
    return views.prices_note(context.texts, services.catalogue, base_url=base_url)
