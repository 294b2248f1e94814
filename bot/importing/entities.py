"""What an exported chat holds, what is made of it, and an import that waits for a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Pair(NamedTuple):
    """A question, and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Somebody who writes in the chat."""

    key: str
    name: str
    """Empty for an account that was deleted."""
    n: int
    """Messages with words of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Who writes there, the likeliest Natasha first."""

    n: int
    speakers: Sequence[Speaker]


class Unfit(StrEnum):
    """Why a pair is left out."""

    DANGER = "danger"
    SECRET = "secret"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    """Nothing but what had to be hidden."""
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of a chat."""

    n: int
    """Examples."""
    n_hidden: int
    """Phones, addresses, names and links that were taken out of them."""
    samples: Sequence[Pair]
    unfit: Mapping[Unfit, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A chat that somebody has not decided about yet."""

    id: int
    """The update that brought it, or began to gather it."""
    is_gathering: bool
