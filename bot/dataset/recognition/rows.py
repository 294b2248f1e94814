"""Rows of a table as spreadsheets save them, each with the number that a spreadsheet shows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from bot.dataset.recognition.source import Broken
from bot.gateways.dataset_file import lines_of

_DELIMITERS: Final = "\t;|,"
"""Those that texts hold less often come first: of equals the first one is taken."""
_NAMED: Final = re.compile(r"\ufeff?\"?sep=([^\r\n])\"?[\r\n]+", re.IGNORECASE)
"""A line for Excel, which does not show it as a row."""
_RULE: Final = re.compile("(:?-+:?)?")
_SHARE: Final = 0.8
"""So many of the rows have as many cells as most of them."""
_SAMPLE: Final = 500


@dataclass(frozen=True, slots=True)
class Sheet:
    """How the rows of a table are written, and the first of them."""

    delimiter: str
    has_sep_line: bool
    width: int
    """Cells of a row, as most of them have it."""
    rows: Sequence[list[str]]
    """The first ones, blank ones among them."""


def sheet_of(text: str, *, is_all: bool) -> Sheet | None:
    """The table that begins with this text; None: it is none."""
    named = _NAMED.match(text)
    body = text[named.end() :] if named else text
    found = []
    for delimiter in named[1] if named else _DELIMITERS:
        rows = _rows_of(body, delimiter, is_all=is_all)
        width, share = _width(rows)
        if width > 1 and share >= _SHARE:
            found.append((share, Sheet(delimiter, named is not None, width, rows)))
    return max(found, key=lambda item: item[0])[1] if found else None


def rows_in(stream: BinaryIO, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """Each row with its number from 1; without blanks around its cells.

    Raises:
        Broken: a row that can't be read, and its number.
    """
    lines = _texts(stream)
    if sheet.has_sep_line:
        next(lines)
    reader = csv.reader(lines, delimiter=sheet.delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            raise Broken("row_unreadable", number) from exc
        except UnicodeDecodeError as exc:
            raise Broken("code_page_broken", number) from exc
        yield number, _bare(cells, sheet.delimiter)


def _texts(stream: BinaryIO) -> Iterator[str]:
    for line in lines_of(stream):
        if not line.is_whole:
            raise csv.Error("a row too long for an example")
        yield line.data.decode().rstrip("\r\n") + "\n"


def _rows_of(text: str, delimiter: str, *, is_all: bool) -> list[list[str]]:
    lines = (line.rstrip("\r\n") + "\n" for line in io.StringIO(text, newline=None))
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            rows.append(_bare(row, delimiter))
            if len(rows) == _SAMPLE:
                return rows
    except csv.Error:
        return []
    return rows if is_all else rows[:-1]


def _bare(cells: Sequence[str], delimiter: str) -> list[str]:
    """Cells without blanks around them; none of the line below the heads of Markdown's tables."""
    bare = [cell.strip() for cell in cells]
    is_rule = delimiter == "|" and all(_RULE.fullmatch(cell) for cell in bare)
    return [] if is_rule else bare


def _width(rows: Sequence[list[str]]) -> tuple[int, float]:
    """How many cells most rows have, and the share of these rows; 0 where it is no table."""
    found = [row for row in rows if any(row)]
    if len(found) < 2:
        return 0, 0
    width, n = Counter(map(len, found)).most_common(1)[0]
    filled = sum(
        2 * sum(bool(row[at]) for row in found if at < len(row)) > len(found) for at in range(width)
    )
    return (width, n / len(found)) if filled > 1 else (0, 0)
