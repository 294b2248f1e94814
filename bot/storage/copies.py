"""Copies of the database beside it, made while the bot runs.

They are for a failed upgrade and a damaged file. `backup.py` packs what goes to another machine.
"""

import contextlib
import errno
import fcntl
import logging
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from bot.errors import DatabaseUnusable
from bot.storage.files import UNFINISHED

KEPT: Final = 7
"""Copies of each kind; older ones are deleted."""
LEAST_FREE_BYTES: Final = 50_000_000
"""With less free space on the disk, the bot may soon be unable to store anything."""

_logger = logging.getLogger(__name__)


def keep_copy(database: Path, kind: str, name: str, *, spare_bytes: int = 0) -> Path:
    """Copy the database to "backups/<kind>-<name>.sqlite3"; the newest `KEPT` of the kind stay.

    Newer ones have greater names. The file takes its place only when it is whole. Nothing is
    written where less than *spare_bytes* of the disk would stay free.

    Raises:
        DatabaseUnusable: it is damaged, or there is no room for the copy.
    """
    folder = folder_of(database)
    target = folder / f"{kind}-{name}.sqlite3"
    try:
        with beside(target) as place:
            if (free := shutil.disk_usage(place).free) < database.stat().st_size + spare_bytes:
                raise OSError(errno.ENOSPC, f"too little space, {free // 1_000_000} MB are free")
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
        held = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield Path(folder)
        finally:
            os.close(held)


def remove_unfinished(database: Path) -> None:
    """Delete what copies left in their folder when they were killed: it holds people's words."""
    folder = folder_of(database)
    for place in folder.iterdir() if folder.is_dir() else ():
        if not re.fullmatch(UNFINISHED, place.name) or place.is_symlink():
            continue
        try:
            held = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(place)
            finally:
                os.close(held)
        except OSError as exc:  # a backup that is being made holds its folder
            _logger.info("%s stays: %s", place, exc)


def sync(path: Path) -> None:
    """Wait until the file is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
