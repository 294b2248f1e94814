"""A comparison with its votes so far, and a question that both of its models get."""

from dataclasses import dataclass

from bot.chat.question import Question
from bot.comparison.entities import AnswerPair, Comparison, ComparisonEnding, Votes
from bot.comparison.sign_test import ALPHA, SURE_ALPHA, is_clear
from bot.domain.models import ServedModel


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonResult:
    """A comparison with its votes so far."""

    comparison: Comparison
    a: ServedModel
    b: ServedModel
    votes: Votes

    @property
    def better(self) -> ServedModel | None:
        """The model that is better, beyond chance; None: the votes show no difference (yet)."""
        if not self._is_clear(ALPHA):
            return None
        return self.a if self.votes.n_a > self.votes.n_b else self.b

    @property
    def is_sure(self) -> bool:
        """Whether equal models would look so different in less than 1 % of comparisons."""
        return self._is_clear(SURE_ALPHA)

    @property
    def longer(self) -> int | None:
        """The number of votes up to which an admin may prolong it; None: they may not."""
        comparison = self.comparison
        if comparison.ending not in (ComparisonEnding.ENOUGH, ComparisonEnding.STOPPED):
            return None
        if self.votes.n < comparison.n_wanted:
            return comparison.n_wanted
        is_prolonged = comparison.n_wanted > comparison.n_first
        return None if is_prolonged else max(100, 2 * comparison.n_first)

    def _is_clear(self, alpha: float) -> bool:
        n_first, n_all = self.comparison.n_first, self.comparison.n_wanted
        return is_clear(self.votes.n_a, self.votes.n_b, n_first=n_first, n_all=n_all, alpha=alpha)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindQuestion:
    """A question that both models get."""

    pair: AnswerPair
    questions: tuple[Question, Question]
    """Of answer 1 and of answer 2."""

    @property
    def usual(self) -> int:
        """Which of them, 0 or 1, is history without a vote."""
        return 0 if self.pair.is_first_kept else 1
