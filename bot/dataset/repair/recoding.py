"""Text in characters of two or four bytes, read as UTF-8."""

import codecs
import io
from typing import TYPE_CHECKING, Final

from bot.errors import CannotRepair
from bot.gateways.dataset_file import BUFFER

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BARE: Final = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
"""Wider ones first: the narrow ones read their characters too, with NULs between."""


_MOSTLY: Final = 0.95


def encoding_of(start: bytes) -> str:
    """Which of the encodings of two or four bytes a file begins in.

    Raises:
        CannotRepair: none that we are sure of.
    """
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even = start[: len(start) // 4 * 4]
    for encoding in _BARE:
        text = even.decode(encoding, errors="replace").lstrip()
        if text.startswith(("{", "[")) and "\0" not in text:
            return encoding
    raise CannotRepair


def encoding_of_table(start: bytes) -> str:
    """UTF-8, or that of Russian Windows, in which spreadsheets save tables there.

    Raises:
        CannotRepair: neither can be.
    """
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        text = start.decode("cp1251", errors="replace")
        letters = [c for c in text if c > "\x7f" and c.isalpha()]
        russian = sum("\u0410" <= c <= "\u044f" for c in letters)
        if russian < _MOSTLY * len(letters) or not letters:
            raise CannotRepair from None
        return "cp1251"
    return "utf-8"


def recoded(stream: io.BufferedReader, encoding: str) -> io.BufferedReader:
    """The same text in UTF-8, without a byte order mark.

    Raises:
        CannotRepair: when it is read: somewhere it is not in that encoding.
    """
    return io.BufferedReader(_Recoded(stream, encoding), BUFFER)


class _Recoded(io.RawIOBase):
    def __init__(self, stream: io.BufferedReader, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready = memoryview(b"")
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        while not self._ready and not self._is_over:
            chunk = self._stream.read(BUFFER)
            self._is_over = not chunk
            try:
                text = self._decoder.decode(chunk, final=not chunk)
            except UnicodeError as exc:
                raise CannotRepair from exc
            self._ready = memoryview(text.encode())
        n = min(len(view), len(self._ready))
        view[:n] = self._ready[:n]
        self._ready = self._ready[n:]
        return n
