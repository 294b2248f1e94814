"""Restricts handlers to admins, and limits how often people get the same refusal."""

import functools
import time

from bot.edge.context import BotContext
from bot.edge.feature import Handler
from bot.errors import NotAllowed

QUIET_S = 60
"""Strangers, and chats that send too much, get the same message at most once in this time."""


def admins_only(handler: Handler) -> Handler:
    """Let only admins use *handler*; raise `NotAllowed` for others."""

    @functools.wraps(handler)
    async def guarded(context: BotContext) -> None:
        if not context.person.is_admin:
            raise NotAllowed
        await handler(context)

    return guarded


def quiet_key(context: BotContext, what: str) -> str | None:
    """A reply key with which a stranger gets *what* once per minute; None for admitted people."""
    if context.person.is_admitted:
        return None
    return f"{what}:{context.row.chat_id}:{int(time.time()) // QUIET_S}"
