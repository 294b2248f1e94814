"""Reading a file as if its UTF-8 byte order mark were not there."""

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BOM = b"\xef\xbb\xbf"


def open_without_bom(path: Path) -> io.BufferedReader:
    """Open *path* for reading; positions count from behind the mark."""
    return io.BufferedReader(_WithoutBom(path.open("rb")))


class _WithoutBom(io.RawIOBase):
    """Skipping the mark once would not do: the HTTP library rewinds what it sends."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self._start = len(_BOM) if self._file.read(len(_BOM)) == _BOM else 0
        self._file.seek(self._start)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        return self._file.readinto(buffer)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        start = self._start if whence == os.SEEK_SET else 0
        return self._file.seek(offset + start, whence) - self._start

    def tell(self) -> int:
        return self._file.tell() - self._start

    def close(self) -> None:
        self._file.close()
        super().close()
