"""One connection that writes and one that only reads, on one SQLite file in WAL mode."""

import asyncio
import logging
import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from bot.errors import DatabaseUnusable
from bot.storage.migrations import migrate, scripts
from bot.storage.rows import Value, from_row

Result = TypeVar("Result")
Row = sqlite3.Row
Parameters = Mapping[str, Any]

_logger = logging.getLogger(__name__)


class Queries(ABC):
    """What may be asked, in SQL."""

    @abstractmethod
    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """All rows of a query."""

    async def row(self, sql: str, parameters: Parameters | None = None) -> Row | None:
        """The first row of a query, or None."""
        found = await self.rows(sql, parameters)
        return found[0] if found else None

    async def all(
        self, kind: Callable[..., Value], sql: str, parameters: Parameters | None = None
    ) -> list[Value]:
        """All rows of a query, each as `from_row` makes a *kind* of it."""
        return [from_row(kind, row) for row in await self.rows(sql, parameters)]

    async def one(
        self, kind: Callable[..., Value], sql: str, parameters: Parameters | None = None
    ) -> Value | None:
        """The first row of a query, as `from_row` makes a *kind* of it, or None."""
        row = await self.row(sql, parameters)
        return from_row(kind, row) if row else None


class Transaction(Queries):
    """What a unit of work sees: the writing connection between BEGIN and COMMIT."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self.callbacks: list[Callable[[], None]] = []

    async def execute(self, sql: str, parameters: Parameters | None = None) -> int:
        """Run one statement; return how many rows it changed."""
        async with self._connection.execute(sql, parameters or {}) as cursor:
            return cursor.rowcount

    async def changes(self, sql: str, parameters: Parameters) -> bool:
        """Run one statement; return whether it changed any row."""
        return await self.execute(sql, parameters) > 0

    async def insert(self, sql: str, parameters: Parameters) -> int:
        """Run one INSERT; return the new row's id."""
        async with self._connection.execute(sql, parameters) as cursor:
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """All rows of a query."""
        return list(await self._connection.execute_fetchall(sql, parameters or {}))

    @asynccontextmanager
    async def undone_alone(self) -> AsyncIterator[None]:
        """Undo only what the `async with` block did if it raises; the exception travels on."""
        await self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            await self._connection.execute("ROLLBACK TO part")
            raise
        finally:
            await self._connection.execute("RELEASE part")

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call *callback* once the work is safely on disk; never when it is rolled back."""
        self.callbacks.append(callback)


class Database(Queries):
    """The bot's SQLite file; open it with `Database.open`."""

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self._writer = writer
        self._reader = reader
        self._lock = asyncio.Lock()
        self._transactions: set[asyncio.Task[Any]] = set()

    @classmethod
    async def open(cls, path: Path) -> "Database":
        """Open or create the file, bring its tables up to date, and hold it for this process.

        Raises:
            DatabaseTooNew: a newer version of the bot wrote it.
            DatabaseUnusable: not a database, no permission, or another process writes to it.
        """
        try:
            await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
            # SQLite would open a file that may only be read, and refuse every write later.
            is_effective = os.access in os.supports_effective_ids
            if path.exists() and not os.access(path, os.W_OK, effective_ids=is_effective):
                raise DatabaseUnusable(f"{path}: the file can't be written")
            writer = await _connect(path, read_only=False)
        except (OSError, sqlite3.Error) as exc:
            raise DatabaseUnusable(f"{path}: {exc}") from exc
        try:
            await migrate(writer, scripts())
            reader = await _connect(path, read_only=True)
        except sqlite3.Error as exc:
            await writer.close()
            raise DatabaseUnusable(f"{path}: {exc}") from exc
        except BaseException:
            await writer.close()
            raise
        database = cls(writer, reader)
        try:
            await database.checkpoint()
        except sqlite3.Error as exc:  # for instance, a full disk
            await database.close()
            raise DatabaseUnusable(f"{path}: {exc}") from exc
        return database

    async def close(self) -> None:
        """Let running transactions end, then close both connections."""
        while self._transactions:
            await asyncio.wait(self._transactions)
        await self._reader.close()
        await self._writer.close()

    async def checkpoint(self) -> None:
        """Move committed rows from the WAL into the main file, as far as no reader needs them.

        So a copy of the main file alone holds all but the newest rows. It waits for nobody.
        https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
        """
        async with self._lock:
            await self._writer.execute_fetchall("PRAGMA wal_checkpoint(PASSIVE)")

    async def write(self, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
        """Run *work* (only SQL) in one transaction and return its result.

        The transaction is a task of its own, shielded from the caller's cancellation: a cancelled
        BEGIN or COMMIT would poison the shared connection for everybody. It is rolled back when
        *work* raises, and durable (synchronous=FULL) once this returns.
        """
        task = asyncio.create_task(self._transact(work))
        self._transactions.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """All committed rows of a query.

        In one step: a statement that stays open holds the whole connection at its moment, and
        whoever reads meanwhile would not see what they have just written.
        """
        return list(await self._reader.execute_fetchall(sql, parameters or {}))

    async def _transact(self, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
        async with self._lock:
            transaction = Transaction(self._writer)
            await self._writer.execute("BEGIN IMMEDIATE")
            try:
                result = await work(transaction)
                await self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    await self._writer.execute("ROLLBACK")
                raise
        for callback in transaction.callbacks:
            callback()
        return result

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._transactions.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _logger.debug("A transaction was rolled back: %r", error)


async def _connect(path: Path, *, read_only: bool) -> aiosqlite.Connection:
    mode = "ro" if read_only else "rwc"
    connection = await aiosqlite.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=10
    )
    try:
        connection.row_factory = sqlite3.Row
        await connection.execute("PRAGMA busy_timeout = 10000")
        if read_only:
            await connection.execute("PRAGMA query_only = ON")
        else:
            await connection.execute("PRAGMA journal_mode = WAL")
            await connection.execute("PRAGMA synchronous = FULL")
            await connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        await connection.close()
        raise
    return connection
