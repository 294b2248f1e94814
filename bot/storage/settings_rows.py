"""Whole numbers that the bot remembers by a key: the rows of `settings`."""

from bot.storage.database import Database, Queries, Transaction


async def remembered(queries: Queries, key: str) -> int | None:
    """The number of that key; None: there is none."""
    query = "SELECT CAST(value AS INTEGER) FROM settings WHERE key = :key"
    return await queries.one(int, query, {"key": key})


async def remember(tx: Transaction, key: str, number: int | None) -> None:
    """Keep the number in the place of any other of that key; None: keep none."""
    await tx.execute("DELETE FROM settings WHERE key = :key", {"key": key})
    if number is not None:
        await tx.execute(
            "INSERT INTO settings (key, value) VALUES (:key, :value)",
            {"key": key, "value": str(number)},
        )


class StoredNumber:
    """One row of `settings`, which admins set."""

    def __init__(self, database: Database, key: str) -> None:
        self._db, self._key = database, key

    async def get(self) -> int | None:
        """The number; None: nobody has set it."""
        return await remembered(self._db, self._key)

    async def set(self, tx: Transaction, number: int) -> None:
        """Set the number."""
        await remember(tx, self._key, number)
