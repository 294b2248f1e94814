"""One writer that nobody can poison, one reader that sees what is committed and nothing else."""

import asyncio
import os
import random
import resource
import shutil
import sqlite3
import stat
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.errors import DatabaseTooNew, DatabaseUnusable
from bot.storage.database import LOOK_MS, LOOKS, Database, Transaction
from bot.storage.migrations import scripts
from tests.rows import values

N_CANCELLED = 2_000


def put(key: object, value: object = ""):
    async def work(tx: Transaction) -> None:
        await tx.execute(
            "INSERT INTO settings VALUES (:key, :value)", {"key": str(key), "value": str(value)}
        )

    return work


async def test_two_thousand_cancelled_writes_poison_nothing(database: Database, tmp_path: Path):
    """Whoever is cancelled at whatever point: each write is there as a whole or not at all.

    A write is two rows and a callback. Its caller is cancelled after some rounds of the loop,
    before or in BEGIN, the work, COMMIT, or after it.
    """
    rng = random.Random(20261122)
    called: list[int] = []
    finished: set[int] = set()

    async def write(n: int) -> None:
        async def work(tx: Transaction) -> None:
            tx.after_commit(lambda: called.append(n))
            await put(f"{n}:a")(tx)
            if rng.random() < 0.2:
                await asyncio.sleep(0)
            await put(f"{n}:b")(tx)
            if n % 10 == 0:
                raise ZeroDivisionError

        await database.write(work)
        finished.add(n)

    async def cancelled(n: int) -> None:
        task = asyncio.create_task(write(n))
        for _ in range(rng.randrange(12)):
            await asyncio.sleep(0)
        if rng.random() < 0.5:
            await asyncio.sleep(rng.random() * 0.003)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    for start in range(0, N_CANCELLED, 40):
        await asyncio.gather(*(cancelled(n) for n in range(start, start + 40)))
    await database.write(put("after"))

    stored = set(await values(database)) - {"after"}
    writes = {int(key.split(":")[0]) for key in stored}
    assert stored == {f"{n}:{part}" for n in writes for part in "ab"}  # no half of one
    assert sorted(called) == sorted(writes)  # told once each, and only of what is stored
    assert finished <= writes
    assert not any(n % 10 == 0 for n in writes)
    assert len(writes) > N_CANCELLED / 2  # most had begun, and what has begun is finished
    assert [row[0] for row in await database.rows("PRAGMA integrity_check")] == ["ok"]
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3", timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")  # nobody holds the file


async def test_a_cancelled_write_that_has_begun_is_finished(database: Database):
    """What was begun is carried through, for the caller may not even learn that it was."""
    has_begun = asyncio.Event()
    may_end = asyncio.Event()

    async def work(tx: Transaction) -> None:
        await put("a")(tx)
        has_begun.set()
        await may_end.wait()

    task = asyncio.create_task(database.write(work))
    await has_begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    may_end.set()
    await database.write(put("b"))

    assert set(await values(database)) == {"a", "b"}


async def test_closing_waits_for_what_has_begun(tmp_path: Path):
    """A transaction in flight at the end of the program is not lost."""
    database = await Database.open(tmp_path / "bot.sqlite3")
    task = asyncio.create_task(database.write(put("a")))
    await asyncio.sleep(0)

    await database.close()
    await task

    reopened = await Database.open(tmp_path / "bot.sqlite3")
    assert set(await values(reopened)) == {"a"}
    await reopened.close()


async def test_closing_gives_up_what_waits_for_another_process(tmp_path: Path):
    """Each would wait for ten seconds in turn, and whoever stops the bot kills it before that."""
    database = await Database.open(tmp_path / "bot.sqlite3")
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writes = [asyncio.create_task(database.write(put(key))) for key in range(5)]
        await asyncio.sleep(0.1)

        began = time.monotonic()
        await database.close()
        took_s = time.monotonic() - began
        results = await asyncio.gather(*writes, return_exceptions=True)

    assert [type(result) for result in results] == [sqlite3.OperationalError] * 5
    assert took_s < LOOKS * LOOK_MS / 1000 / 2
    reopened = await Database.open(tmp_path / "bot.sqlite3")
    assert await values(reopened) == {}
    await reopened.close()


