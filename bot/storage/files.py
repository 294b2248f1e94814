"""The files of a database: its own, and those beside it while it is open."""

import contextlib
import os
import re
import stat
from pathlib import Path
from typing import Final

WAL: Final = "-wal"
BESIDE: Final = (WAL, "-shm")
"""What SQLite keeps beside a database."""
LOCK: Final = ".lock"
FOLDERS: Final = ("datasets", "imports", "charts", "backups")
"""Where the bot keeps files, in the folder of the database."""
UNFINISHED: Final = r"\.backup-[a-z0-9_]{8}"
"""Names of folders in which a copy is being made, or was when its process was killed."""
_USUAL: Final = Path("data/run")
_KEPT: Final = re.compile(
    rf"[0-9a-f]{{64}}\.jsonl|(daily|before|backup)-.+\.(sqlite3|zip)|{UNFINISHED}"
)


def file_of(database: Path, ending: str = "") -> Path:
    """The database's own file, or the one beside it of that *ending*, whatever link leads there."""
    own = database.resolve()
    return own.with_name(own.name + ending)


def make_private(database: Path) -> None:
    """Let only the owner read what an older version has let others read.

    A folder that may be used by others, too, stays as it is.

    Raises:
        OSError: a file of the database is somebody else's.
    """
    for ending in ("", *BESIDE):
        if (path := file_of(database, ending)).exists():
            path.chmod(0o600)
    with contextlib.suppress(OSError):  # the files are closed already
        _close_folders(database)


def _close_folders(database: Path) -> None:
    own = file_of(database)
    ours = {*FOLDERS, *(own.name + ending for ending in ("", LOCK, "-journal", *BESIDE))}
    if own.parent == _USUAL.resolve() or {each.name for each in own.parent.iterdir()} <= ours:
        _close(own.parent)
    for folder in (database.parent / name for name in FOLDERS):
        kept = [each.name for each in folder.iterdir()] if folder.is_dir() else []
        if kept and all(map(_KEPT.fullmatch, kept)):
            _close(folder)


def _close(folder: Path) -> None:
    """Not what belongs to somebody else, to everybody as /tmp does, or is a home."""
    found = folder.lstat()
    is_a_link, is_shared = stat.S_ISLNK(found.st_mode), bool(found.st_mode & stat.S_ISVTX)
    if found.st_uid == os.geteuid() and not is_a_link and not is_shared and folder != _home():
        folder.chmod(0o700)


def _home() -> Path | None:
    try:
        return Path.home().resolve()
    except RuntimeError:  # a user without one, as in some containers
        return None
