"""One SQLite connection that lives in one thread, so that a transaction is never cut in half."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from engine.errors import unknown_cursor

T = TypeVar("T")
_SCHEMA = ("schema.sql", "schema_2.sql")
"""Each brings the database from the version before to the next."""
SCHEMA_VERSION = len(_SCHEMA)


class DatabaseTooNew(RuntimeError):
    """The file was written by a later version of this program."""


class Database:
    """Runs whole transactions, one after another.

    Whoever awaits `run` may be cancelled; the work itself is then still done to its end in the
    database's own thread, and what is asked next sees its outcome.
    """

    def __init__(self, path: Path) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        try:
            self._connection = self._executor.submit(_open, path).result()
        except BaseException:
            self._executor.shutdown()
            raise

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run *work*, which may only speak SQL, as one transaction; rolled back on any error."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._transaction, work)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run *work*, a single SELECT or so, without a transaction."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, work, self._connection)

    def close(self) -> None:
        """Finish what was asked and close the file."""
        self._executor.submit(self._connection.close).result()
        self._executor.shutdown()

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(self._connection)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return result


def position(connection: sqlite3.Connection, query: str, after: str | None) -> int | None:
    """The sequence number of the row that a cursor names; None without a cursor.

    Raises:
        ApiError: 400 when the cursor names nothing.
    """
    if after is None:
        return None
    row = connection.execute(query, {"id": after}).fetchone()
    if row is None:
        raise unknown_cursor(after)
    return int(row[0])


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > SCHEMA_VERSION:
        connection.close()
        raise DatabaseTooNew(f"{path} has version {found}, this engine knows {SCHEMA_VERSION}")
    for version, name in enumerate(_SCHEMA[found:], found + 1):
        schema = Path(__file__).with_name(name).read_text(encoding="utf-8")
        connection.executescript(f"BEGIN;\n{schema}\nPRAGMA user_version = {version};\nCOMMIT;")
    return connection
