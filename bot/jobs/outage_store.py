"""Outages of the provider that go on."""

from dataclasses import asdict

from bot.jobs.entities import Outage, OutageKind
from bot.storage.database import Database, Transaction


class OutageStore:
    """Table `outages`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def all(self) -> list[Outage]:
        """Those that go on."""
        query = "SELECT kind, since_at AS since, failed_at, message, is_told FROM outages"
        return await self._db.all(Outage, query)

    async def put(self, tx: Transaction, outage: Outage) -> None:
        """Store it in the place of the former one of its kind."""
        await tx.execute(
            """
            INSERT OR REPLACE INTO outages (kind, since_at, failed_at, message, is_told)
            VALUES (:kind, :since, :failed_at, :message, :is_told)
            """,
            asdict(outage),
        )

    async def remove(self, tx: Transaction, kind: OutageKind) -> None:
        """It is over."""
        await tx.execute("DELETE FROM outages WHERE kind = :kind", {"kind": kind})
