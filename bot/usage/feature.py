"""What people have used, what it cost, and how much they may use in a day."""

from dataclasses import dataclass

from bot.delivery.screen import Screen
from bot.edge.core import Core
from bot.edge.feature import Feature, Tick
from bot.edge.numbers import NumberHandlers
from bot.gateways.tokenizer import forget_unused
from bot.storage.settings_rows import StoredNumber
from bot.texts import Texts
from bot.usage.accounts import Accounts
from bot.usage.limit_views import limits
from bot.usage.store import UsageStore


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFeature(Feature):
    """Other features show what it counts; its own screen sets the limit of all."""

    accounts: Accounts


def build(core: Core) -> UsageFeature:
    """Put the accounts together."""
    accounts = Accounts(
        store=UsageStore(core.database),
        catalogue=core.catalogue,
        chat_url=core.settings.chat_url,
        zone=core.settings.zone,
        settings_limit=core.settings.daily_messages_per_tester,
        budget_usd=core.settings.daily_budget_usd,
        chosen_limit=StoredNumber(core.database, "daily_limit"),
    )

    async def screen(texts: Texts, limit: int | None) -> Screen:
        return limits(texts, await accounts.usual_limit() if limit is None else limit)

    async def rest() -> None:
        forget_unused(core.pacing.tokenizer_s)

    limit = NumberHandlers(name="limit", stored=accounts.chosen_limit, screen=screen)
    return UsageFeature(
        name="usage",
        accounts=accounts,
        admin_presses={"usage:limit": limit.choose},
        messages=[(limit.is_answer, limit.take)],
        ticks=[Tick(name="tokenizer", run=rest, interval_s=60, first_s=60)],
    )
