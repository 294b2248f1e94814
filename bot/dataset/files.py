"""The files of dataset versions: each kept once, under its SHA-256, and never changed."""

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Final

from bot.errors import DatasetMissing

_DRAFT: Final = "draft-"


class DatasetFiles:
    """A folder of files; every method blocks, so use a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path_of(self, sha256: str) -> Path:
        """The path of the version with that hash, whether or not it is kept."""
        return self._folder / f"{sha256}.jsonl"

    @contextlib.contextmanager
    def draft(self) -> Iterator[Path]:
        """A path for a file in the making, which is gone afterwards unless `keep` took it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=_DRAFT) as folder:
            yield Path(folder) / "draft.jsonl"

    def keep(self, draft: Path) -> str:
        """Make a draft a kept file, on the disk for good; return its SHA-256."""
        with draft.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        draft.replace(self.path_of(sha256))
        return sha256

    def keep_copy(self, source: Path) -> str:
        """Keep a copy of a file that somebody else may change at any time; return its SHA-256.

        Raises:
            DatasetMissing: it can't be read.
        """
        with self.draft() as draft, _readable(source) as file:
            with draft.open("wb") as copy:
                shutil.copyfileobj(file, copy, 1 << 20)
            return self.keep(draft)

    def is_intact(self, path: Path, sha256: str) -> bool:
        """Whether the file still holds the bytes with that hash.

        Raises:
            DatasetMissing: it can't be read.
        """
        with _readable(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256

    def remove(self, sha256: str) -> None:
        """Forget a version's bytes."""
        self.path_of(sha256).unlink(missing_ok=True)

    def remove_drafts(self) -> None:
        """Forget what a killed process was making; only where no other one makes anything."""
        for folder in self._folder.glob(f"{_DRAFT}*"):
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[BufferedReader]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as exc:
        raise DatasetMissing(path=path) from exc
