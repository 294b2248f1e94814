"""`backup` and `restore`: everything that the bot stores, in one file.

The output is for the operator: English, plain, and without anybody's words.
"""

import datetime as dtm
import sys
from pathlib import Path
from typing import Final

from bot.config import Needs, Settings
from bot.errors import BackupUnusable, DatabaseUnusable
from bot.storage import backup as backups
from bot.storage import lock
from bot.terminal.console import ask, command
from bot.texts import Texts

_KILOBYTE: Final = 1_000


@command(Needs.NOTHING)
def backup(settings: Settings, texts: Texts, file: Path | None) -> int:
    """Write a backup into *file*, by default one with today's date beside the database.

    Raises:
        CannotStart: there is no database, or the file can't be written.
    """
    made = backups.save(settings.database_path, file or _new_path(settings, "backup"))
    print(f"Backup: {_described(made)}")
    print("It holds people's words. Keep it where only you can read it.")
    return 0


@command(Needs.NOTHING)
def restore(settings: Settings, texts: Texts, file: Path, *, is_agreed: bool) -> int:
    """Put a backup in the place of the database, after a question and a backup of what was there.

    Raises:
        CannotStart: the bot is running, or the file is no backup.
    """
    with lock.hold(settings.database_path):
        if (
            file.exists()
            and settings.database_path.exists()
            and file.samefile(settings.database_path)
        ):
            raise BackupUnusable(f"{file}: it is the database that would be replaced")
        found = backups.look_into(file, settings.database_path)
        print(f"Found: {_described(found)}")
        if settings.database_path.is_file():
            print(f"It will replace everything in {settings.database_path}.")
        if not is_agreed and not _agrees():
            print("Nothing was changed.")
            return 1
        if settings.database_path.is_file():
            print(f"What was there: {_kept(settings)}")
        backups.restore(file, settings.database_path)
    print("Restored. Plans that were not started yet have expired. Start the bot.")
    return 0


def _kept(settings: Settings) -> str:
    """Save the present database, and tell where; a damaged one is copied as it is."""
    path = _new_path(settings, "before-restore")
    try:
        return _described(backups.save(settings.database_path, path))
    except DatabaseUnusable as exc:
        folder = path.with_suffix("")
        backups.set_aside(settings.database_path, folder)
        return f"copied to {folder}, because it can't be backed up ({exc})"


def _new_path(settings: Settings, name: str) -> Path:
    """A name that no file has: no backup takes the place of one that was made just before."""
    now = dtm.datetime.now(settings.zone)
    stem = settings.database_path.parent / "backups" / f"{name}-{now:%Y%m%d-%H%M%S}"
    names = (stem.with_name(f"{stem.name}{ending}.zip") for ending in ("", *range(-2, -999, -1)))
    return next(path for path in names if not path.exists())


def _described(backup: backups.Backup) -> str:
    return (
        f"{backup.path} ({backup.n_bytes / _KILOBYTE:,.0f} kB): people {backup.n_people}, "
        f"answers {backup.n_turns}, dataset versions {backup.n_datasets}"
    )


def _agrees() -> bool:
    """Only the word itself agrees; without a terminal nobody is asked, and nothing happens."""
    if not sys.stdin.isatty():
        print("Confirm with --yes.", file=sys.stderr)
        return False
    return ask("Type restore to continue: ").lower() == "restore"
