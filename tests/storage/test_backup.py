"""A backup holds everything, also of a running bot; what is restored costs nothing twice."""

import os
import random
import shutil
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.training import RunState
from bot.errors import BackupUnusable, DatabaseTooNew, DatabaseUnusable
from bot.storage import backup
from bot.storage.database import Database
from tests.composition import ADMIN, BotParts


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def database_of(parts: BotParts) -> Path:
    return parts.path.parent / "bot.sqlite3"


async def test_backup_of_a_running_bot_holds_the_newest_rows(parts: BotParts, tmp_path: Path):
    """Also those that are in no file but the WAL yet, and the kept files of the dataset."""
    run = await parts.plan()

    made = backup.save(database_of(parts), tmp_path / "b" / "x.zip")
    backup.restore(made.path, tmp_path / "other" / "bot.sqlite3")

    (restored,) = rows(tmp_path / "other" / "bot.sqlite3", "SELECT id FROM training_runs")
    assert restored == (run.id,)
    assert (made.n_datasets, made.path.stat().st_mode & 0o777) == (1, 0o600)
    kept = (tmp_path / "other" / "datasets").iterdir()
    assert [file.read_bytes() for file in kept] == [Path(run.dataset.path).read_bytes()]
    ((path,),) = rows(tmp_path / "other" / "bot.sqlite3", "SELECT path FROM datasets")
    assert Path(str(path)).parent == tmp_path / "other" / "datasets"
    assert Path(str(path)).is_file()
    assert backup.look_into(made.path, tmp_path / "new.sqlite3") == made
    database = await Database.open(tmp_path / "other" / "bot.sqlite3")
    await database.close()


async def test_a_backup_is_unpacked_beside_the_database(
    parts: BotParts, tmp_path: Path, monkeypatch
):
    """The system's folder for such files may be smaller than a database, as in a container."""
    made = backup.save(database_of(parts), tmp_path / "x.zip")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))

    assert backup.look_into(made.path, tmp_path / "other" / "bot.sqlite3") == made
    assert list((tmp_path / "other").iterdir()) == []


async def test_copy_of_the_main_file_alone_is_a_database(parts: BotParts, tmp_path: Path):
    """People copy only bot.sqlite3: what was committed before the last checkpoint is in it."""
    run = await parts.plan()
    await parts.database.checkpoint()

    copy = Path(shutil.copy(database_of(parts), tmp_path / "copied.sqlite3"))

    assert rows(copy, "SELECT id FROM training_runs") == [(run.id,)]


async def test_new_database_has_its_tables_in_the_main_file(tmp_path: Path):
    database = await Database.open(tmp_path / "bot.sqlite3")
    copy = Path(shutil.copy(tmp_path / "bot.sqlite3", tmp_path / "copied.sqlite3"))
    await database.close()

    assert rows(copy, "SELECT count(*) FROM training_runs") == [(0,)]


async def test_restored_plans_and_runs_start_nothing(parts: BotParts, tmp_path: Path):
    """Whoever started them after the backup has paid already."""
    open_plan, confirmed = await parts.plan(), await parts.plan()
    await parts.starts.confirm(confirmed.id, by=ADMIN, request_id=99)

    made = backup.save(database_of(parts), tmp_path / "x.zip")
    backup.restore(made.path, tmp_path / "other.sqlite3")

    states = rows(tmp_path / "other.sqlite3", "SELECT id, state FROM training_runs ORDER BY id")
    assert states == [(open_plan.id, RunState.EXPIRED), (confirmed.id, RunState.UNCERTAIN)]
    since = rows(tmp_path / "other.sqlite3", "SELECT attempted_at FROM training_runs ORDER BY id")
    assert since[0] == (None,)
    assert since[1] != (None,)


