"""The daily card: a bad answer in the morning, for admins who want one."""

import datetime as dtm
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from bot.delivery.outbox_store import OutboxStore
from bot.delivery.screen import Screen
from bot.domain.people import Person
from bot.edge.people import People
from bot.editing.answers import Answers
from bot.storage.database import Database, Transaction
from bot.storage.settings_rows import remember, remembered
from bot.texts import Texts

HOURS: Final = range(10, 14)
"""By the clock of the settings: at ten, or soon after a start that comes later than that."""


class DailyStore:
    """Rows of `settings`: one for each admin who wants the card."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def is_wanted(self, admin_id: int) -> bool:
        """Whether they get the card."""
        return await remembered(self._db, _key(admin_id)) is not None

    async def set_wanted(self, tx: Transaction, admin_id: int, *, is_wanted: bool) -> None:
        """Send them the card from now on, or no more."""
        await remember(tx, _key(admin_id), 1 if is_wanted else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """Posts the card at most once a day, also if the bot starts anew."""

    database: Database
    store: DailyStore
    answers: Answers
    outbox: OutboxStore
    people: People
    zone: ZoneInfo
    texts_for: Callable[[Person], Texts]
    card: Callable[[Texts], Awaitable[Screen]]
    clock: Callable[[], float] = time.time

    async def look(self) -> None:
        """Post what is due; the outbox knows who has got today's."""
        now = dtm.datetime.fromtimestamp(self.clock(), self.zone)
        if now.hour not in HOURS or not (await self.answers.next())[1]:
            return
        for admin_id in sorted(self.people.admin_ids):
            if await self.store.is_wanted(admin_id):
                await self._post(admin_id, now)

    async def _post(self, admin_id: int, now: dtm.datetime) -> None:
        screen = await self.card(self.texts_for(await self.people.named(admin_id)))
        await self.database.write(
            lambda tx: self.outbox.post(
                tx,
                admin_id,
                key=f"edit_daily:{admin_id}:{now:%Y-%m-%d}",
                payload=screen.to_json(),
                now=int(now.timestamp()),
            )
        )


def _key(admin_id: int) -> str:
    return f"edit_daily:{admin_id}"
