"""Versions of the dataset, and the copies that /upload sent."""

from bot.domain import Dataset, ValidationReport
from bot.storage.database import Database, Row, Transaction

_COLUMNS = "id, path, sha256, n_examples, n_tokens, system_prompt, created_at"


class DatasetStore:
    """Tables `datasets` and `uploads`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def latest(self) -> Dataset | None:
        """The version seen last, or None."""
        row = await self._db.row(f"SELECT {_COLUMNS} FROM datasets ORDER BY id DESC LIMIT 1")
        return dataset_from_row(row) if row else None

    async def remember(
        self, tx: Transaction, path: str, report: ValidationReport, *, now: int
    ) -> Dataset:
        """The row of this version: the one there is for the same bytes, else a new one."""
        await tx.execute(
            """
            INSERT INTO datasets (path, sha256, n_examples, n_tokens, system_prompt, created_at)
            VALUES (:path, :sha256, :n_examples, :n_tokens, :system_prompt, :now)
            ON CONFLICT (sha256) DO UPDATE SET path = :path, n_tokens = :n_tokens
            """,
            {
                "path": path,
                "sha256": report.sha256,
                "n_examples": report.n_examples,
                "n_tokens": report.tokens.total if report.tokens else 0,
                "system_prompt": report.system_prompt,
                "now": now,
            },
        )
        row = await tx.row(
            f"SELECT {_COLUMNS} FROM datasets WHERE sha256 = :sha256",
            {"sha256": report.sha256},
        )
        assert row is not None
        return dataset_from_row(row)

    async def upload_of(self, request_id: int) -> str | None:
        """The provider's id of the file that this update has sent already."""
        row = await self._db.row(
            "SELECT file_id FROM uploads WHERE request_id = :request_id", {"request_id": request_id}
        )
        return str(row["file_id"]) if row else None

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


def dataset_from_row(row: Row, prefix: str = "") -> Dataset:
    """The dataset in *row*, whose columns may carry a *prefix* in a join."""
    return Dataset(
        id=row[f"{prefix}id"],
        path=row[f"{prefix}path"],
        sha256=row[f"{prefix}sha256"],
        n_examples=row[f"{prefix}n_examples"],
        n_tokens=row[f"{prefix}n_tokens"],
        system_prompt=row[f"{prefix}system_prompt"],
        created_at=row[f"{prefix}created_at"],
    )
