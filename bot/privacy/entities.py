"""What is stored of one person, as they get to see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.ratings.entities import Rating
from bot.safety.entities import DangerKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDanger:
    """How many of the person's messages brought the help card for one kind of danger. No words."""

    kind: DangerKind
    n: int
    last_at: int
    """Unix time, seconds."""
    n_called: int
    """Of these, messages that the person showed to the people of the team by a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWords:
    """How much of a person's words there is."""

    n_conversations: int
    n_turns: int
    since: int | None
    """Unix time of the oldest turn; None: there is none."""
    n_ratings: int
    n_corrections: int
    dangers: Sequence[StoredDanger] = ()
    """By kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTurn:
    """A question and its answer, as the person gets to see them."""

    id: int
    conversation_id: int
    at: int
    """Unix time, seconds."""
    model: str
    question: str
    answer: str
    rating: Rating
