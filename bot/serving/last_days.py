"""When models end, and the warnings before that."""

import asyncio
import datetime as dtm
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.catalogue import Catalogue, base_of
from bot.delivery.notifications import Notifications
from bot.domain import JsonDict
from bot.errors import UserError
from bot.gateways.provider import TrainingApi
from bot.serving.entities import ServingKind
from bot.serving.last_day_store import LastDayStore
from bot.serving.serving import ServedModels
from bot.storage.database import Database, Transaction

DAYS_BEFORE = (0, 1, 7, 30)
"""When the admins are warned: days before the end; 0: it is over."""
PATIENCE_S = 5.0
"""With a provider that is asked for a day while a person waits."""
REMEMBERED_S = 3600
"""How long a provider's word is good for."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    base_model: str
    last_day: dtm.date
    model: str
    """The serving model that ends with it; empty when that is another one."""
    stops_plans: bool
    """Whether plans start from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDays:
    """Looks several times a day; each warning is given once, also when days were slept through."""

    database: Database
    store: LastDayStore
    serving: ServedModels
    api: TrainingApi
    notifications: Notifications
    catalogue: Catalogue
    base_model: str
    """`BASE_MODEL`: what plans start from."""
    training_url: str
    chat_url: str
    """Where models answer: another server may serve a model that its maker has switched off."""
    today: Callable[[], dtm.date]
    _told: dict[str, tuple[float, dtm.date | None]] = field(init=False, default_factory=dict)

    async def look(self) -> None:
        """Warn every admin of what ends soon, or has ended, and was not told yet."""
        for ending in await self._endings():
            days_left = (ending.last_day - self.today()).days
            days_before = next((days for days in DAYS_BEFORE if days_left <= days), None)
            if days_before is not None:
                await self._tell(ending, days_before)

    async def of_model(self, name: str) -> dtm.date | None:
        """The day from which a model answers no more where models answer; None: not known."""
        return await self._day(name, self.chat_url)

    async def over_since(self, name: str) -> dtm.date | None:
        """The day on which a model was switched off; None while it should answer."""
        day = await self.of_model(name)
        return day if day is not None and day <= self.today() else None

    async def _endings(self) -> list[_Ending]:
        """What the bot lives on: the serving model and `BASE_MODEL`, once where they end as one."""
        serving = await self.serving.current()
        name = serving.model.name if serving else ""
        serving_day = await self.of_model(name) if name else None
        plans_day = await self._day(self.base_model, self.training_url)
        base, plans_base = self._base(name), self._base(self.base_model)
        are_one = (base, serving_day) == (plans_base, plans_day)
        found = []
        if serving_day is not None:
            found.append(
                _Ending(base_model=base, last_day=serving_day, model=name, stops_plans=are_one)
            )
        if plans_day is not None and not are_one:
            found.append(
                _Ending(base_model=plans_base, last_day=plans_day, model="", stops_plans=True)
            )
        return found

    async def _tell(self, ending: _Ending, days_before: int) -> None:
        day = ending.last_day.isoformat()
        payload: JsonDict = {
            "base": ending.base_model,
            "day": day,
            "model": ending.model,
            "plans": ending.stops_plans,
        }
        now = int(time.time())

        async def work(tx: Transaction) -> None:
            is_new = await self.store.tell(
                tx, ending.base_model, ending.last_day, days_before=days_before, now=now
            )
            if is_new:
                key = f"ending:{ending.base_model}:{day}:{days_before}"
                await self.notifications.tell_admins(tx, ServingKind.ENDING, payload, key=key)

        await self.database.write(work)

    async def _day(self, name: str, url: str) -> dtm.date | None:
        """The provider's word, if the model is there; else the catalogue's, if it holds there."""
        told = await self._told_by_provider(name) if url == self.training_url else None
        return told or self.catalogue.shutdown(name, base_url=url)

    async def _told_by_provider(self, name: str) -> dtm.date | None:
        """What it says of the model, else of its base; None also while it can't be asked."""
        asked_at, day = self._told.get(name, (-REMEMBERED_S, None))
        if time.monotonic() - asked_at < REMEMBERED_S:
            return day
        try:
            async with asyncio.timeout(PATIENCE_S):
                day = await self.api.shutdown_date(name)
                if day is None and base_of(name) != name:
                    day = await self.api.shutdown_date(base_of(name))
        except (UserError, TimeoutError) as exc:
            _logger.info("The provider does not tell when %s ends: %r", name, exc)
            return None
        self._told[name] = time.monotonic(), day
        return day

    def _base(self, name: str) -> str:
        known = self.catalogue.model(name)
        return known.name if known else base_of(name)
