"""Rows as values: each field of a dataclass comes from the column of its name."""

import json
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from functools import cache, partial
from sqlite3 import Row
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Value = TypeVar("Value")


def from_row(kind: Callable[..., Value], row: Row, prefix: str = "", **given: object) -> Value:
    """A *kind* made of *row*.

    A dataclass takes each field that is not *given* from the column of its name, behind *prefix*.
    A field that is a dataclass itself takes its own fields from the same row. Any other *kind*,
    such as `int`, is what the first column holds; NULL stays None.

    Raises:
        IndexError: the row lacks a column, whether or not the field has a default.
    """
    if not (readers := _readers(kind)):
        only: Value = row[0]
        return only
    values = {name: read(row, prefix) for name, read in readers.items() if name not in given}
    return kind(**values, **given)


@cache
def _readers(kind: Callable[..., object]) -> Mapping[str, Callable[[Row, str], object]]:
    """What reads each field of a dataclass; empty for any other class."""
    hints = get_type_hints(kind) if is_dataclass(kind) else {}
    return {name: _reader(name, hint) for name, hint in hints.items()}


def _reader(name: str, hint: Any) -> Callable[[Row, str], object]:
    """What reads a field of that type: an enum by its value, a mapping as JSON, NULL as None."""
    if isinstance(hint, UnionType):
        [hint] = [part for part in get_args(hint) if part is not NoneType]
    kind = get_origin(hint) or hint
    if _readers(kind):
        return partial(from_row, kind)
    convert = json.loads if kind in (dict, Mapping) else kind

    def read(row: Row, prefix: str) -> object:
        value = row[prefix + name]
        return None if value is None else convert(value)

    return read
