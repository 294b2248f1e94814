"""Tables: what their columns hold, and their rows as examples."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import BinaryIO, Final

from bot.dataset.recognition import role_tables
from bot.dataset.recognition.formats import conversation
from bot.dataset.recognition.names import are_few, are_sentences, are_texts, meaning_of, speaker_of
from bot.dataset.recognition.rows import Sheet, rows_in, sheet_of
from bot.dataset.recognition.source import Columns, Item, LeftOut, Source
from bot.gateways.dataset_file import Line

_SHOWN_DELIMITERS: Final = {"\t": "Tab"}
_LONGEST_HEAD: Final = 40
_SENTENCE_ENDS: Final = (".", "?", "!", "…")
_LONGEST_NAME: Final = 30
_MOST_COLUMNS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    sheet: Sheet
    first: int
    """The index of the first row with anything in it."""
    has_heads: bool
    columns: Sequence[int]
    """Indexes of those that hold anything."""
    meanings: Mapping[str, int]
    """The column of each known meaning."""

    @property
    def body(self) -> Sequence[list[str]]:
        return self.sheet.rows[self.first + self.has_heads :]

    def values(self, column: int) -> list[str]:
        return [row[column] if column < len(row) else "" for row in self.body]

    def name(self, column: int) -> str:
        """The head of a column, or its letter in a spreadsheet."""
        head = self.sheet.rows[self.first][column : column + 1] if self.has_heads else []
        return head[0][:_LONGEST_NAME] if head and head[0] else chr(ord("A") + column)


def recognised(
    text: str, stream: BinaryIO, *, encoding: str, is_all: bool, chosen: Columns | None
) -> Source | None:
    """The table that begins with this text; None: it is none.

    Args:
        text: The beginning.
        stream: All of it in UTF-8.
        encoding: The name of its encoding in the file.
        is_all: Whether the beginning is all of it.
        chosen: What a person said of its columns.
    """
    sheet = sheet_of(text, is_all=is_all)
    if sheet is None:
        return None
    table = _table_of(sheet)
    delimiter = _SHOWN_DELIMITERS.get(sheet.delimiter, sheet.delimiter)
    how = {"delimiter": delimiter, "encoding": encoding}
    roles = _roles(table)
    if chosen is None and roles is not None:
        return _of_roles(table, stream, how, roles)
    found = _chosen(table, chosen) if chosen else table.meanings
    if _is_pair(found) and (chosen or not _are_said_twice(table)):
        return _of_pairs(table, stream, how, found)
    return _unclear(table, how)


def _table_of(sheet: Sheet) -> _Table:
    first = _first_of(sheet.rows)
    meanings = _meanings(sheet.rows[first])
    rows = sheet.rows[first:]
    columns = [at for at in range(sheet.width) if _is_used(at, rows)][:_MOST_COLUMNS]
    is_known = _are_known(meanings)
    has_heads = is_known or _look_like_heads(rows, columns)
    table = _Table(
        sheet=sheet,
        first=first,
        has_heads=has_heads,
        columns=columns,
        meanings=meanings if has_heads else {},
    )
    return table if is_known else replace(table, meanings=_by_elimination(table))


def _first_of(rows: Sequence[list[str]]) -> int:
    """The index of the heads, which may follow a title; else of the first row with anything."""
    filled = [nth for nth, row in enumerate(rows) if any(row)]
    for nth in filled:
        if _are_known(_meanings(rows[nth])):
            return nth
        if sum(map(bool, rows[nth])) > 1:
            break
    return filled[0]


def _is_used(column: int, rows: Sequence[list[str]]) -> bool:
    """Whether a column has a head, or something in most rows: else it is a stray cell's."""
    values = [row[column] if column < len(row) else "" for row in rows if any(row)]
    return bool(values[0]) or 2 * sum(map(bool, values)) > len(values)


