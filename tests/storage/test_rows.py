"""Rows become values by the names and the types of a dataclass's fields."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest

from bot.storage.rows import from_row


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    width: int
    height: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    id: int
    colour: Colour
    is_new: bool | None
    notes: Mapping[str, Any]
    size: Size
    name: str = "nameless"


def row_of(columns: str) -> sqlite3.Row:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        row: sqlite3.Row = connection.execute(f"SELECT {columns}").fetchone()
        return row


def test_each_field_has_the_type_that_it_is_declared_with():
    row = row_of(
        """1 AS id, 'red' AS colour, 0 AS is_new, '{"a": [1]}' AS notes, 'x' AS name,
        3 AS width, NULL AS height"""
    )

    thing = from_row(Thing, row)

    assert thing == Thing(
        id=1, colour=Colour.RED, is_new=False, notes={"a": [1]}, name="x", size=Size(width=3)
    )
    assert type(thing.colour) is Colour
    assert thing.is_new is False


def test_null_is_none():
    row = row_of("1 AS id, 'red' AS colour, NULL AS is_new, '{}' AS notes, 3 AS width, 1 AS height")

    assert from_row(Thing, row, name="x").is_new is None


@pytest.mark.parametrize("columns", ["5 AS height", "5 AS width"])
def test_a_column_that_is_missing_is_a_bug_also_where_there_is_a_default(columns):
    with pytest.raises(IndexError):
        from_row(Size, row_of(columns))


def test_an_unknown_word_is_a_bug():
    with pytest.raises(ValueError, match="blue"):
        from_row(Thing, row_of("1 AS id, 'blue' AS colour"), is_new=None, notes={}, size=None)


def test_columns_may_have_a_prefix_and_fields_may_be_given():
    row = row_of("1 AS width, 2.0 AS height, 3 AS a_width, 4.0 AS a_height")

    assert from_row(Size, row) == Size(width=1, height=2.0)
    assert from_row(Size, row, "a_") == Size(width=3, height=4.0)
    assert from_row(Size, row, "a_", width=9) == Size(width=9, height=4.0)


def test_any_other_class_is_the_first_column():
    assert from_row(int, row_of("7 AS n, 8 AS m")) == 7
    assert from_row(str, row_of("NULL AS name")) is None
