"""The Telegram edge, one module per feature. This list is their order, and order is meaning.

The first handler that fits an update gets it. `chat` is last because it takes any text that
nobody else took, and answers unknown commands.
"""

from typing import Any

from telegram.ext import BaseHandler

from bot.access import handlers as people
from bot.access import invitation_handlers as invitations
from bot.alarms import handlers as alarms
from bot.chat import handlers as chat
from bot.comparison import handlers as compare
from bot.dataset import handlers as dataset
from bot.dataset import version_handlers as versions
from bot.edge.context import BotContext
from bot.export import handlers as export
from bot.jobs import card_handlers as cards
from bot.jobs import handlers as jobs
from bot.models import handlers as models
from bot.privacy import handlers as privacy
from bot.ratings import handlers as feedback
from bot.ratings import quality_handlers as quality
from bot.training import ending_handlers as endings
from bot.training import handlers as training
from bot.trials import handlers as trials
from bot.welcome import handlers as basics


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
