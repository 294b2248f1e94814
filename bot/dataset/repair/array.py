"""A JSON array of examples: each of its objects on a line of its own."""

import codecs
import io
import json
from collections.abc import Iterator

from bot.dataset.validation.parsing import LineParser, Unreadable
from bot.errors import CannotRepair
from bot.gateways.dataset_file import BUFFER, MAX_LINE_BYTES, Line

_BLANKS = " \t\r\n"


def objects(stream: io.BufferedReader) -> Iterator[Line]:
    """Each object as a line, spelled as it was but for the line ends between its parts.

    Raises:
        CannotRepair: it is no array of objects from its beginning to its end.
    """
    text = _Text(stream)
    text.take("[")
    if text.sign() != "]":
        yield text.object()
    while text.sign() == ",":
        text.take(",")
        yield text.object()
    text.take("]")
    if text.sign():
        raise CannotRepair


class _Text:
    """Text that is read as far as it is needed, and forgotten behind."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._reader = json.JSONDecoder()
        self._strict = LineParser()
        self._text = ""
        self._at = 0
        self._number = 1
        self._is_over = False

    def sign(self) -> str:
        """The next character that is no blank, which stays; empty at the end."""
        while True:
            while self._text[self._at : self._at + 1] in _BLANKS and self._at < len(self._text):
                self._go_on(1)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._grow():
                return ""

    def take(self, sign: str) -> None:
        """Go past *sign*, which must come next."""
        if self.sign() != sign:
            raise CannotRepair
        self._go_on(1)

    def object(self) -> Line:
        """The object that comes next, and its first line."""
        if self.sign() != "{":
            raise CannotRepair
        number, length = self._number, self._length()
        # A string of JSON holds no line end as such, so all of them stand between two parts.
        parts = self._text[self._at : self._at + length].replace("\r", " ").split("\n")
        line = "".join(part.strip(_BLANKS) for part in parts) + "\n"
        self._go_on(length)
        try:
            data = line.encode()
            self._strict.parse(data)
        except Unreadable as exc:
            raise CannotRepair from exc
        return Line(number, data)

    def _length(self) -> int:
        while True:
            try:
                return self._reader.raw_decode(self._text, self._at)[1] - self._at
            except json.JSONDecodeError as exc:  # broken, or not read to its end
                if len(self._text) - self._at > MAX_LINE_BYTES or not self._grow():
                    raise CannotRepair from exc
            except (RecursionError, ValueError) as exc:
                raise CannotRepair from exc

    def _go_on(self, n: int) -> None:
        self._number += self._text.count("\n", self._at, self._at + n)
        self._at += n

    def _grow(self) -> bool:
        chunk = b"" if self._is_over else self._stream.read(BUFFER)
        self._is_over = not chunk
        try:
            more = self._decoder.decode(chunk, final=self._is_over)
        except UnicodeDecodeError as exc:
            raise CannotRepair from exc
        self._text, self._at = self._text[self._at :] + more, 0
        return not self._is_over
