"""Blind comparisons of two models: what was asked of testers, and what they said."""

from dataclasses import dataclass
from enum import StrEnum

from bot.delivery.notifications import NotificationKind


class ComparisonKind(NotificationKind):
    """A kind of notification."""

    OVER = "comparison_over"


class Vote(StrEnum):
    """What a person says of two answers, by the numbers that they see."""

    FIRST = "first"
    SECOND = "second"
    SAME = "same"


class ComparisonEnding(StrEnum):
    """Why a comparison is over."""

    CLEAR = "clear"
    """One model is better."""
    ENOUGH = "enough"
    """As many votes as were wanted show no difference."""
    STOPPED = "stopped"
    """An admin stopped it."""
    GONE = "gone"
    """One of the models was taken off the list, or the server has it no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Testers get answers of two models side by side, for some of their questions."""

    id: int
    request_id: int
    """The command or press that started it."""
    model_a: int
    model_b: int
    n_first: int
    """Votes that were wanted at first."""
    n_wanted: int
    """Votes that are wanted now, ties among them."""
    every: int
    """Every so many-th answer that a tester gets is a pair; 1: all of them."""
    ending: ComparisonEnding | None
    """None: it runs."""

    @property
    def is_running(self) -> bool:
        """Whether pairs are shown and votes are counted."""
        return self.ending is None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPair:
    """Two answers to one question."""

    request_id: int
    """Of the question, and of the turn that is history without a vote; the other answer is kept as
    a turn with this number negated."""
    comparison_id: int
    person_id: int
    is_a_first: bool
    """Answer 1 is model A's."""
    is_first_kept: bool
    """Answer 1 is history without a vote."""
    vote: Vote | None = None

    @property
    def turns(self) -> tuple[int, int]:
        """The turns of answer 1 and answer 2, by their request ids."""
        n = self.request_id
        return (n, -n) if self.is_first_kept else (-n, n)

    def history(self, vote: Vote) -> int:
        """The turn that the conversation goes on from after that vote."""
        match vote:
            case Vote.FIRST:
                return self.turns[0]
            case Vote.SECOND:
                return self.turns[1]
        return self.request_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """How people voted, by model."""

    n_a: int
    n_b: int
    n_same: int
    n_people: int
    """Who voted; few people tell their own taste many times."""

    @property
    def n(self) -> int:
        """All of them."""
        return self.n_a + self.n_b + self.n_same
