"""How much may be spent in a month before a start asks."""

from typing import Final

from bot.storage.database import Database, Transaction
from bot.storage.settings_rows import remember, remembered

_KEY: Final = "monthly_ceiling_usd"


class CeilingStore:
    """One row of `settings`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self) -> int | None:
        """USD a month; None: there is no ceiling."""
        return await remembered(self._db, _KEY)

    async def set(self, tx: Transaction, usd: int | None) -> None:
        """Set the ceiling, or take it away."""
        await remember(tx, _KEY, usd)
