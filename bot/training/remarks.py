"""What is said beside a plan about the words that were not taken as they were typed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.training import Hyperparameters
from bot.errors import UserError


class RemarkKind(StrEnum):
    """Why a word was not taken as it is written."""

    UNKNOWN = "unknown"
    UNCLEAR = "unclear"
    """A number that may mean several things."""
    TWICE = "twice"
    """A part that was named again, so that the last word counts."""
    GUESSED = "guessed"
    EMPTY = "empty"
    """A name without a value."""
    REFUSED = "refused"
    """A value that is not possible; the error says what is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What is said beside the plan about a word."""

    kind: RemarkKind
    word: str
    """As it was typed, shortened."""
    taken: str = ""
    """What was taken instead."""
    error: UserError | None = None
    """For REFUSED."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """The parameters that words ask for."""

    parameters: Hyperparameters
    remarks: Sequence[Remark]
    """In the order of the words; empty: all of them were understood."""
    named: Collection[str] = ()
    """The fields for which a value was typed."""
