"""One JSON document instead of lines: an array, objects over several lines, an object with a list.

Each example gets a line of its own, spelled as it was but for the line ends between its parts.
"""

import codecs
import io
import json
import re
from collections.abc import Iterator
from typing import Final

from bot.dataset.recognition.outline import Outline, outline_of
from bot.dataset.recognition.source import Broken
from bot.gateways.dataset_file import BUFFER, MAX_LINE_BYTES, Line

_BLANKS: Final = " \t\r\n"
_SOME_BLANKS: Final = re.compile(f"[{_BLANKS}]*")
_SPEAKS: Final = frozenset({"role", "from", "speaker", "author"})
_IS_ITEM: Final = ("{", "[")


def array(stream: io.BufferedReader) -> Iterator[Line]:
    """The items of an array; raises Broken where it is none."""
    text = JsonText(stream)
    yield from text.items()
    text.end()


def objects(stream: io.BufferedReader) -> Iterator[Line]:
    """Objects one behind the other, with a comma between two of them or without."""
    text = JsonText(stream)
    while text.sign():
        yield text.item()
        if text.sign() == ",":
            text.take(",")


def listed(stream: io.BufferedReader, key: str) -> Iterator[Line]:
    """The items of the list under *key* of an object; its other parts are no examples."""
    text = JsonText(stream)
    for each in text.members():
        if each == key:
            yield from text.items()
        else:
            text.value()
    text.end()


def is_array(text: str) -> bool:
    """Whether a text begins as a list of objects, or of lists of messages."""
    if not text.startswith("[") or not text[1:].lstrip().startswith(_IS_ITEM):
        return False
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return _first_item_is_sound(text)
    # An array on each line is another thing, and each line is told of it.
    outline = outline_of(text)
    is_dialog = outline.items.get("") == "{" and not _SPEAKS.isdisjoint(outline.lists[""])
    return not text[end:].strip() and not is_dialog


def _first_item_is_sound(text: str) -> bool:
    """Whether the array goes on beyond what we have of it."""
    inner = text[1:].lstrip()
    try:
        _, end = json.JSONDecoder().raw_decode(inner)
    except json.JSONDecodeError as exc:
        return is_cut(exc)
    except (ValueError, RecursionError):
        return False
    return inner[end:].lstrip().startswith((",", "]"))


def is_cut(error: json.JSONDecodeError) -> bool:
    """Whether a text is sound as far as we have it."""
    return error.pos >= len(error.doc) - 1 or error.msg.startswith("Unterminated string")


def keys_of_lists(outline: Outline) -> list[str]:
    """The keys under which an object holds lists of examples; none where it is an example."""
    found = {key: keys for key, keys in outline.lists.items() if outline.items[key]}
    is_example = "messages" in found or any(not _SPEAKS.isdisjoint(k) for k in found.values())
    if outline.sign != "{" or is_example:
        return []
    return list(found)


class JsonText:
    """Text that is read as far as it is needed, and forgotten behind."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._reader = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._number = 1
        self._is_over = False

    @property
    def line(self) -> int:
        """The number of the line that comes next, from 1."""
        return self._number

    def sign(self) -> str:
        """The next character that is no blank, which stays; empty at the end."""
        while True:
            found = _SOME_BLANKS.match(self._text, self._at)
            assert found is not None
            self._go_on(found.end() - self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._grow():
                return ""

    def take(self, sign: str) -> None:
        """Go past *sign*, which must come next."""
        if self.sign() != sign:
            raise self._broken(self._at)
        self._go_on(1)

    def end(self) -> None:
        """Nothing may follow."""
        if self.sign():
            raise self._broken(self._at)

    def items(self) -> Iterator[Line]:
        """Each item of the array that comes next."""
        for _ in self.places():
            yield self.item()

    def places(self) -> Iterator[None]:
        """Stop at each item of the array that comes next; the caller reads it."""
        self.take("[")
        while self.sign() != "]":
            yield
            if self.sign() != "]":
                self.take(",")
        self.take("]")

    def members(self) -> Iterator[object]:
        """Each key of the object that comes next; the caller reads its value."""
        self.take("{")
        while self.sign() != "}":
            key = self.value()
            self.take(":")
            yield key
            if self.sign() != "}":
                self.take(",")
        self.take("}")

    def item(self) -> Line:
        """The object or list that comes next, and its first line."""
        if self.sign() not in _IS_ITEM:
            raise self._broken(self._at)
        number, (length, _) = self._number, self._next()
        # A string of JSON holds no line end as such, so all of them are between two parts.
        parts = self._text[self._at : self._at + length].replace("\r", " ").split("\n")
        line = "".join(part.strip(_BLANKS) for part in parts) + "\n"
        self._go_on(length)
        return Line(number, line.encode())

    def value(self) -> object:
        """Any value that comes next."""
        self.sign()
        length, value = self._next()
        self._go_on(length)
        return value

    def _next(self) -> tuple[int, object]:
        """Length and value of what comes next."""
        while True:
            try:
                value, end = self._reader.raw_decode(self._text, self._at)
            except json.JSONDecodeError as exc:  # broken, or not read to its end
                if len(self._text) - self._at > MAX_LINE_BYTES or not self._grow():
                    raise self._broken(exc.pos) from exc
            except (RecursionError, ValueError) as exc:
                raise self._broken(self._at) from exc
            else:
                if end < len(self._text) or not self._grow():  # a number may go on
                    return end - self._at, value

    def _broken(self, at: int) -> Broken:
        line = self._number + self._text.count("\n", self._at, at)
        return Broken("json_broken", line, near=self._text[at : at + 20].strip() or "…")

    def _go_on(self, n: int) -> None:
        self._number += self._text.count("\n", self._at, self._at + n)
        self._at += n

    def _grow(self) -> bool:
        """Read on; each time as much as there is, so that a long value is not read too often."""
        size = max(BUFFER, len(self._text) - self._at)
        chunk = b"" if self._is_over else self._stream.read(size)
        self._is_over = not chunk
        try:
            more = self._decoder.decode(chunk, final=self._is_over)
        except UnicodeDecodeError as exc:
            raise self._broken(len(self._text)) from exc
        self._text, self._at = self._text[self._at :] + more, 0
        return not self._is_over
