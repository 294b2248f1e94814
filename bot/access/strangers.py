"""People outside the door: an invitation's link, a request to join, their own data; no more.

Whatever they send, they are told the same at most once a minute, and nothing here asks a provider.
"""

import re
from typing import Any

from telegram import Update, User
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, TypeHandler

from bot.access.invitations import Outcome
from bot.edge.context import BotContext
from bot.edge.guards import quiet_key
from bot.privacy import handlers as privacy
from bot.welcome import views

_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What Telegram lets a link carry. https://core.telegram.org/bots/features#deep-linking"""


def handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """All that is done for people who are not admitted; the last one takes everything."""
    return [
        CommandHandler("start", come_in),
        CallbackQueryHandler(ask_in, pattern="^door:ask:"),
        *privacy.handlers(),
        TypeHandler(Update, show_door),
    ]


async def come_in(update: Update, context: BotContext) -> None:
    """/start CODE, as an invitation's link sends it; /start alone shows the door."""
    code = "".join(context.args or [])
    if not _CODE.fullmatch(code):
        await show_door(update, context)
        return
    services, texts, person = context.services, context.texts, context.person
    outcome = await services.invitations.accept(code, person)
    if outcome is Outcome.ADMITTED:
        is_ready = await services.serving.current() is not None
        context.reply(views.start_tester(texts, person, is_ready=is_ready))
        return
    standing = await services.admission.standing(person.id)
    screen = views.link_failed(texts, outcome, views.outside(texts, person.id, standing))
    context.reply(screen, key=quiet_key(context, f"code_{outcome}"))


async def ask_in(update: Update, context: BotContext) -> None:
    """The button of the door: the admins are asked."""
    user = update.effective_user
    assert user is not None
    standing = await context.services.admission.ask(context.person, name=_known_as(user))
    screen = views.outside(context.texts, context.person.id, standing)
    context.show(screen, key=quiet_key(context, "ask"))


async def show_door(update: Update, context: BotContext) -> None:
    """Anything else."""
    standing = await context.services.admission.standing(context.person.id)
    screen = views.outside(context.texts, context.person.id, standing)
    context.reply(screen, key=quiet_key(context, "stranger"))


def _known_as(user: User) -> str:
    return f"{user.full_name} (@{user.username})" if user.username else user.full_name
