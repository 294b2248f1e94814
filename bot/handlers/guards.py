"""Who may use a handler: asked again at each one, for commands and buttons alike."""

import functools
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Update

from bot.context import BotContext

Handler = Callable[[Update, BotContext], Coroutine[Any, Any, None]]


def admins_only(handler: Handler) -> Handler:
    """Refuse everybody but admins, with `NotAllowed`."""

    @functools.wraps(handler)
    async def guarded(update: Update, context: BotContext) -> None:
        context.check_admin()
        await handler(update, context)

    return guarded
