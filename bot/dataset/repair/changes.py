"""What a repair changed: counted, with the first of each kind to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.dataset.recognition import LeftOut
from bot.dataset.validation.examples import conversation_of
from bot.domain.datasets import Finding, Level
from bot.gateways.dataset_file import Line

_SAMPLES: Final = 3
_SHOWN: Final = 10
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
    samples: Sequence[Sequence[tuple[str, str]]] = ()
    """The first examples of a file that was converted, as they will be learnt: in each, role and
    text of every message. Empty: nothing was converted."""
    left_out: Sequence[Finding] = ()
    """The first of the rows that make no example."""
    n_left_out: int = 0


class ChangeLog:
    """Collects changes in bounded memory."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._first: dict[str, tuple[int | None, str, str]] = {}
        self._samples: list[list[tuple[str, str]]] = []
        self._left_out: list[Finding] = []
        self.n_left_out = 0
        self.n_before = 0
        self.n_after = 0

    def leave_out(self, item: LeftOut) -> None:
        """Count a row that makes no example."""
        self.n_before += 1
        self.n_left_out += 1
        if len(self._left_out) < _SHOWN:
            finding = Finding(
                level=Level.WARNING, rule=item.rule, line=item.number, params=item.params
            )
            self._left_out.append(finding)

    def show(self, data: bytes) -> None:
        """Keep one of the first converted examples, to be looked at."""
        if len(self._samples) < _SAMPLES:
            messages = conversation_of(Line(0, data).row())
            said = [(str(m.get("role")), str(m.get("content") or "")) for m in messages]
            self._samples += [said] if said else []

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
        return Repair(
            changes=changes,
            n_before=self.n_before,
            n_after=self.n_after,
            samples=self._samples,
            left_out=self._left_out,
            n_left_out=self.n_left_out,
        )


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
