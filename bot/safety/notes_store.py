"""Which admins want silent notes, and when the last one was sent."""

from collections.abc import Collection

from bot.storage.database import Database, Transaction
from bot.storage.settings_rows import remember, remembered

_NOTED_AT = "danger_noted_at"


class NotesStore:
    """Rows of `settings`: one for each admin who wants notes, and one with a time."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def wanted_by(self, admin_ids: Collection[int]) -> list[int]:
        """Those of the admins who want notes."""
        keys = await self._db.all(str, "SELECT key FROM settings WHERE key LIKE 'danger_notes:%'")
        return sorted(admin_id for admin_id in admin_ids if _key(admin_id) in keys)

    async def set_wanted(self, tx: Transaction, admin_id: int, *, is_wanted: bool) -> None:
        """Send notes to the admin from now on, or no more."""
        await remember(tx, _key(admin_id), 1 if is_wanted else None)

    async def noted_at(self, tx: Transaction) -> int:
        """When the last note was sent, Unix time; 0: never."""
        return await remembered(tx, _NOTED_AT) or 0

    async def noted(self, tx: Transaction, *, now: int) -> None:
        """A note is sent now."""
        await remember(tx, _NOTED_AT, now)


def _key(admin_id: int) -> str:
    return f"danger_notes:{admin_id}"
