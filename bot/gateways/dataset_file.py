"""The one reader of dataset files: without the byte order mark, whole lines, bounded memory."""

import io
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from bot.errors import DatasetMissing

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Progress = Callable[[int], None]
"""Gets the number of bytes read. To stop early, it raises an exception, which is passed on."""
Digest = Callable[[bytes | memoryview], object]
"""Gets all bytes of the file on the disk, with the byte order mark."""

BUFFER: Final = 1 << 16
"""Some milliseconds of work."""
MAX_LINE_BYTES: Final = 10_000_000
"""A longer line is no example."""

_BOM: Final = b"\xef\xbb\xbf"
_RETURN: Final = re.compile(rb"(?<=\r)(?=[ \t\r]{0,20}+[^ \t\r\n])")
"""The place behind a carriage return that ends a line."""


class DatasetFile(io.BufferedReader):
    """An open file; positions count from the end of the UTF-8 byte order mark.

    Every reading method may raise DatasetMissing: the disk or the network below gave up.
    """

    def __init__(self, raw: "_WithoutMark") -> None:
        super().__init__(raw, BUFFER)
        self._without_mark = raw
        self.has_bom = raw.start > 0
        self.size = raw.size
        """Bytes on the disk when it was opened, the mark included."""

    @property
    def n_read(self) -> int:
        """Bytes taken from the disk so far, the mark included."""
        return self._without_mark.n_read


def open_dataset(
    path: Path, progress: Progress | None = None, *, digest: Digest | None = None
) -> DatasetFile:
    """Open a file for reading; *progress* is told every 64 KB and at the end.

    Raises:
        DatasetMissing: there is no such file, or it can't be read.
    """
    try:
        if not path.is_file():  # a pipe would keep us waiting
            raise DatasetMissing(path=path)
        return DatasetFile(_WithoutMark(path, progress, digest))
    except (OSError, ValueError) as exc:  # ValueError: a name that no file can have
        raise DatasetMissing(path=path) from exc


@dataclass(slots=True)  # frozen ones take three times as long to make
class Line:
    """A line with its end, or a part of one that is too long to be an example."""

    number: int
    """In its file, from 1; parts of a line share it."""
    data: bytes
    is_whole: bool = True
    is_rest: bool = False
    """Whether it continues the line of the previous part."""

    def row(self) -> object:
        """The line's JSON value; None if it is not JSON."""
        try:
            return json.loads(self.data) if self.is_whole else None
        except (ValueError, RecursionError):
            return None


def lines_of(stream: BinaryIO) -> Iterator[Line]:
    """Each line; one over `MAX_LINE_BYTES` comes in parts, so that memory stays bounded.

    A carriage return ends a line, as old Macs write them, if something else than blanks follows.
    """
    number, left = 0, b""
    while data := left + stream.readline(MAX_LINE_BYTES + 1 - len(left)):
        left = b""
        if b"\r" in data:
            *lines, data = _RETURN.split(data)
            for line in lines:
                number += 1
                yield Line(number, line)
            if lines and not data.endswith(b"\n") and (more := stream.readline(1)):
                left = data + more  # not read to its end
                continue
        number += 1
        is_whole = len(data) <= MAX_LINE_BYTES
        yield Line(number, data, is_whole)
        while not is_whole and data and not data.endswith(b"\n"):
            data = stream.readline(BUFFER)
            yield Line(number, data, is_whole=False, is_rest=True)


class _WithoutMark(io.RawIOBase):
    """Hides the mark at every read, because the HTTP library rewinds the file that it sends."""

    def __init__(self, path: Path, progress: Progress | None, digest: Digest | None) -> None:
        self._path = path
        self._progress = progress
        self._digest = digest
        self._told = -BUFFER
        self._file = io.FileIO(path)
        self.size = os.fstat(self._file.fileno()).st_size
        mark = self._file.read(len(_BOM))
        self.start = self.n_read = len(_BOM) if mark == _BOM else 0
        self.seek(0)
        if digest:
            digest(_BOM[: self.start])

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        try:
            n = self._file.readinto(buffer)
        except OSError as exc:
            raise DatasetMissing(path=self._path) from exc
        self.n_read += n
        if self._digest:
            self._digest(memoryview(buffer)[:n])
        if self._progress and (not n or self.n_read - self._told >= BUFFER):
            self._told = self.n_read
            self._progress(self.n_read)
        return n

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        start = self.start if whence == os.SEEK_SET else 0
        return self._file.seek(offset + start, whence) - self.start

    def tell(self) -> int:
        return self._file.tell() - self.start

    def close(self) -> None:
        self._file.close()
        super().close()
