"""Imports that wait for a decision, and the messages that are gathered for one."""

import json
from collections.abc import Sequence
from typing import Final

from bot.domain import JsonDict
from bot.importing.entities import Import
from bot.storage.database import Database, Transaction

_SELECT: Final = "SELECT id, is_gathering FROM imports"


class ImportStore:
    """Tables `imports` and `gathered_messages`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self, import_id: int, person_id: int) -> Import | None:
        """That import of that person; None: it is over."""
        query = f"{_SELECT} WHERE id = :id AND person_id = :person_id"
        return await self._db.one(Import, query, {"id": import_id, "person_id": person_id})

    async def gathering(self, person_id: int, *, since: int) -> Import | None:
        """What that person's forwards go into, if it began after *since*."""
        query = f"{_SELECT} WHERE person_id = :id AND is_gathering AND created_at > :since"
        return await self._db.one(Import, query, {"id": person_id, "since": since})

    async def end_late(self, tx: Transaction, *, gathering_than: int, than: int) -> list[int]:
        """End those that began before these times: of gathering, of deciding. Returns their ids."""
        rows = await tx.rows(
            "DELETE FROM imports "
            "WHERE created_at <= CASE is_gathering WHEN 1 THEN :gathering ELSE :at END "
            "RETURNING id",
            {"gathering": gathering_than, "at": than},
        )
        return [row[0] for row in rows]

    async def ids(self) -> set[int]:
        """Every import that waits."""
        return set(await self._db.all(int, "SELECT id FROM imports"))

    async def begin(
        self, tx: Transaction, import_id: int, person_id: int, *, is_gathering: bool, now: int
    ) -> None:
        """A file came, or forwards will; a person gathers for one import at a time."""
        if is_gathering:
            await tx.execute(
                "DELETE FROM imports WHERE person_id = :id AND is_gathering", {"id": person_id}
            )
        await tx.execute(
            """
            INSERT OR REPLACE INTO imports (id, person_id, is_gathering, created_at)
            VALUES (:id, :person_id, :is_gathering, :now)
            """,
            {"id": import_id, "person_id": person_id, "is_gathering": is_gathering, "now": now},
        )

    async def add(self, tx: Transaction, import_id: int, messages: Sequence[JsonDict]) -> None:
        """Keep forwarded messages, unless that import is over."""
        for message in messages:
            await tx.execute(
                "INSERT INTO gathered_messages (import_id, message) "
                "SELECT id, :message FROM imports WHERE id = :id",
                {"id": import_id, "message": json.dumps(message, ensure_ascii=False)},
            )

    async def gathered(self, import_id: int) -> list[JsonDict]:
        """The messages of an import, in the order in which they came."""
        query = "SELECT message FROM gathered_messages WHERE import_id = :id ORDER BY id"
        return [
            json.loads(message) for message in await self._db.all(str, query, {"id": import_id})
        ]

    async def gathered_all(self, tx: Transaction, import_id: int, *, now: int) -> None:
        """Nothing more comes: what was gathered is in a file now."""
        await tx.execute("DELETE FROM gathered_messages WHERE import_id = :id", {"id": import_id})
        await tx.execute(
            "UPDATE imports SET is_gathering = 0, created_at = :now WHERE id = :id",
            {"id": import_id, "now": now},
        )

    async def end(self, tx: Transaction, import_id: int) -> bool:
        """It is decided; False: it was before."""
        return await tx.changes("DELETE FROM imports WHERE id = :id", {"id": import_id})


async def forget_imports(tx: Transaction, person_id: int) -> None:
    """Delete what a person has gathered, and what they have not decided about."""
    await tx.execute("DELETE FROM imports WHERE person_id = :id", {"id": person_id})
