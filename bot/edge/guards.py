"""Who may use a handler: asked again at each one, for commands and buttons alike."""

import functools
import time
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Update

from bot.edge.context import BotContext

QUIET_S = 60
"""People outside, and chats that flood us, are told the same at most once in this time."""

Handler = Callable[[Update, BotContext], Coroutine[Any, Any, None]]


def admins_only(handler: Handler) -> Handler:
    """Refuse everybody but admins, with `NotAllowed`."""

    @functools.wraps(handler)
    async def guarded(update: Update, context: BotContext) -> None:
        context.check_admin()
        await handler(update, context)

    return guarded


def quiet_key(context: BotContext, what: str) -> str | None:
    """By which somebody outside is told *what* once a minute; None, always, for who is admitted."""
    if context.person.is_admitted:
        return None
    return f"{what}:{context.row.chat_id}:{int(time.time()) // QUIET_S}"
