"""One process per database: two would answer every message twice."""

import fcntl
from pathlib import Path
from typing import IO

from bot.errors import DatabaseUnusable
from bot.storage.files import LOCK, file_of


def hold(database_path: Path) -> IO[str]:
    """Hold the database for this process until the returned file is closed, or the process ends.

    Raises:
        DatabaseUnusable: another process holds it, or its folder can't be written.
    """
    path = file_of(database_path, LOCK)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w", encoding="utf-8")
    except OSError as exc:
        raise DatabaseUnusable(f"{path}: {exc}") from exc
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        file.close()
        raise DatabaseUnusable(f"{database_path}: another bot process uses it") from exc
    return file
