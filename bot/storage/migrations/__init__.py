"""Numbered migrations, `0001_name.sql` and so on: each applied once, in order.

An upgrade is one transaction, however many migrations it applies. If one fails, the file stays as
it was, and so the code from before the upgrade can still read it.
"""

import sqlite3
from collections.abc import Sequence
from importlib import resources

import aiosqlite

from bot.errors import DatabaseTooNew


def scripts() -> list[str]:
    """The SQL of every migration; the first one brings `user_version` to 1."""
    files = [file for file in resources.files(__name__).iterdir() if file.name.endswith(".sql")]
    return [file.read_text(encoding="utf-8") for file in sorted(files, key=lambda file: file.name)]


async def migrate(connection: aiosqlite.Connection, known: Sequence[str]) -> None:
    """Apply those of the *known* migrations that the file has not seen yet: all, or none.

    Raises:
        DatabaseTooNew: the file has seen more migrations than this code knows.
    """
    version = await version_of(connection)
    check_known(version, known)
    if version == len(known):
        return
    # executescript commits what is open first, so the transaction is part of the script.
    upgrade = [
        "BEGIN IMMEDIATE;",
        *known[version:],
        f"PRAGMA user_version = {len(known)};",
        "COMMIT;",
    ]
    try:
        await connection.executescript("\n".join(upgrade))
    except sqlite3.Error:
        if connection.in_transaction:
            await connection.execute("ROLLBACK")
        raise


def check_known(version: int, known: Sequence[str]) -> None:
    """Raise DatabaseTooNew if a file has seen more migrations than the *known* ones."""
    if version > len(known):
        raise DatabaseTooNew(f"the database has version {version}, this bot knows {len(known)}")


async def version_of(connection: aiosqlite.Connection) -> int:
    """How many migrations the file has seen; 0: it is new."""
    async with connection.execute("PRAGMA user_version") as cursor:
        row = await cursor.fetchone()
    assert row is not None
    return int(row[0])
