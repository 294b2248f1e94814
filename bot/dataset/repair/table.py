"""A table of two columns: questions and answers as a spreadsheet saves them."""

import csv
import functools
import io
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from bot.errors import CannotRepair
from bot.gateways.dataset_file import BUFFER, lines_of

_DELIMITERS: Final = "\t;,"
_SAMPLE: Final = 50
_COLUMNS: Final = Path(__file__).with_name("columns.toml")


@dataclass(frozen=True, slots=True)
class Row:
    """A row with something in it."""

    number: int
    """Its first line."""
    text: str
    """Its text in the file."""
    question: str
    answer: str


def rows(stream: io.BufferedReader) -> Iterator[Row]:
    """Each row but the heads of the columns, which also tell which of them is which.

    Raises:
        CannotRepair: there are not two columns everywhere, or a quote is never closed.
    """
    lines = _Lines(stream)
    is_turned = False
    try:
        reader = csv.reader(lines, delimiter=_delimiter(stream), strict=True)
        for nth, cells in enumerate(reader):
            number, text = lines.taken()
            if not any(cell.strip() for cell in cells):
                continue
            first, second = _two(cells)
            if nth == 0 and (heads := _heads(first, second)):
                is_turned = heads == ("assistant", "user")
            else:
                pair = (second, first) if is_turned else (first, second)
                yield Row(number, text, *pair)
    except (csv.Error, UnicodeDecodeError) as exc:
        raise CannotRepair from exc


class _Lines:
    """Lines for the csv module, which takes as many as a row needs."""

    def __init__(self, stream: BinaryIO) -> None:
        self._lines = lines_of(stream)
        self._taken: list[str] = []
        self._number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if not line.is_whole:
            raise CannotRepair
        text = line.data.decode()
        self._number = line.number if not self._taken else self._number
        self._taken.append(text)
        return text

    def taken(self) -> tuple[int, str]:
        """Number of the first line since the last call, and the text of all of them."""
        text = "".join(self._taken)
        self._taken.clear()
        return self._number, text


def _two(cells: Iterable[str]) -> tuple[str, str]:
    """Both cells of a row; empty ones behind them are a spreadsheet's habit."""
    bare = [cell.replace("\r\n", "\n").strip() for cell in cells]
    first, second, *rest = *bare, ""
    if any(rest):
        raise CannotRepair
    return first, second


def _delimiter(stream: io.BufferedReader) -> str:
    text = stream.peek(BUFFER).decode(errors="ignore")
    for delimiter in _DELIMITERS:
        sample = list(
            islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _SAMPLE)
        )
        whole = sample[:-1] or sample  # the last may be cut
        widths = [len(row) - (len(row) > 2 and not row[-1]) for row in whole if any(row)]
        if widths and set(widths) == {2}:
            return delimiter
    raise CannotRepair


def _heads(first: str, second: str) -> tuple[str, str] | None:
    """The roles whose words stand below, if both cells are names of columns."""
    roles = _roles()
    heads = roles.get(first.casefold(), ""), roles.get(second.casefold(), "")
    return heads if set(heads) == {"user", "assistant"} else None


@functools.cache
def _roles() -> dict[str, str]:
    columns = tomllib.loads(_COLUMNS.read_text(encoding="utf-8"))
    return {word: role for role, words in columns.items() for word in words}
