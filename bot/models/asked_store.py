"""Models that were named to /use and wait for a yes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.storage.database import Database, Transaction

KEPT_S: Final = 7 * 24 * 3600
"""How long a question can be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSwitch:
    """A switch that an admin asked for and that the bot did not make yet."""

    id: int
    name: str
    """The model's full name, which the bot may not know."""
    system_prompt: str | None
    """None: the model keeps its own."""


class AskedStore:
    """Table `asked_switches`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def ask(
        self, names: Sequence[str], *, system_prompt: str | None, request_id: int, now: int
    ) -> list[AskedSwitch]:
        """Store the models that a command may mean; the same command stores them once."""

        async def work(tx: Transaction) -> None:
            await tx.execute(
                "DELETE FROM asked_switches WHERE asked_at < :oldest", {"oldest": now - KEPT_S}
            )
            for name in names:
                await tx.execute(
                    """
                    INSERT OR IGNORE INTO asked_switches (request_id, name, system_prompt, asked_at)
                    VALUES (:request_id, :name, :system_prompt, :now)
                    """,
                    {
                        "request_id": request_id,
                        "name": name,
                        "system_prompt": system_prompt,
                        "now": now,
                    },
                )

        await self._db.write(work)
        return await self._db.all(
            AskedSwitch,
            """
            SELECT id, name, system_prompt
            FROM asked_switches
            WHERE request_id = :request_id
            ORDER BY id
            """,
            {"request_id": request_id},
        )

    async def get(self, asked_id: int) -> AskedSwitch | None:
        """The switch that a button names, or None."""
        query = "SELECT id, name, system_prompt FROM asked_switches WHERE id = :id"
        return await self._db.one(AskedSwitch, query, {"id": asked_id})
