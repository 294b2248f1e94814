"""What training and answers cost this month, beside the ceiling that admins set."""

import datetime as dtm
import zoneinfo
from dataclasses import dataclass

from bot.catalogue import Catalogue
from bot.jobs.store import JobStore
from bot.storage.database import Queries
from bot.storage.settings_rows import StoredNumber
from bot.training.entities import Month
from bot.training.store import RunStore
from bot.usage.accounts import Accounts
from bot.usage.cost import training_cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Sums by the catalogue's prices, so without what a server of unknown prices takes."""

    accounts: Accounts
    jobs: JobStore
    runs: RunStore
    ceiling: StoredNumber
    """USD a month; 0, like none: there is no ceiling."""
    catalogue: Catalogue
    base_url: str
    """The server that trains: the catalogue's prices hold only at its own provider."""
    zone: zoneinfo.ZoneInfo
    """A month begins at midnight here."""

    async def month(self, queries: Queries | None = None) -> Month:
        """This month so far; within a transaction, *queries* count what it started."""
        today = dtm.datetime.now(self.zone)
        first = today.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        trained = await self.trainings(int(first.timestamp()))
        answers = (await self.accounts.bill_of(first.date())).usd
        underway = await self.runs.underway_usd(queries)
        return Month(
            spent_usd=answers + underway + sum(price or 0.0 for price in trained),
            ceiling_usd=await self.ceiling.get() or None,
        )

    async def trainings(self, since: int, until: int = 2**62) -> list[float | None]:
        """The price of each job that ended between those Unix times; None: not known."""
        return [
            training_cost(
                job.trained_tokens or 0,
                self.catalogue.priced(job.base_model, self.base_url),
                job.method,
            )
            for job in await self.jobs.ended(since, until)
        ]
