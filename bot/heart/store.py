"""What the database knows of how the bot is."""

import time
from typing import Final

from bot.delivery.chats_store import saw_message
from bot.storage.database import Database, Transaction
from bot.storage.settings_rows import remember

HOUR_S: Final = 3600
_KEY: Final = "heart"


class HeartStore:
    """Reads `outbox` and `inbox`; writes one row of `settings`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def touch(self, tx: Transaction) -> None:
        """Write something, to see that it can be done."""
        await remember(tx, _KEY, int(time.time()))

    async def oldest_waiting(self) -> int:
        """The first message that is to be sent; 0: none is."""
        query = "SELECT min(id) FROM outbox WHERE sent_at IS NULL AND is_parked = 0"
        return await self._db.one(int, query) or 0

    async def incidents(self, *, apology: str) -> int:
        """How many updates and messages were given up in the last hour.

        *apology* is the kind of what is sent in a message's place.
        """
        found = await self._db.one(
            int,
            """
            SELECT (SELECT count(*) FROM inbox WHERE is_dead = 1 AND done_at > :after)
                + (SELECT count(*) FROM outbox WHERE kind = :apology AND created_at > :after)
            """,
            {"after": int(time.time()) - HOUR_S, "apology": apology},
        )
        return found or 0

    async def said(self, chat_id: int, message_id: int) -> None:
        """No search for a lost message shall take this one for it."""
        await self._db.write(lambda tx: saw_message(tx, chat_id, message_id))
