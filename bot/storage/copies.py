"""Copies of the database beside it, made while the bot runs.

They are for a failed upgrade and a damaged file. `backup.py` packs what goes to another machine.
"""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from bot.errors import DatabaseUnusable

KEPT: Final = 7
"""Copies of each kind; older ones are deleted."""


def keep_copy(database: Path, kind: str, name: str) -> Path:
    """Copy the database to "backups/<kind>-<name>.sqlite3"; the newest `KEPT` of the kind stay.

    Newer ones have greater names. The file takes its place only when it is whole.

    Raises:
        DatabaseUnusable: it is damaged, or there is no room for the copy.
    """
    folder = folder_of(database)
    target = folder / f"{kind}-{name}.sqlite3"
    try:
        with beside(target) as place:
            made = copied(database, place / target.name)
            sync(made)
            made.replace(target)
        for path in sorted(folder.glob(f"{kind}-*.sqlite3"))[:-KEPT]:
            path.unlink()
    except (OSError, sqlite3.Error) as exc:
        raise DatabaseUnusable(f"{database}: no copy can be kept in {folder}: {exc}") from exc
    return target


def folder_of(database: Path) -> Path:
    """Where copies and backups are kept; only its owner may look into it."""
    return database.parent / "backups"


def copied(database: Path, copy: Path) -> Path:
    """One consistent state, also while another process writes; returns *copy*.

    https://www.sqlite.org/backup.html

    Raises:
        DatabaseUnusable: the database is damaged.
        sqlite3.Error: it can't be read, or the copy can't be written.
    """
    with (
        closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
        problem = target.execute("PRAGMA quick_check").fetchone()[0]
    if problem != "ok":
        raise DatabaseUnusable(f"{database}: damaged ({problem})")
    copy.chmod(0o600)
    return copy


@contextlib.contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A folder on the same disk, so that a file of it can take the place of *path* at once."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder:
        yield Path(folder)


def sync(path: Path) -> None:
    """Wait until the file is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
