"""Edits of a dataset's lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class EditKind(StrEnum):
    """What was done with lines."""

    DROPPED = "dropped"
    REWORDED = "reworded"
    HIDDEN = "hidden"
    """Phones, mails and the like were replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change by hand, which made a version of another."""

    from_id: int
    dataset_id: int
    kind: EditKind
    lines: Sequence[int]
    """Their numbers in the version *from_id*, from 1."""
    edited_by: int
    edited_at: int
    """Unix time, seconds."""

    def moved(self, line: int) -> int | None:
        """The number of that line afterwards; None: it is dropped, or says something else."""
        if self.kind is not EditKind.HIDDEN and line in self.lines:
            return None
        n_before = sum(each < line for each in self.lines)
        return line - n_before if self.kind is EditKind.DROPPED else line
