"""What is stored about a person, for that person, even after an admin has removed them."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.chat.feature import ChatFeature
from bot.edge.core import Core
from bot.edge.feature import Feature, Forget
from bot.privacy.handlers import PrivacyHandlers
from bot.privacy.privacy import Privacy
from bot.privacy.store import PrivacyStore
from bot.usage.feature import UsageFeature


def build(
    core: Core, *, usage: UsageFeature, chat: ChatFeature, forgets: Sequence[Forget]
) -> Feature:
    """Put /privacy together.

    *forgets*: how each feature deletes a person's words, in the order of deletion.
    """
    privacy = Privacy(
        database=core.database,
        store=PrivacyStore(core.database),
        people=core.people.store,
        forgets=forgets,
    )
    handlers = PrivacyHandlers(
        privacy=privacy,
        people=core.people,
        accounts=usage.accounts,
        generations=chat.generations,
        host=urlsplit(core.settings.chat_url).hostname or "",
    )
    presses = {
        "privacy:show": handlers.overview,
        "privacy:get": handlers.get,
        "privacy:forget": handlers.ask_forget,
        "privacy:forgotten": handlers.forget,
        "privacy:keep": handlers.keep,
    }
    return Feature(
        name="privacy",
        commands={"privacy": handlers.overview},
        presses=presses,
        outside={"/privacy": handlers.overview, **presses},
    )