async def test_a_write_waits_for_another_process(database: Database, tmp_path: Path):
    """Longer than SQLite itself waits at once."""
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        write = asyncio.create_task(database.write(put("a")))
        await asyncio.to_thread(time.sleep, 3 * LOOK_MS / 1000)
        assert not write.done()
        other.execute("ROLLBACK")
        await write

    assert set(await values(database)) == {"a"}


async def test_work_that_fails_leaves_nothing(database: Database):
    """Neither rows nor callbacks; the error reaches the caller, the next write is fine."""
    told: list[str] = []

    async def work(tx: Transaction) -> None:
        tx.after_commit(lambda: told.append("a"))
        await put("a")(tx)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(work)
    await database.write(put("b"))

    assert set(await values(database)) == {"b"}
    assert told == []


async def test_statement_that_fails_takes_the_whole_transaction_with_it(database: Database):
    """A broken rule of the tables, after a good row."""

    async def work(tx: Transaction) -> None:
        await put("a")(tx)
        await put("a")(tx)

    with pytest.raises(sqlite3.IntegrityError):
        await database.write(work)

    assert await values(database) == {}


async def test_commit_that_fails_is_rolled_back(database: Database):
    """A rule that is only checked at COMMIT; the connection is not stuck in the transaction."""
    told: list[str] = []

    async def work(tx: Transaction) -> None:
        tx.after_commit(lambda: told.append("a"))
        await tx.execute("PRAGMA defer_foreign_keys = ON")
        await put("a")(tx)
        await tx.execute("INSERT INTO servings (model_id, since_at) VALUES (404, 1)")

    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        await database.write(work)
    await database.write(put("b"))

    assert set(await values(database)) == {"b"}
    assert told == []


async def test_callbacks_run_after_the_commit_in_order(database: Database):
    """Whoever is woken finds on the disk what they were woken for."""
    seen: list[int] = []

    async def look() -> None:
        seen.append(len(await values(database)))

    looks: list[asyncio.Task[None]] = []

    async def work(tx: Transaction) -> None:
        tx.after_commit(lambda: looks.append(asyncio.create_task(look())))
        tx.after_commit(lambda: seen.append(-1))
        await put("a")(tx)
        assert seen == []

    await database.write(work)
    await asyncio.gather(*looks)

    assert seen == [-1, 1]


async def test_nobody_reads_what_is_not_committed(database: Database):
    """Not even in the middle of a transaction that will be fine."""
    seen: list[int] = []

    async def work(tx: Transaction) -> None:
        await put("a")(tx)
        seen.append(len(await tx.rows("SELECT 1 FROM settings")))
        seen.append(len(await database.rows("SELECT 1 FROM settings")))

    await database.write(work)
    seen.append(len(await database.rows("SELECT 1 FROM settings")))

    assert seen == [1, 0, 1]


def set_to(value: int):
    async def work(tx: Transaction) -> None:
        await tx.execute("UPDATE settings SET value = :value", {"value": str(value)})

    return work


async def test_everybody_reads_what_they_have_written(database: Database):
    """Also while many others read: none of them holds the reader at an old moment."""
    await database.write(put("n", 0))
    is_over = False

    async def read_on() -> None:
        while not is_over:
            await database.row("SELECT value FROM settings")

    readers = [asyncio.create_task(read_on()) for _ in range(8)]
    stale = 0
    for n in range(1, 100):
        await database.write(set_to(n))
        row = await database.row("SELECT value FROM settings WHERE key = 'n'")
        stale += row is None or row["value"] != str(n)
    is_over = True
    await asyncio.gather(*readers)

    assert stale == 0


async def test_reader_can_not_write(database: Database):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await database.rows("INSERT INTO settings VALUES ('a', 'b') RETURNING key")


async def test_settings_of_the_connection_are_really_on(database: Database):
    """A commit survives a power cut, readers do not wait for the writer, references hold."""
    found: dict[str, object] = {}

    async def work(tx: Transaction) -> None:
        for name in ("journal_mode", "synchronous", "foreign_keys", "user_version"):
            row = await tx.row(f"PRAGMA {name}")
            assert row is not None
            found[name] = row[0]

    await database.write(work)

    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "user_version": len(scripts()),
    }


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO people (id, name, first_seen_at, last_seen_at) VALUES (1, 'a', 'noon', 2)",
        "INSERT INTO people (id, name, first_seen_at, last_seen_at) VALUES (1, 'a', 1.5, 2)",
        "INSERT INTO chats (id, newest_message_id) VALUES (1, 'x')",
        "INSERT INTO conversations (chat_id, started_at) VALUES ('me', 1)",
        "INSERT INTO people (id, name, first_seen_at, last_seen_at) VALUES (1, NULL, 1, 2)",
    ],
)
async def test_tables_refuse_wrong_types(database: Database, statement: str):
    with pytest.raises(sqlite3.IntegrityError):
        await database.write(lambda tx: tx.execute(statement))


