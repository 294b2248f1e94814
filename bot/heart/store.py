"""What the database knows of how the bot is."""

import time
from typing import Final

from bot.storage.database import Queries

HOUR_S: Final = 3600


async def oldest_waiting(queries: Queries) -> int:
    """The first message that is to be sent; 0: none is."""
    query = "SELECT min(id) FROM outbox WHERE sent_at IS NULL AND is_parked = 0"
    return await queries.one(int, query) or 0


async def incidents(queries: Queries, *, apology: str) -> int:
    """How many updates, and messages with an *apology* in their place, failed in the last hour."""
    query = """
        SELECT (SELECT count(*) FROM inbox WHERE is_dead = 1 AND done_at > :after)
            + (SELECT count(*) FROM outbox WHERE kind = :apology AND created_at > :after)
        """
    after = int(time.time()) - HOUR_S
    return await queries.one(int, query, {"after": after, "apology": apology}) or 0
