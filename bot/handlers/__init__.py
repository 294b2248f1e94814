"""The Telegram edge, one module per feature. This list is their order, and order is meaning.

The first handler that fits an update gets it. `chat` is last because it takes any text that
nobody else took, and answers unknown commands.
"""

from typing import Any

from telegram.ext import BaseHandler

from bot.context import BotContext
from bot.handlers import (
    alarms,
    basics,
    cards,
    chat,
    compare,
    dataset,
    endings,
    export,
    feedback,
    invitations,
    jobs,
    models,
    people,
    privacy,
    quality,
    training,
    trials,
    versions,
)


def all_handlers() -> list[BaseHandler[Any, BotContext, Any]]:
    """Every handler, in order."""
    modules = (
        basics,
        dataset,
        versions,
        export,
        training,
        endings,
        jobs,
        cards,
        alarms,
        models,
        quality,
        compare,
        trials,
        people,
        invitations,
        privacy,
        feedback,
        chat,
    )
    return [handler for module in modules for handler in module.handlers()]
