"""What people have used and what it cost, and how much they may use in a day."""

import datetime as dtm
import zoneinfo
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.catalogue import Catalogue
from bot.domain.models import ChatMessage, Usage
from bot.domain.people import Person, Spent
from bot.errors import DailyBudgetReached, DailyBudgetSpent, DailyLimitReached
from bot.gateways.tokenizer import count_example_tokens, count_tokens, encoding_for
from bot.storage.database import Transaction
from bot.storage.settings_rows import StoredNumber
from bot.usage.cost import chat_cost
from bot.usage.store import UsageStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """Answers with their tokens and price."""

    n_answers: int
    n_estimated: int
    """Of these, answers whose tokens we counted because the server did not tell."""
    n_tokens: int
    """Of prompts and answers."""
    usd: float
    """By the catalogue's prices, without the answers that have none."""
    n_unpriced: int
    """Answers of models without a known price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Usage by person, day and model. It holds no words and stays when they are deleted."""

    store: UsageStore
    catalogue: Catalogue
    chat_url: str
    """The server that answers: the catalogue's prices hold only at its own provider."""
    zone: zoneinfo.ZoneInfo
    """A day begins at midnight here."""
    settings_limit: int
    """Answers a tester may get in a day until an admin chooses otherwise; 0: any number."""
    chosen_limit: StoredNumber
    """What admins chose for all."""
    budget_usd: float = 0
    """What all answers of a day may cost, by the catalogue's prices; 0: any sum."""

    async def add(
        self,
        tx: Transaction,
        person_id: int,
        *,
        model: str,
        messages: Sequence[ChatMessage],
        answer: str,
        usage: Usage | None,
        is_extra: bool = False,
    ) -> None:
        """Count an answer, whole or not, as usage of the person who asked.

        Without *usage* from the server the tokens are counted here. An *is_extra* answer costs
        tokens but does not count for the daily limit.
        """
        counted = usage or _counted(model, messages, answer)
        spent = Spent(
            model=model,
            n_answers=int(not is_extra),
            n_estimated=int(usage is None),
            prompt_tokens=counted.prompt_tokens,
            completion_tokens=counted.completion_tokens,
        )
        await self.store.add(tx, spent, person_id=person_id, day=self._today)

    async def check(self, person: Person) -> None:
        """Check that the person may get another answer today.

        Raises:
            DailyLimitReached: they may not.
            DailyBudgetSpent, for admins DailyBudgetReached: nobody may.
        """
        limit = await self.limit_of(person)
        if limit and await self.store.n_answers(person.id, self._today) >= limit:
            raise DailyLimitReached(limit=limit, zone=self.zone)
        if self.budget_usd:
            await self._check_budget(person)

    async def _check_budget(self, person: Person) -> None:
        """Answers that are on their way, and those without a known price, count nothing."""
        spent_usd = self.bill(await self.store.by_model(since=self._today)).usd
        if spent_usd < self.budget_usd:
            return
        if person.is_admin:
            raise DailyBudgetReached(spent=spent_usd, budget=self.budget_usd, zone=self.zone)
        raise DailyBudgetSpent(zone=self.zone)

    async def limit_of(self, person: Person) -> int:
        """Answers that the person may get in a day; 0: any number, as for admins."""
        if person.is_admin:
            return 0
        return await self.usual_limit() if person.daily_limit is None else person.daily_limit

    async def usual_limit(self) -> int:
        """The same for everybody without a limit of their own."""
        chosen = await self.chosen_limit.get()
        return self.settings_limit if chosen is None else chosen

    async def bills_of(self, person_id: int) -> tuple[Bill, Bill]:
        """What the person has used today, and in all."""
        today = await self.store.of(person_id, since=self._today)
        return self.bill(today), self.bill(await self.store.of(person_id))

    async def models_of(self, person_id: int) -> list[tuple[str, Bill]]:
        """What the person has used of each model."""
        return self._bills(await self.store.of(person_id))

    async def by_model(self) -> tuple[list[tuple[str, Bill]], Bill, Bill]:
        """What everybody has used: of each model, most used first; today; in all."""
        in_all = await self.store.by_model()
        today = await self.store.by_model(since=self._today)
        return self._bills(in_all), self.bill(today), self.bill(in_all)

    async def bill_of(self, first: dtm.date, last: dtm.date = dtm.date.max) -> Bill:
        """What everybody has used on those days."""
        return self.bill(await self.store.by_model(since=f"{first}", until=f"{last}"))

    def bill(self, spent: Sequence[Spent]) -> Bill:
        """The sums, and the price."""
        priced = [
            (each, chat_cost(each, self.catalogue.priced(each.model, self.chat_url)))
            for each in spent
        ]
        return Bill(
            n_answers=sum(each.n_answers for each in spent),
            n_estimated=sum(each.n_estimated for each in spent),
            n_tokens=sum(each.prompt_tokens + each.completion_tokens for each in spent),
            usd=sum(price or 0.0 for _, price in priced),
            n_unpriced=sum(each.n_answers for each, price in priced if price is None),
        )

    def _bills(self, spent: Sequence[Spent]) -> list[tuple[str, Bill]]:
        return [(each.model, self.bill([each])) for each in spent]

    @property
    def _today(self) -> str:
        return dtm.datetime.now(self.zone).date().isoformat()


def _counted(model: str, messages: Sequence[ChatMessage], answer: str) -> Usage:
    encoding = encoding_for(model)
    prompt = [asdict(message) for message in messages]
    return Usage(
        prompt_tokens=count_example_tokens(prompt, encoding),
        completion_tokens=count_tokens(answer, encoding),
    )
