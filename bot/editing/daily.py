"""The daily card: a bad answer in the morning, for admins who want one."""

import datetime as dtm
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from bot.delivery.outbox_store import OutboxStore
from bot.delivery.screen import Screen
from bot.domain.people import Person
from bot.edge.people import People
from bot.editing.answers import Answers
from bot.storage.database import Database, Transaction
from bot.texts import Texts

HOURS: Final = range(10, 14)
"""By the clock of the settings: at ten, or soon after a start that comes later than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """Posts the card at most once a day, also if the bot starts anew."""

    database: Database
    answers: Answers
    outbox: OutboxStore
    people: People
    zone: ZoneInfo
    texts_for: Callable[[Person], Texts]
    card: Callable[[Texts], Awaitable[Screen]]
    clock: Callable[[], float] = time.time

    async def look(self) -> None:
        """Post what is due, if there is something to go through."""
        now = dtm.datetime.fromtimestamp(self.clock(), self.zone)
        if now.hour not in HOURS:
            return
        due = await self.people.store.due("daily_at", now=int(now.timestamp()))
        admins = sorted(self.people.admin_ids.intersection(due))
        if not admins or not (await self.answers.next())[1]:
            return
        cards = {
            each: await self.card(self.texts_for(await self.people.named(each))) for each in admins
        }
        await self.database.write(lambda tx: self._post(tx, cards, now))

    async def _post(self, tx: Transaction, cards: Mapping[int, Screen], now: dtm.datetime) -> None:
        tomorrow = dtm.datetime.combine(
            now.date() + dtm.timedelta(days=1), dtm.time(HOURS.start), self.zone
        )
        now_s, to = int(now.timestamp()), int(tomorrow.timestamp())
        # Who has changed their mind meanwhile is not among them.
        for admin_id in await self.people.store.move_on(tx, "daily_at", now=now_s, to=to):
            if admin_id in cards:
                await self.outbox.post(
                    tx,
                    admin_id,
                    key=f"edit_daily:{admin_id}:{now:%Y-%m-%d}",
                    payload=cards[admin_id].to_json(),
                    now=now_s,
                )
