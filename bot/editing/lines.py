"""Lines of a dataset file: found one by one, and changed in a copy. Everything here blocks."""

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final

from bot.dataset.validation.examples import conversation_of, message_lists
from bot.dataset.validation.hiding import hidden
from bot.dataset.validation.language import normalised
from bot.domain import JsonDict
from bot.export.identities import identity_of
from bot.gateways.dataset_file import Line, Progress, lines_of, open_dataset

TENTHS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """A line to look at."""

    number: int
    identity: bytes
    question: str
    answer: str
    """Empty, and *question* begins the line itself: it is no example with an answer."""
    n: int
    """How many there are with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be done with some lines."""

    dropped: Set[int] = frozenset()
    reworded: Mapping[int, str] = field(default_factory=dict)
    """Line -> the answer that takes the place of its last one."""
    hides: bool = False
    """Whether what leads to a person goes, in all lines."""


def find(
    path: Path,
    *,
    numbers: Set[int] = frozenset(),
    tenth: int | None = None,
    asked: Set[str] | None = None,
    kept: Set[bytes] = frozenset(),
    progress: Progress | None = None,
) -> FoundLine | None:
    """The first of these lines, of a tenth of all, or of those where somebody *asked* the same.

    A line belongs to a tenth by its content. Raises DatasetMissing.
    """
    first, n = None, 0
    by_number = tenth is None and asked is None
    asked = frozenset(map(normalised, asked)) if asked is not None else None
    with open_dataset(path, progress) as file:
        for line in lines_of(file):
            if line.is_rest or (by_number and line.number not in numbers):
                continue
            row = line.row()
            if asked is not None and normalised(_question(row)) not in asked:
                continue
            identity = _identity(row, line)
            if identity in kept or (tenth is not None and identity[0] % TENTHS != tenth):
                continue
            n += 1
            first = first or (line, row, identity)
    if first is None:
        return None
    line, row, identity = first
    answer = _answer(row)
    if answer is None:
        raw = line.data[:2000].decode(errors="replace")
        return FoundLine(number=line.number, identity=identity, question=raw, answer="", n=n)
    return FoundLine(
        number=line.number,
        identity=identity,
        question=_question(row),
        answer=answer["content"],
        n=n,
    )


def change_lines(
    path: Path, draft: Path, *, change: Change, progress: Progress | None = None
) -> list[int]:
    """Write the changed copy to *draft*; return the changed lines. Raises DatasetMissing."""
    changed: list[int] = []
    with open_dataset(path, progress) as file, draft.open("wb") as copy:
        for line in lines_of(file):
            data = _changed(line, change)
            if data != line.data and not line.is_rest:
                changed.append(line.number)
            copy.write(data)
    return changed


def _changed(line: Line, change: Change) -> bytes:
    if line.number in change.dropped:
        return b""
    if line.number not in change.reworded and not change.hides:
        return line.data
    row = line.row()
    before = json.dumps(row)
    if line.number in change.reworded and (answer := _answer(row)) is not None:
        answer["content"] = change.reworded[line.number]
    if change.hides and isinstance(row, dict):
        for messages in message_lists(row):
            for message in messages:
                if isinstance(message, dict) and isinstance(message.get("content"), str):
                    message["content"] = hidden(message["content"])
    if json.dumps(row) == before:
        return line.data
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _answer(row: object) -> JsonDict | None:
    """The last message of the assistant, if it is words."""
    said = [each for each in conversation_of(row) if each.get("role") == "assistant"]
    return said[-1] if said and isinstance(said[-1].get("content"), str) else None


def _question(row: object) -> str:
    said = [each for each in conversation_of(row) if each.get("role") == "user"]
    return str(said[-1].get("content") or "") if said else ""


def _identity(row: object, line: Line) -> bytes:
    if isinstance(row, dict):
        return identity_of(row)
    return blake2b(line.data.strip(), digest_size=16).digest()
