"""Uploaded and produced files: a row in SQLite, bytes in a folder."""

import sqlite3
from pathlib import Path

from engine.domain import StoredFile
from engine.storage.database import Database, position


class FileStore:
    """Files by id. Bytes are in place before the row exists, so a row never lies."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._db = database
        self._folder = folder

    def path(self, file_id: str) -> Path:
        """Where the file's bytes lie."""
        return self._folder / file_id

    async def add(self, file: StoredFile) -> None:
        """Remember a file whose bytes are already in place."""
        await self._db.run(lambda connection: insert_file(connection, file))

    async def get(self, file_id: str) -> StoredFile | None:
        """The file, or None when there is none."""
        query = "SELECT * FROM files WHERE id = :id"
        row = await self._db.read(lambda c: c.execute(query, {"id": file_id}).fetchone())
        return _file_from_row(row) if row else None

    async def page(
        self, *, purpose: str | None, after: str | None, limit: int, ascending: bool
    ) -> list[StoredFile]:
        """At most *limit* files that follow *after*, by age; raises `ApiError` for a bad cursor."""

        def work(connection: sqlite3.Connection) -> list[sqlite3.Row]:
            seq = position(connection, "SELECT seq FROM files WHERE id = :id", after)
            return connection.execute(
                """
                SELECT * FROM files
                WHERE (:purpose IS NULL OR purpose = :purpose)
                  AND (:seq IS NULL OR (seq - :seq) * :sign > 0)
                ORDER BY seq * :sign
                LIMIT :limit
                """,
                {"purpose": purpose, "seq": seq, "sign": 1 if ascending else -1, "limit": limit},
            ).fetchall()

        return [_file_from_row(row) for row in await self._db.read(work)]

    async def delete(self, file_id: str) -> bool:
        """Forget the file and its bytes; False when there was none."""
        query = "DELETE FROM files WHERE id = :id"
        gone = await self._db.run(lambda c: c.execute(query, {"id": file_id}).rowcount)
        if gone:
            self.path(file_id).unlink(missing_ok=True)
        return bool(gone)


def insert_file(connection: sqlite3.Connection, file: StoredFile) -> None:
    """Add the row of a file, inside somebody's transaction."""
    connection.execute(
        """
        INSERT INTO files (id, filename, purpose, size, created_at)
        VALUES (:id, :filename, :purpose, :size, :created_at)
        """,
        {
            "id": file.id,
            "filename": file.filename,
            "purpose": file.purpose,
            "size": file.size,
            "created_at": file.created_at,
        },
    )


def _file_from_row(row: sqlite3.Row) -> StoredFile:
    return StoredFile(
        id=row["id"],
        filename=row["filename"],
        purpose=row["purpose"],
        size=row["size"],
        created_at=row["created_at"],
    )
