"""What admins changed by hand in datasets, and the examples that they want as they are."""

import json
from typing import Final

from bot.editing.entities import Edit
from bot.storage.database import Database, Row, Transaction
from bot.storage.rows import from_row

_COLUMNS: Final = "id, from_id, dataset_id, kind, lines, edited_by, edited_at"


class EditStore:
    """Tables `edits` and `kept_lines`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def of_request(self, request_id: int) -> Edit | None:
        """What that update has changed already."""
        query = f"SELECT {_COLUMNS} FROM edits WHERE request_id = :id"
        row = await self._db.row(query, {"id": request_id})
        return _edit(row) if row else None

    async def after(self, dataset_id: int) -> list[Edit]:
        """The edits that lead on from a version, oldest first."""
        return await self._along(dataset_id, start="from_id", then="e.from_id = c.dataset_id")

    async def before(self, dataset_id: int) -> list[Edit]:
        """The edits that led to a version, oldest first."""
        return await self._along(dataset_id, start="dataset_id", then="e.dataset_id = c.from_id")

    async def add(self, tx: Transaction, edit: Edit, *, request_id: int) -> None:
        """Remember an edit. One that leads back to an earlier version undoes those since."""
        undone = await self.after(edit.dataset_id)
        if edit.from_id in {each.dataset_id for each in undone}:
            ids = json.dumps([each.from_id for each in undone])
            await tx.execute(
                "DELETE FROM edits WHERE from_id IN (SELECT value FROM json_each(:ids))",
                {"ids": ids},
            )
            return
        await tx.execute(
            """
            INSERT INTO edits (
                request_id, from_id, dataset_id, kind, lines, edited_by, edited_at
            ) VALUES (:request_id, :from_id, :dataset_id, :kind, :lines, :by, :at)
            """,
            {
                "request_id": request_id,
                "from_id": edit.from_id,
                "dataset_id": edit.dataset_id,
                "kind": edit.kind,
                "lines": json.dumps(edit.lines),
                "by": edit.edited_by,
                "at": edit.edited_at,
            },
        )

    async def is_needed(self, tx: Transaction, dataset_id: int) -> bool:
        """Whether a run was ever made on that version, or another is measured by it."""
        query = """
            SELECT 1 FROM training_runs WHERE :id IN (dataset_id, validation_id)
            UNION ALL SELECT 1 FROM datasets WHERE validation_id = :id AND deleted_at IS NULL
        """
        return await tx.row(query, {"id": dataset_id}) is not None

    async def kept(self) -> frozenset[bytes]:
        """Identities of the examples that stay as they are."""
        return frozenset(await self._db.all(bytes, "SELECT identity FROM kept_lines"))

    async def keep(self, tx: Transaction, identity: bytes, *, by: int, now: int) -> None:
        """Offer that example no more."""
        await tx.execute(
            "INSERT OR IGNORE INTO kept_lines (identity, kept_by, kept_at) VALUES (:id, :by, :now)",
            {"id": identity, "by": by, "now": now},
        )

    async def _along(self, dataset_id: int, *, start: str, then: str) -> list[Edit]:
        rows = await self._db.rows(
            f"""
            WITH RECURSIVE c AS (
                SELECT {_COLUMNS} FROM edits WHERE {start} = :id
                UNION
                SELECT e.{_COLUMNS.replace(", ", ", e.")} FROM edits e JOIN c ON {then}
            )
            SELECT * FROM c ORDER BY id
            """,
            {"id": dataset_id},
        )
        return [_edit(row) for row in rows]


def _edit(row: Row) -> Edit:
    return from_row(Edit, row, lines=json.loads(row["lines"]))
