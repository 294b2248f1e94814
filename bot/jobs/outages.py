"""Whether the provider answers: admins hear once when it has not for a while, once when it does.

The calls of the watching are observed, so an outage is noticed while a job runs. It lasts until a
call succeeds. It survives a restart of the bot that takes no longer than `patience_s`.
"""

import logging
import time
from collections.abc import Awaitable
from dataclasses import asdict, dataclass, field, replace
from typing import Final, TypeVar

from bot.delivery.notifications import Notifications
from bot.domain.people import Urgency
from bot.errors import (
    KeyRefused,
    NotTheApi,
    ProviderBusy,
    ProviderUncertain,
    ProviderUnreachable,
    UserError,
)
from bot.jobs.entities import JobKind, Outage, OutageKind
from bot.jobs.outage_store import OutageStore
from bot.storage.database import Database, Transaction

_WORTH_STORING: Final = 0.1
"""Share of `patience_s`: shorter failures are not stored."""

Result = TypeVar("Result")

_logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Outages:
    """Observes calls. A clear refusal counts as an answer, unless it is of the key or of calls."""

    database: Database
    store: OutageStore
    notifications: Notifications
    patience_s: float = 600
    """Every call has to fail for so long before admins hear of it."""
    _open: dict[OutageKind, Outage] | None = field(init=False, default=None)
    """None: not yet read from the database."""

    async def noted(self, call: Awaitable[Result]) -> Result:
        """Return or raise what *call* does, and note whether the provider answered."""
        try:
            result = await call
        except UserError as exc:
            await self._note(outage_in(exc), str(exc.params.get("message") or ""))
            raise
        await self._note(None)
        return result

    async def _note(self, kind: OutageKind | None, message: str = "") -> None:
        if self._open is None:
            stored = await self.store.all()
            self._open = self._open or {each.kind: each for each in stored if self._goes_on(each)}
        for other in [found for found in self._open if found is not kind]:
            outage = self._open.pop(other)
            age_s = time.time() - outage.since
            _logger.warning("The provider: no longer %s, after %.0f s", outage.kind, age_s)
            await self._end(outage)
        if kind is not None:
            _logger.warning("The provider: %s", kind)
            await self._go_on(self._open, kind, message)

    async def _go_on(
        self, outages: dict[OutageKind, Outage], kind: OutageKind, message: str
    ) -> None:
        now = time.time()
        before = outages.get(kind) or Outage(kind=kind, since=now, failed_at=now)
        outage = replace(before, failed_at=now, message=message)
        outages[kind] = outage
        if not self._is_stored(outage):
            return
        is_new = now - outage.since >= self.patience_s and not outage.is_told
        if is_new:
            outage = replace(outage, is_told=True)

        async def work(tx: Transaction) -> None:
            await self.store.put(tx, outage)
            if is_new:
                key = f"outage:{kind}:{outage.since}"
                await self.notifications.tell_admins(
                    tx, JobKind.OUTAGE, asdict(outage), key=key, urgency=Urgency.IMPORTANT
                )

        await self.database.write(work)
        if kind in outages:
            outages[kind] = outage

    def _goes_on(self, outage: Outage) -> bool:
        """Whether an outage of a former process still counts.

        While the bot is off it cannot know whether the provider answers.
        """
        return outage.is_told or time.time() - outage.failed_at <= self.patience_s

    def _is_stored(self, outage: Outage) -> bool:
        return outage.failed_at - outage.since >= self.patience_s * _WORTH_STORING

    async def _end(self, outage: Outage) -> None:
        if not self._is_stored(outage):
            return

        async def work(tx: Transaction) -> None:
            await self.store.remove(tx, outage.kind)
            if outage.is_told:
                payload = {**asdict(outage), "until": time.time()}
                key = f"outage:{outage.kind}:{outage.since}:over"
                await self.notifications.tell_admins(tx, JobKind.OUTAGE_OVER, payload, key=key)

        await self.database.write(work)


def outage_in(error: UserError) -> OutageKind | None:
    """The kind of outage that the error shows; None: the provider has answered."""
    if isinstance(error, ProviderUnreachable | ProviderUncertain | ProviderBusy | NotTheApi):
        return OutageKind.UNREACHABLE
    return OutageKind.REFUSED if isinstance(error, KeyRefused) else None
