"""Versions of the dataset, which of them is in use, and the copies that /upload sent."""

import json
from collections.abc import Iterable
from typing import Final

from bot.domain import JsonDict
from bot.domain.datasets import Dataset, DatasetOrigin, ValidationReport
from bot.domain.training import UNDERWAY, RunState
from bot.storage.database import Database, Transaction
from bot.storage.settings_rows import remember

COLUMNS: Final = (
    "id", "path", "sha256", "n_examples", "n_tokens", "system_prompt", "created_at", "name",
    "origin", "parent_id", "added_by", "n_errors", "n_warnings", "size_bytes", "validation_id",
    "method",
)  # fmt: skip
"""Those of a `Dataset`."""

_SELECT: Final = f"SELECT {', '.join(COLUMNS)} FROM datasets"
_CHOSEN: Final = "dataset_id"
"""The key in `settings`; no row: the file of the settings is in use."""
_NEEDED: Final = f"""
    SELECT 1
    FROM settings s JOIN datasets d ON d.id = CAST(s.value AS INTEGER)
    WHERE s.key = :key AND :id IN (d.id, d.validation_id)
    UNION ALL
    SELECT 1
    FROM training_runs
    WHERE :id IN (dataset_id, validation_id) AND (
        state IN (SELECT value FROM json_each(:underway))
        OR state = '{RunState.PLANNED}' AND expires_at > :now
    )
"""