def _meanings(heads: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, head in enumerate(heads):
        meaning = meaning_of(head)
        if meaning:
            found.setdefault(meaning, at)
    return found


def _are_known(meanings: Mapping[str, int]) -> bool:
    """Whether heads of these meanings tell all that has to be known."""
    return _is_pair(meanings) or {"role", "content"} <= meanings.keys()


def _is_pair(meanings: Mapping[str, int]) -> bool:
    return "assistant" in meanings and ("user" in meanings or "input" in meanings)


def _by_elimination(table: _Table) -> Mapping[str, int]:
    """Of two columns the other one, if one is known and the other has sentences under any name."""
    meanings = table.meanings
    for known, other in (("user", "assistant"), ("assistant", "user")):
        if known in meanings and meanings.keys() <= {known, "content"}:
            rest = [at for at in table.columns if at != meanings[known]]
            if len(rest) == 1 and are_sentences(table.values(rest[0])):
                return {known: meanings[known], other: rest[0]}
    return meanings


def _look_like_heads(rows: Sequence[list[str]], columns: Sequence[int]) -> bool:
    """Whether the first row names what is below it, by its looks."""
    heads, body = rows[0], [row for row in rows[1:] if any(row)]
    if not body or len(heads) <= max(columns):
        return False
    are_names = all(
        0 < len(heads[at]) <= _LONGEST_HEAD and not heads[at].endswith(_SENTENCE_ENDS)
        for at in columns
    )
    lengths = {at: median(len(row[at]) for row in body if at < len(row)) for at in columns}
    is_shorter = any(lengths[at] >= 2 * len(heads[at]) for at in columns)
    return are_names and is_shorter and not any(speaker_of(heads[at]) for at in columns)


def _are_said_twice(table: _Table) -> bool:
    """Whether several columns are called questions, or several answers."""
    heads = Counter(map(meaning_of, table.sheet.rows[table.first]))
    return table.has_heads and max(heads["user"], heads["assistant"]) > 1


def _chosen(table: _Table, chosen: Columns) -> Mapping[str, int]:
    are_two = chosen.question != chosen.answer
    are_there = {chosen.question, chosen.answer} <= set(table.columns)
    return {"user": chosen.question, "assistant": chosen.answer} if are_two and are_there else {}


def _of_pairs(
    table: _Table, stream: BinaryIO, how: Mapping[str, str], found: Mapping[str, int]
) -> Source:
    asked = [found[meaning] for meaning in ("user", "input") if meaning in found]
    used = {*asked, found["assistant"], *([found["system"]] if "system" in found else [])}
    unused = ", ".join(table.name(at) for at in table.columns if at not in used)
    question = ", ".join(table.name(at) for at in asked)
    texts = _texts_of(table)
    return Source(
        kind="csv_table",
        params={**how, "question": question, "answer": table.name(found["assistant"])},
        unused=unused,
        items=partial(_pairs, table, stream, asked, found),
        columns=texts if len(texts) > 2 else {},
    )


def _pairs(
    table: _Table, stream: BinaryIO, asked: Sequence[int], found: Mapping[str, int]
) -> Iterator[Item]:
    for number, cells in _body(table, stream):
        if not any(cells):
            continue
        row = [*cells, *[""] * (table.sheet.width - len(cells))]
        question = "\n\n".join(row[at] for at in asked if row[at])
        answer = row[found["assistant"]]
        system = row[found["system"]] if "system" in found else ""
        if n := too_wide(table.columns, cells):
            yield LeftOut("row_too_wide", number, {"cells": n, "columns": len(table.columns)})
        elif not question:
            yield LeftOut("row_without_question", number)
        elif not answer:
            yield LeftOut("row_without_answer", number)
        else:
            example = conversation(question, answer, system)
            yield Line(number, f"{json.dumps(example, ensure_ascii=False)}\n".encode())


def _body(table: _Table, stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Rows behind the heads, which several tables in one file have again and again."""
    heads = table.sheet.rows[table.first] if table.has_heads else []
    for number, cells in rows_in(stream, table.sheet):
        if not heads or (number > table.first + 1 and cells != heads):
            yield number, cells


def too_wide(columns: Sequence[int], cells: Sequence[str]) -> int:
    """The number of cells of a row that has something outside the table's columns; else 0."""
    outside = [at for at, cell in enumerate(cells) if cell and at not in columns]
    return max(outside) + 1 if outside else 0


def _roles(table: _Table) -> tuple[int, int] | None:
    """The columns of roles and of what was said, by their heads or by the roles in them."""
    if {"role", "content"} <= table.meanings.keys():
        return table.meanings["role"], table.meanings["content"]
    if _is_pair(table.meanings):
        return None
    found = [at for at in table.columns if _are_roles(table.values(at))]
    others = [at for at in table.columns if at not in found and are_texts(table.values(at))]
    others = [at for at in others if at != table.meanings.get("conversation")]
    return (found[0], others[0]) if len(found) == len(others) == 1 else None


def _are_roles(values: Sequence[str]) -> bool:
    roles = [speaker_of(value) for value in values if value]
    return all(roles) and {"user", "assistant"} <= set(roles)


def _of_roles(
    table: _Table, stream: BinaryIO, how: Mapping[str, str], roles: tuple[int, int]
) -> Source:
    role, content = roles
    by = table.meanings.get("conversation")
    said = [
        role_tables.Said(nth, *_cells(row, role, content, by))
        for nth, row in enumerate(table.body, 1)
        if row != table.sheet.rows[table.first] or not table.has_heads
    ]
    params = {**how, "role": table.name(role), "content": table.name(content)}
    mode = role_tables.mode_of(said)
    if mode is None:
        return Source(kind="role_table_unclear", params=params)
    rows = partial(_said, table, stream, roles, by)
    used = {role, content, by}
    return Source(
        kind="role_table_pairs" if mode is role_tables.Mode.PAIRS else "role_table",
        params=params,
        unused=", ".join(table.name(at) for at in table.columns if at not in used),
        items=lambda: role_tables.dialogs(rows(), mode),
    )


def _said(
    table: _Table, stream: BinaryIO, roles: tuple[int, int], by: int | None
) -> Iterator[role_tables.Said]:
    for number, cells in _body(table, stream):
        n_cells = too_wide(table.columns, cells)
        yield role_tables.Said(number, *_cells(cells, *roles, by), n_cells)


def _cells(row: Sequence[str], role: int, content: int, by: int | None) -> tuple[str, str, str]:
    at = [*row, *[""] * (1 + max(role, content, by or 0) - len(row))]
    return at[role], at[content], at[by] if by is not None else ""


def _unclear(table: _Table, how: Mapping[str, str]) -> Source:
    """Nobody can say what the columns hold; a person may, if there are texts in two of them."""
    texts = _texts_of(table)
    if len(texts) < 2:
        others = [at for at in table.columns if at not in texts]
        few = next((at for at in others if are_few(table.values(at))), others[0])
        values = sorted(set(filter(None, table.values(few))))
        shown = ", ".join(value[:_LONGEST_NAME] for value in values[:3])
        return Source(
            kind="table_of_labels", params={**how, "column": table.name(few), "values": shown}
        )
    names = ", ".join(name for name, _ in texts.values())
    return Source(kind="table_unclear", params={**how, "columns": names}, columns=texts)


def _texts_of(table: _Table) -> dict[int, tuple[str, str]]:
    """Name and first text of each column that may hold questions or answers."""
    return {
        at: (table.name(at), _sample(table.values(at)))
        for at in table.columns
        if are_texts(table.values(at))
    }


def _sample(values: Sequence[str]) -> str:
    return next((value[:_LONGEST_HEAD] for value in values if value), "")
