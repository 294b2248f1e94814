"""Uploaded and produced files: a row in SQLite, bytes in a folder."""

import asyncio
import sqlite3
import time
from dataclasses import asdict
from pathlib import Path

from engine.domain import StoredFile
from engine.storage.database import Database, from_row, insert, position


class FileStore:
    """Files by id. The bytes are in place before the row exists, so each row has its bytes.

    A file that has expired is deleted by the next call that might have shown it. Jobs have copies
    of their own.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._db = database
        self._folder = folder
        self.adding = asyncio.Lock()
        """For who looks at what is stored before they add a file."""

    def path(self, file_id: str) -> Path:
        """Where the file's bytes are."""
        return self._folder / file_id

    async def add(self, file: StoredFile) -> None:
        """Add a file whose bytes are already in place."""
        await self._db.run(lambda connection: insert(connection, "files", asdict(file)))

    async def get(self, file_id: str) -> StoredFile | None:
        """The file, or None when there is none."""
        await self._delete_expired()
        query = "SELECT * FROM files WHERE id = :id"
        row = await self._db.read(lambda c: c.execute(query, {"id": file_id}).fetchone())
        return from_row(StoredFile, row) if row else None

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

        await self._delete_expired()
        return [from_row(StoredFile, row) for row in await self._db.read(work)]

    async def stored_bytes(self, created_by: str | None = None) -> int:
        """Bytes of all files; with the fingerprint of a key, of those that it has uploaded."""
        await self._delete_expired()
        query = "SELECT coalesce(sum(size), 0) FROM files WHERE :key IS NULL OR created_by = :key"
        values = {"key": created_by}
        return int(await self._db.read(lambda c: c.execute(query, values).fetchone()[0]))

    async def delete(self, file_id: str) -> bool:
        """Delete the file and its bytes; False when there was none."""
        await self._delete_expired()
        query = "DELETE FROM files WHERE id = :id"
        gone = await self._db.run(lambda c: c.execute(query, {"id": file_id}).rowcount)
        if gone:
            self.path(file_id).unlink(missing_ok=True)
        return bool(gone)

    async def _delete_expired(self) -> None:
        now = {"now": int(time.time())}
        query = "SELECT 1 FROM files WHERE expires_at <= :now LIMIT 1"
        if await self._db.read(lambda c: c.execute(query, now).fetchone()) is None:
            return
        query = "DELETE FROM files WHERE expires_at <= :now RETURNING id"
        for row in await self._db.run(lambda c: c.execute(query, now).fetchall()):
            self.path(row["id"]).unlink(missing_ok=True)
