"""One connection that writes and one that only reads, on one SQLite file in WAL mode."""

import asyncio
import logging
import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Final, TypeVar

import aiosqlite

from bot.errors import DatabaseUnusable
from bot.storage.copies import keep_copy, remove_unfinished
from bot.storage.files import WAL, file_of, make_private
from bot.storage.migrations import check_known, migrate, scripts, version_of
from bot.storage.rows import Value, from_row

Result = TypeVar("Result")
Row = sqlite3.Row
Parameters = Mapping[str, Any]

LOOK_MS: Final = 500
LOOKS: Final = 20
"""So often a transaction tries to begin, for so long each time, while others hold the database."""

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

    async def execute_many(self, sql: str, parameters: Iterable[Parameters]) -> None:
        """Run one statement for each of several sets of parameters, in one go."""
        async with self._connection.executemany(sql, parameters):
            pass

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
        self._is_wal_forgotten = True
        self.written_at = asyncio.get_running_loop().time()
        """When something was committed last, by the running loop's clock; the start counts."""
        self._transactions: set[asyncio.Task[Any]] = set()
        self._is_hurried = False
        self._is_given_up = False
        """It was hurried, and another process holds it: nothing begins any more."""

    @classmethod
    async def open(cls, path: Path) -> "Database":
        """Open or create the file, bring its tables up to date, and hold it for this process.

        Only its owner may read it from then on. Before a migration it is copied.

        Raises:
            DatabaseTooNew: a newer version of the bot wrote it.
            DatabaseUnusable: not a database, no permission, no room for the copy, or another
                process writes to it.
        """
        try:
            await asyncio.to_thread(path.parent.mkdir, mode=0o700, parents=True, exist_ok=True)
            _check_writable(path)
            writer = await _connect(path, read_only=False)
            await asyncio.to_thread(make_private, path)
            await asyncio.to_thread(remove_unfinished, path)
        except (OSError, sqlite3.Error) as exc:
            raise DatabaseUnusable(f"{path}: {exc}") from exc
        try:
            known = scripts()
            if 0 < await version_of(writer) < len(known):
                await asyncio.to_thread(keep_copy, path, "before", f"{len(known):04}")
            await migrate(writer, known)
            reader = await _connect(path, read_only=True)
            await writer.execute(f"PRAGMA busy_timeout = {LOOK_MS}")
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

    def hurry(self) -> None:
        """The program ends: give up what can't begin because another process holds the database.

        Nobody was told that it is stored; the next start finds what it finds after a kill.
        """
        self._is_hurried = True

    async def close(self) -> None:
        """Let running transactions end, then close both connections; see `hurry`."""
        self.hurry()
        while self._transactions:
            await asyncio.wait(self._transactions)
        await self._reader.close()
        await self._writer.close()

    async def checkpoint(self) -> None:
        """Move committed rows from the WAL into the main file, as far as no reader needs them.

        So a copy of the main file alone holds all but the newest rows. It waits for nobody, unless
        words have to leave the WAL. https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
        """
        mode = "PASSIVE" if self._is_wal_forgotten else "TRUNCATE"
        async with self._lock:
            found = await self._writer.execute_fetchall(f"PRAGMA wal_checkpoint({mode})")
        if mode == "TRUNCATE":
            ((is_busy, *_),) = found
            self._is_wal_forgotten = not is_busy

    def forget_wal(self) -> None:
        """Empty the WAL at the next checkpoint: it still holds what was deleted just now."""
        self._is_wal_forgotten = False

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
            await self._begin()
            try:
                result = await work(transaction)
                await self._writer.execute("COMMIT")
                self.written_at = asyncio.get_running_loop().time()
            except BaseException:
                if self._writer.in_transaction:
                    await self._writer.execute("ROLLBACK")
                raise
        for callback in transaction.callbacks:
            callback()
        return result

    async def _begin(self) -> None:
        """Wait for other processes in short steps: SQLite's own wait can't be interrupted."""
        for n_left in reversed(range(LOOKS)):
            if self._is_given_up:
                raise sqlite3.OperationalError("database is locked at the end of the program")
            try:
                await self._writer.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as exc:
                # The lower byte is the kind: https://www.sqlite.org/rescode.html#extrc
                if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not n_left:
                    raise
                self._is_given_up = self._is_hurried

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._transactions.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _logger.debug("A transaction was rolled back: %r", error)


def version_on_disk(path: Path) -> int | None:
    """How many migrations the file has seen; None: there is no such file. Nothing is written.

    Raises:
        DatabaseTooNew: a newer version of the bot wrote it.
        DatabaseUnusable: the start could not use it.
    """
    try:
        if not path.exists():
            _check_writable(next(folder for folder in path.absolute().parents if folder.exists()))
            return None
        _check_writable(path)
        # Without a WAL nobody has it open, and SQLite is kept from making files beside it.
        mode = "ro" if file_of(path, WAL).exists() else "ro&immutable=1"
        uri = f"{path.absolute().as_uri()}?mode={mode}"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except (OSError, sqlite3.Error) as exc:
        raise DatabaseUnusable(f"{path}: {exc}") from exc
    check_known(version, scripts())
    return int(version)


def _check_writable(path: Path) -> None:
    """SQLite would open a file that may only be read, and refuse every write later.

    Raises DatabaseUnusable.
    """
    is_effective = os.access in os.supports_effective_ids
    if path.exists() and not os.access(path, os.W_OK, effective_ids=is_effective):
        raise DatabaseUnusable(f"{path}: it can't be written")


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
            # Deleted words are overwritten. https://www.sqlite.org/pragma.html#pragma_secure_delete
            await connection.execute("PRAGMA secure_delete = ON")
    except BaseException:
        await connection.close()
        raise
    return connection
