"""One SQLite connection, used by one thread only, so that a transaction is never cut in half."""

import asyncio
import json
import math
import os
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from engine.errors import bad_request

T = TypeVar("T")
_SCHEMA = ("schema.sql", "schema_2.sql", "schema_3.sql", "schema_4.sql")
"""Each brings the database from the version before to the next."""
SCHEMA_VERSION = len(_SCHEMA)


class DatabaseTooNew(RuntimeError):
    """The file was written by a later version of this program."""


class Database:
    """Runs whole transactions, one after another.

    Cancelling `run` does not stop its work: the database's thread finishes it, and the next call
    sees the outcome.
    """

    def __init__(self, path: Path) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        try:
            self._connection = self._executor.submit(_open, path).result()
        except BaseException:
            self._executor.shutdown()
            raise
        self._path, self._opened = path, path.stat()

    async def is_writable(self) -> bool:
        """Write, and look whether clients' data still go into the file at the path.

        Raises:
            sqlite3.Error, OSError: they do not.
        """
        await self.run(lambda c: c.execute(f"PRAGMA user_version = {SCHEMA_VERSION}"))
        return os.path.samestat(self._opened, self._path.stat())

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run *work*, which may only use SQL, as one transaction; any error rolls it back."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._transaction, work)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run *work*, which only reads, without a transaction."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, work, self._connection)

    def close(self) -> None:
        """Finish the work in the queue and close the file."""
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
    """The sequence number of the cursor *after*; raises `ApiError` 400 for an unknown one."""
    if after is None:
        return None
    row = connection.execute(query, {"id": after}).fetchone()
    if row is None:
        raise bad_request(f"'after' names nothing in this list: {after}", param="after")
    return int(row[0])


def insert(connection: sqlite3.Connection, table: str, values: Mapping[str, object]) -> None:
    """Add a row: *values* by column. Columns and tables are ours, never a client's words."""
    places = ", ".join(f":{column}" for column in values)
    connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", values)  # noqa: S608


def from_row(kind: type[T], row: sqlite3.Row, **parsed: object) -> T:
    """A dataclass from the columns of the same names; *parsed* holds its other fields."""
    names = _names(kind) - parsed.keys()  # type: ignore[arg-type]
    return kind(**{name: row[name] for name in names}, **parsed)


@cache
def _names(kind: Any) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind))


def as_json(value: Mapping[str, Any] | None) -> str | None:
    """The text of a JSON column; None becomes null."""
    return None if value is None else json.dumps(value)


def from_json(text: str | None) -> Any:
    """The value of a JSON column, such that it can be sent to a client.

    Rows of earlier versions may hold half characters, which become U+FFFD, and numbers that are not
    finite, which become None.
    """
    return None if text is None else _sendable(json.loads(text))


def _sendable(value: Any) -> Any:
    if isinstance(value, dict):
        return {_sendable(key): _sendable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_sendable(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return None if isinstance(value, float) and not math.isfinite(value) else value


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
