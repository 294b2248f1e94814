"""Whole lines of a dataset file, one after the other: for what copies them."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from bot.dataset.validation.reading import MAX_LINE_BYTES
from bot.errors import DatasetMissing

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Progress = Callable[[int], None]
"""Told the number of bytes read; what it raises travels on, which is the way to stop early."""

BUFFER: Final = 1 << 16
"""Some milliseconds of work."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its end, or a part of one that is too long to be an example."""

    number: int
    """In its file, from 1; parts of a line share it."""
    data: bytes
    is_whole: bool = True
    is_rest: bool = False
    """Whether it goes on where the last one ended."""


@contextmanager
def opened(path: Path, progress: Progress | None = None) -> Iterator[io.BufferedReader]:
    """A file to read, which tells *progress* every 64 KB and at its end.

    Raises:
        DatasetMissing: there is no such file, or it can't be read, now or later on.
    """
    try:
        if not path.is_file():  # a pipe would keep us waiting
            raise DatasetMissing(path=path)
        raw = _ToldFile(path, progress)
    except (OSError, ValueError) as exc:  # ValueError: a name that no file can have
        raise DatasetMissing(path=path) from exc
    stream: io.BufferedReader = io.BufferedReader(raw, BUFFER)
    with stream:
        yield stream


def lines_of(stream: BinaryIO) -> Iterator[Line]:
    """Each line; one over `MAX_LINE_BYTES` comes in parts, so that memory does not follow it."""
    number = 0
    while data := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        is_whole = len(data) <= MAX_LINE_BYTES
        yield Line(number, data, is_whole)
        while not is_whole and data and not data.endswith(b"\n"):
            data = stream.readline(BUFFER)
            yield Line(number, data, is_whole=False, is_rest=True)


class _ToldFile(io.FileIO):
    def __init__(self, path: Path, progress: Progress | None) -> None:
        super().__init__(path)
        self._path = path
        self._progress = progress
        self._size = 0
        self._told = -BUFFER

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        try:
            n = super().readinto(buffer)
        except OSError as exc:
            raise DatasetMissing(path=self._path) from exc
        self._size += n
        if self._progress and (not n or self._size - self._told >= BUFFER):
            self._told = self._size
            self._progress(self._size)
        return n
