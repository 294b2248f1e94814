"""The files of a database: its own, and those beside it while it is open."""

from pathlib import Path
from typing import Final

WAL: Final = "-wal"
BESIDE: Final = (WAL, "-shm")
"""What SQLite keeps beside a database."""
LOCK: Final = ".lock"


def file_of(database: Path, ending: str = "") -> Path:
    """The database's own file, or the one beside it of that *ending*, whatever link leads there."""
    own = database.resolve()
    return own.with_name(own.name + ending)
