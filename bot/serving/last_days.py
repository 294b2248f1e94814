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
"""Admins are warned so many days before the end; 0: the model has ended."""
PATIENCE_S = 5.0
"""How long the provider may take to name a day while a person waits."""
REMEMBERED_S = 3600
"""How long the provider's answer is used."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDays:
    """Looks several times a day. Each warning is given once, even if the bot was off for days."""

    database: Database
    store: LastDayStore
    serving: ServedModels
    api: TrainingApi
    notifications: Notifications
    catalogue: Catalogue
    base_model: str
    """`BASE_MODEL`, from which plans start."""
    training_url: str
    chat_url: str
    """Another server may still serve a model that its maker has switched off."""
    today: Callable[[], dtm.date]
    _told: dict[str, tuple[float, dtm.date | None]] = field(init=False, default_factory=dict)

    async def look(self) -> None:
        """Warn every admin once of each model that ends soon or has ended."""
        for day, payload in await self._endings():
            days_left = (day - self.today()).days
            days_before = next((days for days in DAYS_BEFORE if days_left <= days), None)
            if days_before is not None:
                await self._tell(day, payload, days_before)

    async def of_model(self, name: str) -> dtm.date | None:
        """The day from which a model no longer answers at `chat_url`; None: not known."""
        return await self._day(name, self.chat_url)

    async def over_since(self, name: str) -> dtm.date | None:
        """The day on which a model was switched off; None while it should answer."""
        day = await self.of_model(name)
        return day if day is not None and day <= self.today() else None

    async def _endings(self) -> list[tuple[dtm.date, JsonDict]]:
        """(last day, payload) of the serving model and of `BASE_MODEL`; one if they end as one.

        In the payload, `model` is the serving model that ends, and `plans` says whether plans stop.
        """
        serving = await self.serving.current()
        name = serving.model.name if serving else ""
        serving_day = await self.of_model(name) if name else None
        plans_day = await self._day(self.base_model, self.training_url)
        base, plans_base = self._base(name), self._base(self.base_model)
        are_one = (base, serving_day) == (plans_base, plans_day)
        endings = [(serving_day, {"base": base, "model": name, "plans": are_one})]
        if not are_one:
            endings.append((plans_day, {"base": plans_base, "model": "", "plans": True}))
        return [(day, payload | {"day": f"{day}"}) for day, payload in endings if day is not None]

    async def _tell(self, day: dtm.date, payload: JsonDict, days_before: int) -> None:
        base, now = payload["base"], int(time.time())

        async def work(tx: Transaction) -> None:
            if await self.store.tell(tx, base, day, days_before=days_before, now=now):
                key = f"ending:{base}:{day}:{days_before}"
                await self.notifications.tell_admins(tx, ServingKind.ENDING, payload, key=key)

        await self.database.write(work)

    async def _day(self, name: str, url: str) -> dtm.date | None:
        """The provider's date at its own address; else the catalogue's, if it holds there."""
        told = await self._told_by_provider(name) if url == self.training_url else None
        return told or self.catalogue.shutdown(name, base_url=url)

    async def _told_by_provider(self, name: str) -> dtm.date | None:
        """The provider's date for the model, else for its base; None also if it can't be asked."""
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