async def test_restoring_replaces_all_of_the_old_state(parts: BotParts, tmp_path: Path):
    """The files beside a database belong to it, and would spoil another one."""
    await parts.plan()
    made = backup.save(database_of(parts), tmp_path / "x.zip")
    target = tmp_path / "other.sqlite3"
    for ending in ("", "-wal", "-shm"):
        target.with_name(target.name + ending).write_bytes(b"old")

    backup.restore(made.path, target)

    assert rows(target, "PRAGMA quick_check") == [("ok",)]
    assert list(tmp_path.glob(".backup-*")) == []


async def test_restoring_through_a_link_replaces_the_database(parts: BotParts, tmp_path: Path):
    """The link leads to the restored database, with its files beside it and not beside the link."""
    run = await parts.plan()
    made = backup.save(database_of(parts), tmp_path / "x.zip")
    own, link = tmp_path / "disk" / "bot.sqlite3", tmp_path / "bot" / "current.sqlite3"
    for folder in (own.parent, link.parent):
        folder.mkdir()
    link.symlink_to(own)
    for ending in ("", "-wal"):
        own.with_name(own.name + ending).write_bytes(b"old")

    backup.restore(made.path, link)

    assert link.is_symlink()
    assert [path.name for path in own.parent.iterdir()] == ["bot.sqlite3"]
    ((path,),) = rows(own, "SELECT path FROM datasets")
    assert Path(str(path)).parent == link.parent / "datasets"  # where a bot with that link looks
    assert Path(str(path)).read_bytes() == Path(run.dataset.path).read_bytes()


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


def database_bytes(tmp_path: Path, *statements: str) -> bytes:
    path = tmp_path / "made.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return path.read_bytes()


async def test_what_is_no_backup_is_refused_and_changes_nothing(tmp_path: Path):
    foreign = database_bytes(tmp_path, "CREATE TABLE notes (text)")
    (tmp_path / "text.zip").write_text("hello")
    (tmp_path / "empty.zip").touch()
    files = [
        tmp_path / "text.zip",
        tmp_path / "empty.zip",
        tmp_path / "missing.zip",
        tmp_path,
        zipped(tmp_path / "1.zip", {}),
        zipped(tmp_path / "2.zip", {"bot.sqlite3": b"no database"}),
        zipped(tmp_path / "3.zip", {"bot.sqlite3": foreign}),
        zipped(tmp_path / "4.zip", {"../../evil": b"x"}),
        zipped(tmp_path / "5.zip", {"datasets/../evil.jsonl": b"x"}),
        zipped(tmp_path / "6.zip", {"datasets/" + "a" * 64 + ".jsonl": b"{}"}),
    ]
    target = tmp_path / "bot.sqlite3"
    target.write_bytes(b"precious")

    for file in files:
        with pytest.raises(BackupUnusable, match=file.name):
            backup.look_into(file, tmp_path / "new.sqlite3")
        with pytest.raises(BackupUnusable):
            backup.restore(file, target)

    assert target.read_bytes() == b"precious"
    assert list(tmp_path.parent.rglob("evil*")) == []


async def test_backup_of_a_newer_bot_is_refused(parts: BotParts, tmp_path: Path):
    made = backup.save(database_of(parts), tmp_path / "x.zip")
    with zipfile.ZipFile(made.path) as file:
        (tmp_path / "newer.sqlite3").write_bytes(file.read("bot.sqlite3"))
    with closing(sqlite3.connect(tmp_path / "newer.sqlite3")) as connection, connection:
        connection.execute("PRAGMA user_version = 9999")
    newer = (tmp_path / "newer.sqlite3").read_bytes()

    with pytest.raises(DatabaseTooNew, match="9999"):
        backup.look_into(
            zipped(tmp_path / "newer.zip", {"bot.sqlite3": newer}), tmp_path / "new.sqlite3"
        )


