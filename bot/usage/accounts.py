"""What people have used and what it cost, and how much they may use in a day."""

import datetime as dtm
import zoneinfo
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.catalogue import Catalogue
from bot.domain.models import ChatMessage, Usage
from bot.domain.people import Person, Spent
from bot.errors import DailyLimitReached
from bot.gateways.tokenizer import count_example_tokens, count_tokens, encoding_for
from bot.storage.database import Transaction
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
    """Answers of models whose price nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Usage by person, day and model; it holds no words, and outlives them."""

    store: UsageStore
    catalogue: Catalogue
    zone: zoneinfo.ZoneInfo
    """Where a day begins at midnight."""
    default_limit: int
    """Answers a tester may get in a day; 0: any number."""

    def answered(
        self,
        person_id: int,
        *,
        model: str,
        messages: Sequence[ChatMessage],
        answer: str,
        usage: Usage | None,
        is_extra: bool = False,
    ) -> Callable[[Transaction], Awaitable[None]]:
        """What puts an answer to the person's account.

        Args:
            person_id: Who asked.
            model: Who answered.
            messages: The prompt.
            answer: What came, whole or not.
            usage: What the server said that it cost; None: we count.
            is_extra: It cost something, but is none of the answers that a person may get.
        """
        counted = usage or _counted(model, messages, answer)
        spent = Spent(
            model=model,
            n_answers=int(not is_extra),
            n_estimated=int(usage is None),
            prompt_tokens=counted.prompt_tokens,
            completion_tokens=counted.completion_tokens,
        )
        day = self._today
        return lambda tx: self.store.add(tx, spent, person_id=person_id, day=day)

    async def check(self, person: Person) -> None:
        """Go on only while the person may ask more today.

        Raises:
            DailyLimitReached: they had as many answers as they may get in a day.
        """
        limit = self.limit_of(person)
        if limit and await self.store.n_answers(person.id, self._today) >= limit:
            raise DailyLimitReached(limit=limit, zone=self.zone)

    def limit_of(self, person: Person) -> int:
        """Answers that the person may get in a day; 0: any number, as for admins."""
        if person.is_admin:
            return 0
        return self.default_limit if person.daily_limit is None else person.daily_limit

    async def bills_of(self, person_id: int) -> tuple[Bill, Bill]:
        """What the person has used today, and in all."""
        today = await self.store.of(person_id, since=self._today)
        return self.bill(today), self.bill(await self.store.of(person_id))

    async def models_of(self, person_id: int) -> list[tuple[str, Bill]]:
        """What the person has used of each model."""
        return self._bills(await self.store.of(person_id))

    async def by_model(self) -> tuple[list[tuple[str, Bill]], Bill, Bill]:
        """What everybody has used of each model, most used first; of all today; of all."""
        in_all = await self.store.by_model()
        today = await self.store.by_model(since=self._today)
        return self._bills(in_all), self.bill(today), self.bill(in_all)

    def bill(self, spent: Iterable[Spent]) -> Bill:
        """Sums and price."""
        n_answers = n_estimated = n_tokens = n_unpriced = 0
        usd = 0.0
        for each in spent:
            n_answers += each.n_answers
            n_estimated += each.n_estimated
            n_tokens += each.prompt_tokens + each.completion_tokens
            usage = Usage(
                prompt_tokens=each.prompt_tokens, completion_tokens=each.completion_tokens
            )
            price = chat_cost(usage, self.catalogue.model(each.model))
            if price is None:
                n_unpriced += each.n_answers
            usd += price or 0.0
        return Bill(
            n_answers=n_answers,
            n_estimated=n_estimated,
            n_tokens=n_tokens,
            usd=usd,
            n_unpriced=n_unpriced,
        )

    def _bills(self, spent: Iterable[Spent]) -> list[tuple[str, Bill]]:
        return [(each.model, self.bill([each])) for each in spent]

    @property
    def _today(self) -> str:
        return dtm.datetime.now(self.zone).date().isoformat()


def _counted(model: str, messages: Sequence[ChatMessage], answer: str) -> Usage:
    encoding = encoding_for(model)
    prompt = [{"role": message.role, "content": message.content} for message in messages]
    return Usage(
        prompt_tokens=count_example_tokens(prompt, encoding),
        completion_tokens=count_tokens(answer, encoding),
    )
