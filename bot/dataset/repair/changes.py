"""What a repair changed: counted, with the first of each kind to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_LONGEST: Final = 80
_KEPT_BEHIND: Final = 24
"""Of a long excerpt, so many characters are its end, where the blanks are."""
_MARKS: Final = {"\n": "↵", "\r": "↵", "\t": "⇥"}
_BLANK: Final = "·"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairChange:
    """One kind of change."""

    kind: str
    """A rule's name; `repair_<kind>` is the key of its sentence in `bot/texts`."""
    n: int
    """Lines or rows that were changed so."""
    line: int | None
    """The first of them, in the file before the repair; None: the file as a whole."""
    before: str = ""
    """An excerpt of that line with its blanks made visible; empty: nothing to show."""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What was done to a file."""

    changes: Sequence[RepairChange]
    """In order of their first line."""
    n_before: int
    """Examples, good and bad: lines that are not blank, rows of a table, items of an array."""
    n_after: int


class ChangeLog:
    """Collects changes in bounded memory."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._first: dict[str, tuple[int | None, str, str]] = {}
        self.n_before = 0
        self.n_after = 0

    def note(
        self, kind: str, line: int | None, before: str | bytes = "", after: str | bytes = ""
    ) -> None:
        """Count a change."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        if kind not in self._first:
            self._first[kind] = (line, excerpt(_text(before)), excerpt(_text(after)))

    def repair(self) -> Repair:
        """All of it."""
        changes = [
            RepairChange(kind=kind, n=self._counts[kind], line=line, before=before, after=after)
            for kind, (line, before, after) in self._first.items()
        ]
        return Repair(changes=changes, n_before=self.n_before, n_after=self.n_after)


def excerpt(text: str) -> str:
    """At most 80 characters on one line, with the blanks at both ends made visible.

    >>> excerpt("  Hello ")
    '··Hello·'
    """
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - _KEPT_BEHIND - 1]}…{text[-_KEPT_BEHIND:]}"
    body = text.strip()
    start = text.index(body) if body else len(text)
    front, behind = text[:start], text[start + len(body) :]
    middle = "".join(_MARKS.get(c, c) for c in body)
    return _visible(front) + middle.encode(errors="replace").decode() + _visible(behind)


def _text(data: str | bytes) -> str:
    return data if isinstance(data, str) else data.decode(errors="replace").removesuffix("\n")


def _visible(blanks: str) -> str:
    return "".join(_MARKS.get(c, _BLANK) for c in blanks)
