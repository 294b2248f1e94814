"""Which updates were made long before they came, because the bot was away.

A message has a date, a press has none. But Telegram hands over what it held in the order in which
it was made. So a press is late if it comes after an absence and before anything that is new. Dates
alone decide only when a process begins: where the clock is wrong, every message looks old.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.delivery.messages import integer, new_or_edited
from bot.delivery.routing import update_id_of
from bot.domain import JsonDict
from bot.storage.database import Database, Transaction
from bot.storage.settings_rows import remember, remembered

LATE_S: Final = 600
"""What is older may not be wanted any more."""
FULL_BATCH: Final = 100
"""Updates in an answer of Telegram after which it may hold more.

https://core.telegram.org/bots/api#getupdates
"""
_SETTLES_S: Final = 60
"""Behind a webhook no answer tells that nothing more is held; by then all should have come."""
_STORED_EVERY_S: Final = 60
_KEY: Final = "heard_at"

_logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Absence:
    """Remembers when Telegram last had nothing more for the bot, also after a restart.

    A new database knows no such moment: it has sent no buttons that may be old.
    """

    database: Database
    is_polled: bool = True
    """Telegram is asked all the time, so silence of Telegram is an absence too."""
    clock: Callable[[], float] = time.time
    _heard_at: int | None = field(init=False, default=None)
    _is_beginning: bool = field(init=False, default=True)
    """This process has not had what Telegram held for it."""
    _stored_at: int = field(init=False, default=0)
    _came_back_at: int | None = field(init=False, default=None)
    """When a process behind a webhook got its first update."""
    _is_settled: bool = field(init=False, default=False)
    """This process, behind a webhook, has had what Telegram held."""

    async def late_in(self, updates: Sequence[JsonDict]) -> tuple[set[int | None], bool]:
        """The ids of those that are late, and whether Telegram holds no more of these."""
        now = int(self.clock())
        if self._heard_at is None:
            self._stored_at = await remembered(self.database, _KEY) or 0
            self._heard_at = self._stored_at
        is_away = 0 < self._heard_at < now - LATE_S
        if self._is_settled or not (is_away or self._is_beginning):
            return set(), True
        late: set[int | None] = set()
        for update in updates:
            written_at = _written_at(update)
            if written_at > now - LATE_S:
                return late, True
            if written_at or is_away:
                late.add(update_id_of(update))
        return late, len(updates) < FULL_BATCH if self.is_polled else self._has_settled(now)

    async def heard(self, tx: Transaction) -> None:
        """With the last of what Telegram held: the bot has it all. It is stored once a minute."""
        now = int(self.clock())
        is_stored = self._is_stored_at(now)
        if not is_stored:
            await remember(tx, _KEY, now)
        tx.after_commit(
            lambda: self._have_heard(now, stored_at=self._stored_at if is_stored else now)
        )

    async def heard_nothing(self) -> None:
        """Telegram had nothing. If that can't be stored, a press may be asked about needlessly."""
        self._heard_at = now = int(self.clock())
        self._is_beginning = False
        if self._is_stored_at(now):
            return
        try:
            await self.database.write(self.heard)
        except Exception as exc:
            # For instance, a full disk; whoever has something to store says so.
            _logger.debug("Nothing was heard, and that was not stored: %r", exc)

    def _is_stored_at(self, now: int) -> bool:
        return 0 <= now - self._stored_at < _STORED_EVERY_S

    def _have_heard(self, now: int, *, stored_at: int) -> None:
        self._heard_at, self._stored_at, self._is_beginning = now, stored_at, False
        self._is_settled = not self.is_polled

    def _has_settled(self, now: int) -> bool:
        self._came_back_at = self._came_back_at or now
        return now - self._came_back_at >= _SETTLES_S


def _written_at(update: JsonDict) -> int:
    """When a message was written or last edited; 0: no message, or no date."""
    message = new_or_edited(update)
    return integer(message, "edit_date") or integer(message, "date")
