"""A backup of everything that the bot stores: one zip file, made while the bot runs.

A copy of the database's file alone is not enough: in WAL mode the newest rows are in the file
beside it. https://www.sqlite.org/backup.html
"""

import re
import shutil
import sqlite3
import zipfile
import zlib
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bot.errors import BackupUnusable, DatabaseTooNew, DatabaseUnusable
from bot.storage.copies import beside, copied, sync
from bot.storage.files import BESIDE, file_of
from bot.storage.migrations import scripts

_DATABASE: Final = "bot.sqlite3"
"""The database's name inside of a backup."""
_DATASET: Final = re.compile(r"datasets/[0-9a-f]{64}\.jsonl")
_DAMAGE: Final = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, RuntimeError, ValueError,
)  # fmt: skip
"""What `zipfile` raises for damaged, encrypted or foreign archives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup holds."""

    path: Path
    n_bytes: int
    n_people: int
    n_turns: int
    """Questions with their answers."""
    n_datasets: int
    """Kept versions of the dataset."""


def save(database: Path, archive: Path) -> Backup:
    """Write everything into *archive*, which only its owner may read; the bot may be running.

    Raises:
        DatabaseUnusable: there is no database, or it is damaged.
        BackupUnusable: the archive can't be written, or would take the place of another file.
    """
    try:
        if not database.is_file():
            raise DatabaseUnusable(f"{database}: there is no such file")
        if archive.exists() and not (archive.is_file() and zipfile.is_zipfile(archive)):
            raise BackupUnusable(f"{archive}: it already exists and is not a backup")
        with beside(archive) as folder:
            copy = copied(database, folder / _DATABASE)
            kept = sorted((database.parent / "datasets").glob("*.jsonl"))
            names = {f"datasets/{path.name}": path for path in kept}
            datasets = {name: path for name, path in names.items() if _DATASET.fullmatch(name)}
            packed = folder / "packed.zip"
            # Zip files know no time before 1980, which files of some images have.
            with zipfile.ZipFile(
                packed, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False
            ) as file:
                for name, path in {_DATABASE: copy, **datasets}.items():
                    file.write(path, name)
            packed.chmod(0o600)
            sync(packed)
            made = _contents(copy, packed, len(datasets))
            packed.replace(archive)
            return replace(made, path=archive)
    except sqlite3.Error as exc:
        if getattr(exc, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise BackupUnusable(f"{archive}: no space left for it") from exc
        raise DatabaseUnusable(f"{database}: {exc}") from exc
    except OSError as exc:
        raise BackupUnusable(f"{archive}: {exc.strerror}") from exc


def set_aside(database: Path, folder: Path) -> None:
    """Copy the files of a damaged database, of which no backup can be made, into *folder*.

    Raises BackupUnusable where they can't be copied.
    """
    try:
        folder.mkdir(parents=True, mode=0o700)
        for ending in ("", *BESIDE):
            path = file_of(database, ending)
            if path.exists():
                shutil.copy2(path, folder)
    except OSError as exc:
        raise BackupUnusable(f"{folder}: {exc.strerror}") from exc


def look_into(archive: Path, database: Path) -> Backup:
    """What *archive* holds, after a check that all of it can be restored.

    It is unpacked beside *database*: the system's folder for such files may be small.

    Raises:
        BackupUnusable: it is no backup of this bot, or damaged, or there is no room for it.
        DatabaseTooNew: a newer version of the bot made it.
    """
    try:
        with beside(file_of(database)) as folder:
            datasets = _unpack(archive, folder)
            return _contents(folder / _DATABASE, archive, len(datasets))
    except OSError as exc:
        raise BackupUnusable(f"{archive}: {exc.strerror}") from exc


def restore(archive: Path, database: Path) -> None:
    """Put what *archive* holds in the place of the database, which nobody may use meanwhile.

    A link to the database stays one.

    What could have happened since the backup must not happen twice. So plans expire, and a run
    that was being started is looked for at the provider before anybody starts it again.

    Raises:
        BackupUnusable: it is no backup of this bot, or damaged, or there is no room for it.
        DatabaseTooNew: a newer version of the bot made it.
    """
    try:
        own = file_of(database)
        with beside(own) as folder:
            datasets = _unpack(archive, folder)
            kept = database.parent / "datasets"
            _make_safe(folder / _DATABASE, kept)
            kept.mkdir(mode=0o700, exist_ok=True)
            for dataset in datasets:
                shutil.move(dataset, kept / dataset.name)
            for ending in BESIDE:
                file_of(database, ending).unlink(missing_ok=True)
            sync(folder / _DATABASE)
            (folder / _DATABASE).replace(own)
    except OSError as exc:
        raise BackupUnusable(f"{archive}: {exc.strerror}") from exc


def _unpack(archive: Path, folder: Path) -> list[Path]:
    """The files of datasets, unpacked into *folder* beside the checked database.

    A copy of the database alone is taken, too: the files are where they were.
    """
    datasets: list[Path] = []
    try:
        if _is_database(archive):
            shutil.copyfile(archive, folder / _DATABASE)
            _check(folder / _DATABASE, archive)
            return datasets
        with zipfile.ZipFile(archive) as file:
            for name in file.namelist():
                if name != _DATABASE and not _DATASET.fullmatch(name):
                    raise BackupUnusable(f"{archive}: no backup of this bot")
                target = folder / Path(name).name
                with file.open(name) as packed, target.open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked, 1 << 20)
                if name != _DATABASE:
                    datasets.append(target)
        _check(folder / _DATABASE, archive)
    except (*_DAMAGE, sqlite3.Error) as exc:
        raise BackupUnusable(f"{archive}: no backup of this bot, or damaged") from exc
    except OSError as exc:
        raise BackupUnusable(f"{archive}: {exc.strerror}") from exc
    return datasets


def _is_database(path: Path) -> bool:
    # https://www.sqlite.org/fileformat.html#magic_header_string
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def _check(copy: Path, archive: Path) -> None:
    if not copy.is_file():
        raise BackupUnusable(f"{archive}: no backup of this bot")
    with closing(sqlite3.connect(copy)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        problem = connection.execute("PRAGMA quick_check").fetchone()[0]
        connection.execute("SELECT 1 FROM training_runs LIMIT 1").fetchone()
    if problem != "ok":
        raise BackupUnusable(f"{archive}: damaged ({problem})")
    if version > len(scripts()):
        raise DatabaseTooNew(
            f"{archive}: its database has version {version}, this bot knows {len(scripts())}"
        )


def _make_safe(copy: Path, datasets: Path) -> None:
    """End what must not happen twice; *datasets* is the folder of the files from now on."""
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute(
            """
            UPDATE datasets SET path = ? || '/' || sha256 || '.jsonl'
            WHERE path LIKE '%/' || sha256 || '.jsonl'
            """,
            (str(datasets),),
        )
        connection.execute("UPDATE training_runs SET state = 'expired' WHERE state = 'planned'")
        connection.execute(
            """
            UPDATE training_runs
            SET state = 'uncertain', attempted_at = coalesce(attempted_at, confirmed_at)
            WHERE state IN ('confirmed', 'uploading', 'creating')
            """
        )


def _contents(copy: Path, archive: Path, n_datasets: int) -> Backup:
    with closing(sqlite3.connect(copy)) as connection:
        n_people, n_turns = (
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("people", "turns")
        )
    return Backup(
        path=archive,
        n_bytes=archive.stat().st_size,
        n_people=n_people,
        n_turns=n_turns,
        n_datasets=n_datasets,
    )
