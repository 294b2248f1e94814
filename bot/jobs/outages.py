"""Whether the provider answers at all: told once when it has not for a while, once when it does.

What the watching asks for is listened to, so an outage is noticed while a job goes on, and goes on
until some call succeeds. It outlives a restart of the bot, unless that was off for longer.
"""

import time
from collections.abc import Awaitable
from dataclasses import asdict, dataclass, field, replace
from typing import Final, TypeVar

from bot.delivery.notifications import Notifications
from bot.errors import KeyRefused, ProviderUncertain, ProviderUnreachable, UserError
from bot.jobs.entities import JobKind, Outage, OutageKind
from bot.jobs.outage_store import OutageStore
from bot.storage.database import Database, Transaction

_WORTH_STORING: Final = 0.1
"""Of the patience: hiccups are not written down."""

Result = TypeVar("Result")


@dataclass(slots=True, kw_only=True)
class Outages:
    """Listens to calls. A clear refusal of anything but the key is an answer like any other."""

    database: Database
    store: OutageStore
    notifications: Notifications
    patience_s: float = 600
    """How long every call has to fail."""
    _open: dict[OutageKind, Outage] | None = field(init=False, default=None)
    """None: not read from the database yet."""

    async def noted(self, call: Awaitable[Result]) -> Result:
        """What *call* gives or raises, having noted whether it came through."""
        try:
            result = await call
        except UserError as exc:
            await self._note(_kind_of(exc), str(exc.params.get("message") or ""))
            raise
        await self._note(None)
        return result

    async def _note(self, kind: OutageKind | None, message: str = "") -> None:
        if self._open is None:
            stored = await self.store.all()
            self._open = self._open or {each.kind: each for each in stored if self._goes_on(each)}
        for other in [found for found in self._open if found is not kind]:
            await self._end(self._open.pop(other))
        if kind is not None:
            await self._go_on(self._open, kind, message)

    async def _go_on(
        self, outages: dict[OutageKind, Outage], kind: OutageKind, message: str
    ) -> None:
        now = time.time()
        before = outages.get(kind)
        if before is None:
            before = Outage(kind=kind, since=now, failed_at=now)
        outage = replace(before, failed_at=now, message=message)
        outages[kind] = outage
        if not self._is_stored(outage):
            return
        is_new = now - outage.since >= self.patience_s and not outage.is_told
        if is_new:
            outage = replace(outage, is_told=True)
        await self.database.write(lambda tx: self._store(tx, outage, is_new=is_new))
        if kind in outages:
            outages[kind] = outage

    def _goes_on(self, outage: Outage) -> bool:
        """Whether one of a former process still counts: nobody knows what was while it was off."""
        return outage.is_told or time.time() - outage.failed_at <= self.patience_s

    def _is_stored(self, outage: Outage) -> bool:
        return outage.failed_at - outage.since >= self.patience_s * _WORTH_STORING

    async def _store(self, tx: Transaction, outage: Outage, *, is_new: bool) -> None:
        await self.store.put(tx, outage)
        if is_new:
            await self.notifications.tell_admins(
                tx, JobKind.OUTAGE, asdict(outage), key=f"outage:{outage.kind}:{outage.since}"
            )

    async def _end(self, outage: Outage) -> None:
        if not self._is_stored(outage):
            return

        async def work(tx: Transaction) -> None:
            await self.store.remove(tx, outage.kind)
            if outage.is_told:
                await self.notifications.tell_admins(
                    tx,
                    JobKind.OUTAGE_OVER,
                    {**asdict(outage), "until": time.time()},
                    key=f"outage:{outage.kind}:{outage.since}:over",
                )

        await self.database.write(work)


def _kind_of(error: UserError) -> OutageKind | None:
    """What kind of silence that is; None: an answer."""
    if isinstance(error, ProviderUnreachable | ProviderUncertain):
        return OutageKind.UNREACHABLE
    return OutageKind.REFUSED if isinstance(error, KeyRefused) else None
