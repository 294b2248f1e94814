"""Copies of the database beside it: of each day, and from before each upgrade."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.edge.schedule import copying
from bot.errors import DatabaseTooNew, DatabaseUnusable
from bot.storage import backup
from bot.storage.copies import KEPT, keep_copy
from bot.storage.database import Database, version_on_disk
from bot.storage.migrations import scripts
from tests.composition import BotParts
from tests.rows import older_database


def names(path: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT name FROM people").fetchall()


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_an_upgrade_keeps_what_was_there_before(tmp_path: Path):
    path = older_database(tmp_path / "bot.sqlite3", 16)

    database = await Database.open(path)
    await database.close()

    (copy,) = (tmp_path / "backups").iterdir()
    assert (version(copy), names(copy)) == (16, [("Анна",)])
    assert version(path) == len(scripts())
    assert (mode(copy), mode(copy.parent), mode(path)) == (0o600, 0o700, 0o600)


async def test_no_copy_is_made_without_an_upgrade(tmp_path: Path):
    for _ in range(2):
        database = await Database.open(tmp_path / "bot.sqlite3")
        await database.close()

    assert not (tmp_path / "backups").exists()


async def test_without_room_for_the_copy_nothing_is_upgraded(tmp_path: Path):
    """The way back is worth more than the start."""
    path = older_database(tmp_path / "bot.sqlite3", 16)
    (tmp_path / "backups").write_text("in the way")

    with pytest.raises(DatabaseUnusable, match="no copy can be kept"):
        await Database.open(path)

    assert version(path) == 16


async def test_way_back_from_an_upgrade(tmp_path: Path):
    """`restore` takes the copy as it takes a backup."""
    path = older_database(tmp_path / "bot.sqlite3", 16)
    database = await Database.open(path)
    await database.close()
    (copy,) = (tmp_path / "backups").iterdir()

    found = backup.look_into(copy, tmp_path / "new.sqlite3")
    backup.restore(copy, path)

    assert (found.n_people, found.n_datasets) == (1, 0)
    assert (version(path), names(path)) == (16, [("Анна",)])
    assert version(copy) == 16


async def test_copy_of_a_running_bot_holds_the_newest_rows(parts: BotParts):
    run = await parts.plan()

    copy = keep_copy(parts.path.parent / "bot.sqlite3", "daily", "20261130")

    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT id FROM training_runs").fetchall() == [(run.id,)]


def test_the_newest_copies_of_a_kind_stay(tmp_path: Path):
    path = older_database(tmp_path / "bot.sqlite3", 16)
    keep_copy(path, "before", "0001")

    for day in range(1, 12):
        keep_copy(path, "daily", f"202611{day:02}")

    left = sorted(each.name for each in (tmp_path / "backups").iterdir())
    days = [f"daily-202611{day:02}.sqlite3" for day in range(12 - KEPT, 12)]
    assert left == ["before-0001.sqlite3", *days]


def test_damaged_database_takes_no_place_of_a_good_copy(tmp_path: Path):
    path = older_database(tmp_path / "bot.sqlite3", 16)
    copy = keep_copy(path, "daily", "20261130")
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * (path.stat().st_size - 4096))

    with pytest.raises(DatabaseUnusable):
        keep_copy(path, "daily", "20261130")

    assert names(copy) == [("Анна",)]
    assert [each.name for each in copy.parent.iterdir()] == [copy.name]


@pytest.mark.parametrize(("size", "spare_bytes"), [(10**12, 0), (None, 10**15)])
def test_a_copy_never_fills_the_disk(tmp_path: Path, size: int | None, spare_bytes: int):
    """Meanwhile others could store nothing: here a large file that takes no space, or a margin."""
    path = older_database(tmp_path / "bot.sqlite3", 16)
    os.truncate(path, size or path.stat().st_size)

    with pytest.raises(DatabaseUnusable, match="too little space"):
        keep_copy(path, "daily", "20261130", spare_bytes=spare_bytes)

    assert list((tmp_path / "backups").iterdir()) == []


COPYING = """
import pathlib, sys
from bot.storage.copies import beside
with beside(pathlib.Path(sys.argv[1])) as folder:
    (folder / "bot.sqlite3").write_text("words")
    print("copying", flush=True)
    sys.stdin.read()
"""


@pytest.mark.processes
async def test_what_a_killed_copy_leaves_is_deleted_at_the_start(tmp_path: Path):
    """But not what a backup writes that is being made."""
    path, folder = tmp_path / "bot.sqlite3", tmp_path / "backups"
    process = subprocess.Popen(
        [sys.executable, "-c", COPYING, str(folder / "daily-20261130.sqlite3")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "copying\n"
    (folder / ".backup-of mine").mkdir()

    await (await Database.open(path)).close()
    assert len(list(folder.iterdir())) == 2

    process.kill()
    process.communicate()
    await (await Database.open(path)).close()
    assert [each.name for each in folder.iterdir()] == [".backup-of mine"]


async def test_each_day_has_one_copy(parts: BotParts):
    """The tick looks every hour; only the first look of a day copies."""
    tick = copying(parts.core)
    await parts.plan()
    await tick.run()
    (copy,) = (parts.core.settings.database_path.parent / "backups").iterdir()
    made = copy.stat().st_mtime_ns

    await tick.run()

    assert copy.name.startswith("daily-")
    assert copy.stat().st_mtime_ns == made


@pytest.mark.parametrize("is_open", [False, True])
async def test_looking_at_a_database_leaves_no_trace(tmp_path: Path, is_open: bool):
    """`check` is for a bot that runs, too, also where the check is of a newer version."""
    path = older_database(tmp_path / "bot.sqlite3", 16)
    connection = sqlite3.connect(path)
    if is_open:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE people SET name = 'Мария'")
    before = {
        each.name: each.read_bytes() for each in tmp_path.iterdir() if "-shm" not in each.name
    }

    assert version_on_disk(path) == 16

    after = {each.name: each.read_bytes() for each in tmp_path.iterdir() if "-shm" not in each.name}
    assert after == before
    connection.close()


def test_looking_says_what_the_start_would(tmp_path: Path):
    assert version_on_disk(tmp_path / "new" / "bot.sqlite3") is None
    assert not (tmp_path / "new").exists()
    with closing(sqlite3.connect(tmp_path / "future.sqlite3")) as connection:
        connection.execute("PRAGMA user_version = 999")
        connection.commit()
    with pytest.raises(DatabaseTooNew):
        version_on_disk(tmp_path / "future.sqlite3")
    (tmp_path / "text.sqlite3").write_text("это не база данных " * 100)
    with pytest.raises(DatabaseUnusable):
        version_on_disk(tmp_path / "text.sqlite3")
    (tmp_path / "folder").mkdir()
    with pytest.raises(DatabaseUnusable):
        version_on_disk(tmp_path / "folder")


async def test_deleted_words_are_in_no_file_any_more(tmp_path: Path):
    """Neither in the WAL nor in pages that SQLite has set free."""
    words = "о чём я молчу"
    database = await Database.open(tmp_path / "bot.sqlite3")
    insert = "INSERT INTO settings VALUES (:key, :value)"
    await database.write(lambda tx: tx.execute(insert, {"key": "a", "value": words * 900}))
    await database.write(lambda tx: tx.execute("DELETE FROM settings"))
    database.forget_wal()
    await database.checkpoint()

    contents = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    await database.close()
    assert words.encode() not in contents