class DatasetStore:
    """Tables `datasets` and `uploads`, and the choice of the dataset in use."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self, dataset_id: int) -> Dataset | None:
        """The version, or None when there is none or it was deleted."""
        query = f"{_SELECT} WHERE id = :id AND deleted_at IS NULL"
        return await self._db.one(Dataset, query, {"id": dataset_id})

    async def of_hash(self, sha256: str) -> Dataset | None:
        """The version with these bytes, or None when there is none or it was deleted."""
        query = f"{_SELECT} WHERE sha256 = :sha256 AND deleted_at IS NULL"
        return await self._db.one(Dataset, query, {"sha256": sha256})

    async def latest(self) -> Dataset | None:
        """The version seen last, or None."""
        query = f"{_SELECT} WHERE deleted_at IS NULL ORDER BY id DESC LIMIT 1"
        return await self._db.one(Dataset, query)

    async def newest(self, *, limit: int, offset: int = 0) -> list[Dataset]:
        """At most *limit* versions, newest first, after the first *offset* of them."""
        query = f"{_SELECT} WHERE deleted_at IS NULL ORDER BY id DESC LIMIT :limit OFFSET :offset"
        return await self._db.all(Dataset, query, {"limit": limit, "offset": offset})

    async def chosen(self) -> Dataset | None:
        """The version that an admin put to use; None: the file of the settings is in use."""
        return await self._db.one(
            Dataset,
            f"{_SELECT} WHERE deleted_at IS NULL AND id = "
            "(SELECT CAST(value AS INTEGER) FROM settings WHERE key = :key)",
            {"key": _CHOSEN},
        )

    async def deleted_hashes(self) -> list[str]:
        """SHA-256 of every version that was deleted."""
        query = "SELECT sha256 FROM datasets WHERE deleted_at IS NOT NULL"
        return await self._db.all(str, query)

    async def choose(self, tx: Transaction, dataset_id: int | None) -> bool:
        """Put a version to use, unless it is deleted; None: whatever the settings' file holds."""
        if dataset_id is not None and not await self._is_there(tx, dataset_id):
            return False
        await remember(tx, _CHOSEN, dataset_id)
        return True

    async def remember(
        self,
        tx: Transaction,
        report: ValidationReport,
        *,
        path: str,
        name: str,
        now: int,
        origin: DatasetOrigin = DatasetOrigin.SETTINGS,
        parent_id: int | None = None,
        added_by: int | None = None,
    ) -> Dataset:
        """The row of this version: the one there is for the same bytes, else a new one.

        What is known already keeps its name and its origin, unless it was deleted.
        """
        found = _found(report, path)
        told = {
            "name": name,
            "origin": origin,
            "parent_id": parent_id,
            "added_by": added_by,
            "created_at": now,
        }
        await tx.execute(
            f"UPDATE datasets SET {_assignments(told)}, validation_id = NULL "
            "WHERE sha256 = :sha256 AND deleted_at IS NOT NULL",
            {**told, "sha256": report.sha256},
        )
        await tx.execute(
            f"INSERT INTO datasets ({', '.join(found | told)}) "
            f"VALUES ({', '.join(f':{column}' for column in found | told)}) "
            f"ON CONFLICT (sha256) DO UPDATE SET {_assignments(found)}, deleted_at = NULL",
            found | told,
        )
        query = f"{_SELECT} WHERE sha256 = :sha256"
        dataset = await tx.one(Dataset, query, {"sha256": report.sha256})
        assert dataset is not None
        return dataset

    async def pair(self, tx: Transaction, dataset_id: int, validation_id: int | None) -> bool:
        """Let the second version be what a model trained on the first is measured by.

        False: one of them is deleted, and nothing has changed.
        """
        if validation_id is not None and not await self._is_there(tx, validation_id):
            return False
        return await tx.changes(
            "UPDATE datasets SET validation_id = :validation_id "
            "WHERE id = :id AND deleted_at IS NULL",
            {"id": dataset_id, "validation_id": validation_id},
        )

    async def delete(self, tx: Transaction, dataset_id: int, *, now: int) -> bool:
        """Take it off the list, unless something needs it; the row stays: runs tell of it.

        Needed is what is in use, its validation part, and what a plan or a run has yet to upload.
        """
        needs = {"id": dataset_id, "key": _CHOSEN, "now": now, "underway": json.dumps(UNDERWAY)}
        if await tx.row(_NEEDED, needs):
            return False
        await tx.execute(
            "UPDATE datasets SET deleted_at = :now WHERE id = :id", {"id": dataset_id, "now": now}
        )
        await tx.execute(
            "UPDATE datasets SET validation_id = NULL WHERE validation_id = :id", {"id": dataset_id}
        )
        return True

    async def _is_there(self, tx: Transaction, dataset_id: int) -> bool:
        query = "SELECT 1 FROM datasets WHERE id = :id AND deleted_at IS NULL"
        return await tx.row(query, {"id": dataset_id}) is not None

    async def upload_of(self, request_id: int) -> str | None:
        """The provider's id of the file that this update has sent already."""
        query = "SELECT file_id FROM uploads WHERE request_id = :request_id"
        return await self._db.one(str, query, {"request_id": request_id})

    async def uploaded(
        self, tx: Transaction, *, request_id: int, dataset_id: int, file_id: str, by: int, now: int
    ) -> None:
        """Remember a copy at the provider."""
        await tx.execute(
            """
            INSERT OR IGNORE INTO uploads (
                request_id, dataset_id, file_id, uploaded_by, uploaded_at
            ) VALUES (:request_id, :dataset_id, :file_id, :by, :now)
            """,
            {
                "request_id": request_id,
                "dataset_id": dataset_id,
                "file_id": file_id,
                "by": by,
                "now": now,
            },
        )


def shows(dataset: Dataset, report: ValidationReport, path: str) -> bool:
    """Whether the stored version says what was found just now."""
    return all(getattr(dataset, column) == value for column, value in _found(report, path).items())


def _found(report: ValidationReport, path: str) -> JsonDict:
    """The columns that tell what a file holds."""
    return {
        "path": path,
        "sha256": report.sha256,
        "n_examples": report.n_examples,
        "n_tokens": report.tokens.total if report.tokens else 0,
        "system_prompt": report.system_prompt,
        "n_errors": report.n_errors,
        "n_warnings": report.n_warnings,
        "size_bytes": report.size_bytes,
        "method": report.method,
    }


def _assignments(columns: Iterable[str]) -> str:
    return ", ".join(f"{column} = :{column}" for column in columns)