async def test_without_a_database_there_is_no_backup(tmp_path: Path):
    with pytest.raises(DatabaseUnusable, match="no such file"):
        backup.save(tmp_path / "bot.sqlite3", tmp_path / "x.zip")
    (tmp_path / "bad.sqlite3").write_bytes(b"SQLite format 3\0" + b"garbage" * 100)
    with pytest.raises(DatabaseUnusable):
        backup.save(tmp_path / "bad.sqlite3", tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()


async def test_backup_takes_the_place_of_backups_only(parts: BotParts, tmp_path: Path):
    """A slip in the command must not cost the database, a file of settings or a device."""
    database, settings, fifo = database_of(parts), tmp_path / ".env", tmp_path / "fifo"
    settings.write_text("precious")
    os.mkfifo(fifo)

    for path in (database, settings, fifo, tmp_path):
        with pytest.raises(BackupUnusable, match="is not a backup"):
            backup.save(database, path)

    assert settings.read_text() == "precious"
    assert fifo.is_fifo()
    assert rows(database, "PRAGMA quick_check") == [("ok",)]
    backup.save(database, tmp_path / "x.zip")
    assert backup.save(database, tmp_path / "x.zip").n_bytes > 0


async def test_database_without_tables_spoils_no_backup(parts: BotParts, tmp_path: Path):
    """A nightly backup has one name: the last good one stays."""
    good = backup.save(database_of(parts), tmp_path / "x.zip")
    (tmp_path / "empty.sqlite3").touch()

    with pytest.raises(DatabaseUnusable, match=r"empty\.sqlite3"):
        backup.save(tmp_path / "empty.sqlite3", tmp_path / "x.zip")

    assert backup.look_into(tmp_path / "x.zip", tmp_path / "new.sqlite3") == good


async def test_foreign_and_old_files_beside_the_datasets(parts: BotParts, tmp_path: Path):
    """What can be saved can be restored: no notes of others, and no date that zip files lack."""
    run = await parts.plan()
    os.utime(run.dataset.path, (0, 0))
    Path(run.dataset.path).with_name("my copy.jsonl").write_text("{}")

    made = backup.save(database_of(parts), tmp_path / "x.zip")

    assert made.n_datasets == 1
    backup.restore(made.path, tmp_path / "other" / "bot.sqlite3")
    (kept,) = (tmp_path / "other" / "datasets").iterdir()
    assert kept.name == Path(run.dataset.path).name


async def test_any_damage_is_told_in_one_line(parts: BotParts, tmp_path: Path):
    """A disk or a transfer may change any byte, also in the midst of packed data."""
    await parts.plan()
    made = backup.save(database_of(parts), tmp_path / "x.zip")
    content, chance = made.path.read_bytes(), random.Random(11)

    for _ in range(150):
        damaged = bytearray(content)
        for _ in range(3):
            damaged[chance.randrange(len(damaged))] ^= chance.randrange(1, 256)
        (tmp_path / "damaged.zip").write_bytes(damaged)
        try:
            backup.look_into(tmp_path / "damaged.zip", tmp_path / "new.sqlite3")
        except BackupUnusable as exc:
            assert "damaged.zip: " in str(exc)  # noqa: PT017


async def test_encrypted_archive_is_no_backup(parts: BotParts, tmp_path: Path):
    """People pack a backup again, with a password."""
    made = backup.save(database_of(parts), tmp_path / "x.zip")
    content = bytearray(made.path.read_bytes())
    for head, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(head) + flags] |= 1
    (tmp_path / "locked.zip").write_bytes(content)

    with pytest.raises(BackupUnusable, match="no backup of this bot"):
        backup.look_into(tmp_path / "locked.zip", tmp_path / "new.sqlite3")


async def test_damaged_database_is_set_aside(tmp_path: Path):
    """With the files beside it, of which an expert may save something."""
    for ending in ("", "-wal"):
        (tmp_path / f"bot.sqlite3{ending}").write_bytes(b"damaged")

    backup.set_aside(tmp_path / "bot.sqlite3", tmp_path / "backups" / "before")

    found = {path.name: path.read_bytes() for path in (tmp_path / "backups/before").iterdir()}
    assert found == {"bot.sqlite3": b"damaged", "bot.sqlite3-wal": b"damaged"}
    with pytest.raises(BackupUnusable, match="before"):
        backup.set_aside(tmp_path / "bot.sqlite3", tmp_path / "backups" / "before")