async def test_every_table_is_strict(database: Database):
    rows = await database.rows("PRAGMA table_list")

    loose = [r["name"] for r in rows if not r["strict"] and not r["name"].startswith("sqlite_")]
    assert loose == []


async def test_open_twice_finds_what_was_stored(tmp_path: Path):
    first = await Database.open(tmp_path / "new folder" / "bot?#%.sqlite3")
    await first.write(put("a", "ё"))
    await first.close()

    second = await Database.open(tmp_path / "new folder" / "bot?#%.sqlite3")

    assert await values(second) == {"a": "ё"}
    await second.close()


async def test_newer_database_is_refused_and_not_touched(tmp_path: Path):
    """An older bot must not guess what a newer one has stored."""
    path = tmp_path / "bot.sqlite3"
    await (await Database.open(path)).close()
    newer = len(scripts()) + 1
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {newer}")

    with pytest.raises(DatabaseTooNew, match=str(newer)):
        await Database.open(path)

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (newer,)


async def test_migration_that_fails_leaves_no_half(tmp_path: Path):
    """A table that is in the way: nothing of the first migration stays, and it is said."""
    path = tmp_path / "bot.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE outbox (id INTEGER)")

    with pytest.raises(DatabaseUnusable, match="outbox"):
        await Database.open(path)

    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        assert tables == [("outbox",)]
        assert connection.execute("PRAGMA user_version").fetchone() == (0,)


async def test_file_that_is_no_database_is_refused(tmp_path: Path):
    path = tmp_path / "bot.sqlite3"
    path.write_bytes(b"certainly no database" * 1000)

    with pytest.raises(DatabaseUnusable, match=r"bot\.sqlite3"):
        await Database.open(path)

    assert path.read_bytes().startswith(b"certainly")


@contextmanager
def little_room(n_bytes: int):
    """Nobody may write behind that place of a file, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_full_disk_is_told_in_a_line(tmp_path: Path):
    """What the WAL still holds finds no room; nothing stays open, which would never end."""
    opened = await Database.open(tmp_path / "bot.sqlite3")
    full = Path(shutil.copytree(tmp_path, tmp_path / "full")) / "bot.sqlite3"
    await opened.close()
    before = threading.enumerate()

    with little_room(64_000), pytest.raises(DatabaseUnusable, match=r"bot\.sqlite3: "):
        await Database.open(full)

    for thread in {*threading.enumerate()} - {*before}:
        if "connection_worker" in thread.name:
            await asyncio.to_thread(thread.join, 5)
            assert not thread.is_alive()


async def test_folder_in_place_of_the_file_is_refused(tmp_path: Path):
    with pytest.raises(DatabaseUnusable):
        await Database.open(tmp_path)


async def test_file_in_place_of_the_folder_is_refused(tmp_path: Path):
    (tmp_path / "data").write_text("")

    with pytest.raises(DatabaseUnusable):
        await Database.open(tmp_path / "data" / "bot.sqlite3")


@contextmanager
def nobody():
    """Not root, who may write everywhere."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder():
    """A folder that also nobody may look into."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder
        folder.chmod(0o777)


async def test_folder_that_can_not_be_written_is_refused(open_folder: Path):
    open_folder.chmod(0o555)

    with nobody(), pytest.raises(DatabaseUnusable):
        await Database.open(open_folder / "bot.sqlite3")


async def test_file_that_can_not_be_written_is_refused(open_folder: Path):
    """Said at the start, not when the first person writes."""
    path = open_folder / "bot.sqlite3"
    with nobody():
        await (await Database.open(path)).close()
        path.chmod(stat.S_IRUSR)

        with pytest.raises(DatabaseUnusable):
            await Database.open(path)
