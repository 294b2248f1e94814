"""People who wrote to the bot: their names, what they chose, and who has access."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from bot.domain.people import Urgency
from bot.storage.database import Database, Row, Transaction
from bot.storage.rows import from_row

_COLUMNS: Final = (
    "p.name, p.is_tester, p.language, p.telegram_language, p.daily_limit, p.is_blocked, "
    "p.rings_from, p.hears_others, p.week_at, p.daily_at, p.first_seen_at, p.last_seen_at, "
    "p.admitted_by, p.admitted_at, p.removed_at"
)
_ADMITTED: Final = """
    SELECT id FROM people WHERE is_tester = 1
    UNION
    SELECT value FROM json_each(:fixed)
"""
_OUTSIDE: Final = f"""
    SELECT person_id AS id FROM join_requests
    UNION
    SELECT id FROM people WHERE is_blocked = 1 OR removed_at IS NOT NULL
    EXCEPT
    SELECT id FROM ({_ADMITTED})
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """What is stored of a person; access of admins comes from the settings, not from here."""

    id: int
    name: str
    is_tester: bool = False
    language: str | None = None
    telegram_language: str | None = None
    daily_limit: int | None = None
    rings_from: Urgency = Urgency.IMPORTANT
    hears_others: bool = True
    week_at: int | None = None
    daily_at: int | None = None
    is_blocked: bool = False
    first_seen_at: int = 0
    last_seen_at: int = 0
    """0: they never wrote."""
    admitted_by: int | None = None
    admitted_at: int | None = None
    removed_at: int | None = None


class PeopleStore:
    """Table `people`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self, person_id: int, tx: Transaction | None = None) -> PersonRow | None:
        """The person, or None when they never wrote; inside *tx* as they are at this moment."""
        query = f"SELECT p.id, {_COLUMNS} FROM people p WHERE p.id = :id"
        row = await (tx or self._db).row(query, {"id": person_id})
        return _person_row(row) if row else None

    async def admitted(self, fixed: Collection[int], *, limit: int, offset: int) -> list[PersonRow]:
        """Who may come in, by the database or as one of *fixed*; who was here last comes first."""
        return await self._page(_ADMITTED, fixed, limit, offset)

    async def outside(self, fixed: Collection[int], *, limit: int, offset: int) -> list[PersonRow]:
        """Who asked to be let in, was removed or is blocked, and may not come in."""
        return await self._page(_OUTSIDE, fixed, limit, offset)

    async def saw(
        self, tx: Transaction, person_id: int, *, name: str, telegram_language: str | None, now: int
    ) -> None:
        """Remember that they wrote, and under which name."""
        await tx.execute(
            """
            INSERT INTO people (id, name, telegram_language, first_seen_at, last_seen_at)
            VALUES (:id, :name, :telegram_language, :now, :now)
            ON CONFLICT (id) DO UPDATE SET
                name = :name, telegram_language = :telegram_language, last_seen_at = :now
            """,
            {"id": person_id, "name": name, "telegram_language": telegram_language, "now": now},
        )

    async def choose(self, tx: Transaction, person_id: int, **choices: str | int | None) -> None:
        """Remember what they chose: `language`, `rings_from`, `hears_others`, or what is below."""
        columns = ", ".join(f"{name} = :{name}" for name in choices)
        await tx.execute(
            f"UPDATE people SET {columns} WHERE id = :id", {"id": person_id, **choices}
        )

    async def due(self, moment: str, *, now: int) -> list[int]:
        """Whose moment has come: `week_at` or `daily_at`."""
        return await self._db.all(
            int, f"SELECT id FROM people WHERE {moment} <= :now", {"now": now}
        )

    async def move_on(self, tx: Transaction, moment: str, *, now: int, to: int) -> list[int]:
        """The same, and their next one is *to*."""
        query = f"UPDATE people SET {moment} = :to WHERE {moment} <= :now RETURNING id"
        return await tx.all(int, query, {"now": now, "to": to})

    async def admit(self, tx: Transaction, person_id: int, *, by: int, now: int) -> bool:
        """Let them in; False when they are in already."""
        await self._know(tx, person_id, now)
        return await tx.changes(
            """
            UPDATE people
            SET is_tester = 1, is_blocked = 0, removed_at = NULL,
                admitted_by = :by, admitted_at = :now
            WHERE id = :id AND is_tester = 0
            """,
            {"id": person_id, "by": by, "now": now},
        )

    async def remove(self, tx: Transaction, person_id: int, *, now: int) -> bool:
        """Let them in no more; False when they were not in."""
        return await tx.changes(
            """
            UPDATE people SET is_tester = 0, removed_at = :now
            WHERE id = :id AND is_tester = 1
            """,
            {"id": person_id, "now": now},
        )

    async def block(self, tx: Transaction, person_id: int, *, is_blocked: bool, now: int) -> None:
        """Let them not even ask, or let them ask again; not for who is in."""
        await self._know(tx, person_id, now)
        await tx.execute(
            "UPDATE people SET is_blocked = :is_blocked WHERE id = :id AND is_tester = 0",
            {"id": person_id, "is_blocked": is_blocked},
        )

    async def set_limit(
        self, tx: Transaction, person_id: int, limit: int | None, *, now: int
    ) -> None:
        """Answers that they may get in a day; 0: any number, None: as the settings say."""
        await self._know(tx, person_id, now)
        await tx.execute(
            "UPDATE people SET daily_limit = :limit WHERE id = :id",
            {"id": person_id, "limit": limit},
        )

    async def forget_name(self, tx: Transaction, person_id: int) -> None:
        """Delete name and languages of somebody who is not in; whether they may ask stays."""
        await tx.execute(
            """
            UPDATE people
            SET name = '', language = NULL, telegram_language = NULL
            WHERE id = :id
            """,
            {"id": person_id},
        )

    async def _page(
        self, ids: str, fixed: Collection[int], limit: int, offset: int
    ) -> list[PersonRow]:
        rows = await self._db.rows(
            f"""
            SELECT ids.id, {_COLUMNS}
            FROM ({ids}) ids LEFT JOIN people p ON p.id = ids.id
            ORDER BY p.last_seen_at DESC NULLS LAST, ids.id
            LIMIT :limit OFFSET :offset
            """,
            {"fixed": json.dumps(sorted(fixed)), "limit": limit, "offset": offset},
        )
        return [_person_row(row) for row in rows]

    async def _know(self, tx: Transaction, person_id: int, now: int) -> None:
        await tx.execute(
            """
            INSERT OR IGNORE INTO people (id, name, first_seen_at, last_seen_at)
            VALUES (:id, :name, :now, 0)
            """,
            {"id": person_id, "name": str(person_id), "now": now},
        )


def _person_row(row: Row) -> PersonRow:
    """The person in a row; those whom only the settings name have nothing but an id."""
    return from_row(
        PersonRow,
        row,
        name=row["name"] or str(row["id"]),
        is_tester=bool(row["is_tester"]),
        is_blocked=bool(row["is_blocked"]),
        rings_from=Urgency.IMPORTANT if row["rings_from"] is None else Urgency(row["rings_from"]),
        hears_others=row["hears_others"] != 0,
        first_seen_at=row["first_seen_at"] or 0,
        last_seen_at=row["last_seen_at"] or 0,
    )
