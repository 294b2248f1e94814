"""When what testers rated was last made into files."""

from typing import Final

from bot.storage.database import Database, Transaction
from bot.storage.settings_rows import remember, remembered

_KEY: Final = "exported_at"


class ExportStore:
    """One row of `settings`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def last(self) -> int | None:
        """The moment of the last export, Unix seconds; None: there was none."""
        return await remembered(self._db, _KEY)

    async def mark(self, tx: Transaction, *, now: int) -> None:
        """An export was made."""
        await remember(tx, _KEY, now)
