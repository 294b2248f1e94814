"""What people have used, what it cost, and how much they may use in a day."""

from dataclasses import dataclass

from bot.edge.core import Core
from bot.edge.feature import Feature
from bot.usage.accounts import Accounts
from bot.usage.store import UsageStore


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFeature(Feature):
    """It has no screens: other features show what it counts."""

    accounts: Accounts


def build(core: Core) -> UsageFeature:
    """Put the accounts together."""
    return UsageFeature(
        name="usage",
        accounts=Accounts(
            store=UsageStore(core.database),
            catalogue=core.catalogue,
            chat_url=core.settings.chat_url,
            zone=core.settings.zone,
            default_limit=core.settings.daily_messages_per_tester,
        ),
    )
