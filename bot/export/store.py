"""When what testers rated was last made into files."""

from typing import Final

from bot.storage.database import Database, Transaction

_KEY: Final = "exported_at"


class ExportStore:
    """One row of `settings`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def last(self) -> int | None:
        """The moment of the last export, Unix seconds; None: there was none."""
        query = "SELECT CAST(value AS INTEGER) FROM settings WHERE key = :key"
        return await self._db.one(int, query, {"key": _KEY})

    async def mark(self, tx: Transaction, *, now: int) -> None:
        """An export was made."""
        await tx.execute(
            """
            INSERT INTO settings (key, value) VALUES (:key, :value)
            ON CONFLICT (key) DO UPDATE SET value = :value
            """,
            {"key": _KEY, "value": str(now)},
        )
