"""Who may use a handler, and how often people outside are told the same."""

import functools
import time

from bot.edge.context import BotContext
from bot.edge.feature import Handler
from bot.errors import NotAllowed

QUIET_S = 60
"""People outside, and chats that flood us, are told the same at most once in this time."""


def admins_only(handler: Handler) -> Handler:
    """Refuse everybody but admins, with `NotAllowed`."""

    @functools.wraps(handler)
    async def guarded(context: BotContext) -> None:
        if not context.person.is_admin:
            raise NotAllowed
        await handler(context)

    return guarded


def quiet_key(context: BotContext, what: str) -> str | None:
    """By which somebody outside is told *what* once a minute; None, always, for who is admitted."""
    if context.person.is_admitted:
        return None
    return f"{what}:{context.row.chat_id}:{int(time.time()) // QUIET_S}"
