"""Databases of every age come up to date, whole or not at all."""

import re
import sqlite3
from contextlib import closing
from importlib import resources
from pathlib import Path

import aiosqlite
import pytest

from bot.errors import DatabaseTooNew
from bot.storage import migrations
from bot.storage.database import Database
from bot.storage.migrations import migrate, scripts

KNOWN = scripts()
GOOD = "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;"
BROKEN = {
    "fails half-way": "CREATE TABLE half (id INTEGER) STRICT;\nINSERT INTO nowhere VALUES (1);",
    "is no SQL": "CREATE TABLE half (id INTEGER) STRICT;\nthis is no SQL;",
    "breaks a rule at its end": (
        "CREATE TABLE half (id INTEGER CHECK (id > 0)) STRICT;\nINSERT INTO half VALUES (-1);"
    ),
}


def made_at(path: Path, version: int) -> None:
    """A database as the bot left it when it knew *version* migrations."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("".join(KNOWN[:version]) + f"PRAGMA user_version = {version};")


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def schema_of(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
        ).fetchall()


async def opened_and_closed(path: Path) -> None:
    database = await Database.open(path)
    await database.close()


async def migrated(path: Path, known: list[str]) -> None:
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        await migrate(connection, known)


async def test_new_database_gets_everything(tmp_path):
    path = tmp_path / "a folder" / "bot.sqlite3"

    await opened_and_closed(path)

    assert version_of(path) == len(KNOWN) > 0
    assert schema_of(path)


@pytest.mark.parametrize("version", range(len(KNOWN) + 1))
async def test_database_of_any_age_becomes_like_a_new_one(tmp_path, version):
    """Whoever updates the bot after a long time keeps everything."""
    await opened_and_closed(tmp_path / "new")
    old = tmp_path / "old"
    made_at(old, version)

    await opened_and_closed(old)

    assert version_of(old) == len(KNOWN)
    assert schema_of(old) == schema_of(tmp_path / "new")


async def test_multipliers_of_old_plans_stay(tmp_path):
    """The column that could not be empty made room for one that can."""
    path = tmp_path / "bot.sqlite3"
    made_at(path, 16)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO datasets (id, path, sha256, n_examples, n_tokens, system_prompt, "
            "created_at) VALUES (1, 'a', 'aa', 10, 100, '', 1)"
        )
        connection.execute(
            "INSERT INTO training_runs (state, request_id, asked_by, base_model, n_epochs, "
            "learning_rate_multiplier, suffix, dataset_id, seed, created_at, expires_at) "
            "VALUES ('planned', 1, 5, 'm', 3, 0.05, 's', 1, 7, 1, 2)"
        )

    await opened_and_closed(path)

    with closing(sqlite3.connect(path)) as connection, connection:
        query = "SELECT learning_rate_multiplier FROM training_runs"
        assert connection.execute(query).fetchall() == [(0.05,)]
        connection.execute("UPDATE training_runs SET learning_rate_multiplier = NULL")


async def test_old_conversations_are_those_outside_of_topics(tmp_path):
    """Also the question that waits for its answer, and the correction that is awaited."""
    path = tmp_path / "bot.sqlite3"
    made_at(path, 23)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO conversations VALUES (1, 5, 1)")
        connection.execute("INSERT INTO open_questions VALUES (5, 70, 'Как дела?')")
        connection.execute("INSERT INTO awaited_corrections VALUES (5, 1, 2, NULL, 71, 9)")

    await opened_and_closed(path)

    with closing(sqlite3.connect(path)) as connection:
        for table in ("conversations", "open_questions", "awaited_corrections"):
            assert connection.execute(f"SELECT thread_id FROM {table}").fetchall() == [(0,)]


async def test_only_what_is_missing_is_applied(tmp_path):
    """A migration that has run is not run a second time: this one could not be."""
    path = tmp_path / "bot.sqlite3"
    made_at(path, len(KNOWN))

    await migrated(path, [*KNOWN, GOOD])
    await migrated(path, [*KNOWN, GOOD])

    assert version_of(path) == len(KNOWN) + 1


async def test_newer_database_is_refused_and_left_alone(tmp_path):
    """An older bot would spoil what it does not understand."""
    path = tmp_path / "bot.sqlite3"
    made_at(path, len(KNOWN))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(KNOWN) + 1}")
    before = schema_of(path)

    with pytest.raises(DatabaseTooNew):
        await opened_and_closed(path)

    assert version_of(path) == len(KNOWN) + 1
    assert schema_of(path) == before


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
async def test_broken_migration_leaves_all_as_it_was(tmp_path, broken):
    """Also those before it are undone, so that the old code still reads the file."""
    path = tmp_path / "bot.sqlite3"
    made_at(path, len(KNOWN))
    before = schema_of(path)

    for _ in range(2):
        with pytest.raises(sqlite3.Error):
            await migrated(path, [*KNOWN, GOOD, broken])

        assert version_of(path) == len(KNOWN)
        assert schema_of(path) == before

    await migrated(path, [*KNOWN, GOOD, "CREATE TABLE whole (id INTEGER) STRICT;"])
    assert version_of(path) == len(KNOWN) + 2


def test_files_are_numbered_without_gaps():
    """The number is the version, so a gap or a double would shift all that follow."""
    names = sorted(
        file.name for file in resources.files(migrations).iterdir() if file.name.endswith(".sql")
    )

    assert [name[:5] for name in names] == [f"{n:04}_" for n in range(1, len(KNOWN) + 1)]
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", name) for name in names)


@pytest.mark.parametrize("script", KNOWN)
def test_scripts_leave_the_transaction_to_the_code(script):
    """A COMMIT of its own would make half an upgrade possible; a PRAGMA may not be undone."""
    assert not re.search(r"(?im)^\s*(BEGIN|COMMIT|ROLLBACK|VACUUM|PRAGMA)\b", script)
