"""Files that are no JSON lines, but hold examples all the same: tables and JSON arrays."""

import codecs
import csv
import io
import json
from typing import Final

_DELIMITERS: Final = ",;\t"


def is_array(start: bytes) -> bool:
    """Whether a file that begins like this is one JSON array of objects."""
    text = _text(start).lstrip()
    if not text.startswith("[") or not text[1:].lstrip().startswith("{"):
        return False
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return _first_object_is_sound(text)
    # An array on each line is another mistake, and each line is told of it.
    return not text[end:].strip()


def _first_object_is_sound(text: str) -> bool:
    """Whether the array goes on beyond what we have of it."""
    inner = text[1:].lstrip()
    try:
        _, end = json.JSONDecoder().raw_decode(inner)
    except json.JSONDecodeError as exc:
        return exc.pos >= len(inner) - 1 or exc.msg.startswith("Unterminated string")
    except (ValueError, RecursionError):
        return False
    return inner[end:].lstrip().startswith((",", "]"))


def is_table(start: bytes, *, is_all: bool) -> bool:
    """Whether a file that begins like this is a table of two columns, two rows at least.

    Args:
        start: the beginning of the file.
        is_all: whether that is the whole file; else its last row may be cut off.
    """
    text = _text(start)
    if not text.strip() or text.lstrip().startswith(("{", "[")):
        return False
    return any(_has_two_columns(text, delimiter, is_all=is_all) for delimiter in _DELIMITERS)


def _has_two_columns(text: str, delimiter: str, *, is_all: bool) -> bool:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return False
    rows = [row for row in (rows if is_all else rows[:-1]) if row]
    return len(rows) >= 2 and all(len(row) == 2 and all(map(str.strip, row)) for row in rows)


def _text(start: bytes) -> str:
    """The beginning as text: tables are often saved in an encoding of Windows."""
    return start.removeprefix(codecs.BOM_UTF8).decode(errors="replace")
