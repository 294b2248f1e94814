"""Tables with a role and what was said in each row: where one conversation ends, if it is sure."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from bot.dataset.recognition.names import speaker_of
from bot.dataset.recognition.source import Broken, Item, LeftOut
from bot.domain import JsonDict
from bot.gateways.dataset_file import Line

_MOST_TURNS: Final = 1_000
"""A longer conversation is none: its rows would fill the memory."""


class Mode(Enum):
    """What tells one conversation from the next."""

    NUMBERS = auto()
    """A column with the same value in all rows of one."""
    GAPS = auto()
    """A blank row, or a system prompt, which begins one."""
    PAIRS = auto()
    """Nothing; questions and answers alternate, so each two are an example."""


@dataclass(frozen=True, slots=True)
class Said:
    """A row."""

    number: int
    role: str
    content: str
    conversation: str
    n_cells: int = 0
    """Its cells, if there are more than columns; else 0."""

    @property
    def is_blank(self) -> bool:
        """Whether it may separate two conversations."""
        return not (self.role or self.content)


@dataclass(slots=True)
class _Dialog:
    number: int
    conversation: str
    messages: list[JsonDict] = field(default_factory=list)
    fault: LeftOut | None = None


def mode_of(rows: Sequence[Said]) -> Mode | None:
    """How a table that begins with these rows is divided; None: nobody can be sure."""
    said = [row for row in rows if not row.is_blank]
    numbers = [row.conversation for row in said]
    if all(numbers) and len(set(numbers)) < len(numbers):
        return Mode.NUMBERS
    roles = [speaker_of(row.role) for row in said]
    n_prompts = roles.count("system")
    if n_prompts > 1 and roles[0] == "system":
        return Mode.GAPS
    filled = [not row.is_blank for row in rows]
    if said and not all(filled[filled.index(True) : len(filled) - filled[::-1].index(True)]):
        return Mode.GAPS
    alternates = all(role == ("user", "assistant")[nth % 2] for nth, role in enumerate(roles))
    return Mode.PAIRS if alternates else None


def dialogs(rows: Iterable[Said], mode: Mode) -> Iterator[Item]:
    """Each conversation as a line.

    Raises:
        Broken: a role that we don't know, or, in pairs, two questions in a row.
    """
    dialog: _Dialog | None = None
    seen: set[str] = set()
    for row in rows:
        if row.is_blank:
            if mode is Mode.GAPS and dialog:
                yield _finished(dialog, mode)
                dialog = None
            continue
        role = speaker_of(row.role)
        if not role:
            raise Broken("row_speaker", row.number, value=row.role or "—")
        if dialog and _begins(dialog, row, role, mode):
            yield _finished(dialog, mode)
            dialog = None
        if dialog is None:
            dialog = _Dialog(row.number, row.conversation)
            if mode is Mode.NUMBERS and row.conversation in seen:
                raise Broken("row_order", row.number)
            seen.add(row.conversation)
        _add(dialog, row, role)
    if dialog:
        yield _finished(dialog, mode)


def _begins(dialog: _Dialog, row: Said, role: str, mode: Mode) -> bool:
    """Whether a row begins another conversation."""
    match mode:
        case Mode.NUMBERS:
            return row.conversation != dialog.conversation
        case Mode.GAPS:
            return role == "system"
        case Mode.PAIRS:
            return len(dialog.messages) == len(("user", "assistant"))


def _add(dialog: _Dialog, row: Said, role: str) -> None:
    if len(dialog.messages) == _MOST_TURNS:
        raise Broken("row_order", row.number)
    dialog.messages.append({"role": role, "content": row.content})
    if row.n_cells:
        params = {"cells": row.n_cells, "columns": row.n_cells - 1}
        dialog.fault = dialog.fault or LeftOut("row_too_wide", row.number, params)
    elif not row.content:
        rule = "row_without_answer" if role == "assistant" else "row_without_question"
        dialog.fault = dialog.fault or LeftOut(rule, row.number)


def _finished(dialog: _Dialog, mode: Mode) -> Item:
    roles = [message["role"] for message in dialog.messages]
    if mode is Mode.PAIRS and roles != ["user", "assistant"]:
        raise Broken("row_order", dialog.number)
    if dialog.fault is None and "assistant" not in roles:
        return LeftOut("row_without_answer", dialog.number)
    if dialog.fault:
        return dialog.fault
    row = {"messages": dialog.messages}
    return Line(dialog.number, f"{json.dumps(row, ensure_ascii=False)}\n".encode())
