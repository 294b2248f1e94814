"""What a dataset is like: the numbers of a report that are no findings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from bot.dataset.validation.themes import theme_of
from bot.domain.datasets import TokenStatistics

_ENOUGH: Final = 0.6
"""The share of examples with a theme that makes the themes worth showing."""


class Profile:
    """Counts, in memory that does not grow with the number of examples."""

    def __init__(self) -> None:
        self._lengths: Counter[int] = Counter()
        self._turns: Counter[int] = Counter()
        self._counted: Counter[str] = Counter()

    def add_tokens(self, n_tokens: int) -> None:
        """Count the tokens of an example, good or bad."""
        self._lengths[n_tokens] += 1

    def add_turns(self, roles: Sequence[str]) -> None:
        """Count the assistant's answers among the roles of a sound example."""
        self._turns[roles.count("assistant")] += 1

    def add_theme(self, question: Sequence[str], answer: Sequence[str]) -> None:
        """Count the theme of an example, from its words."""
        self._counted[theme_of(question, answer)] += 1

    @property
    def turns(self) -> Mapping[int, int]:
        """Examples by the number of answers in them, ordered by that number."""
        return dict(sorted(self._turns.items()))

    @property
    def themes(self) -> Mapping[str, int]:
        """Examples by theme, most frequent first; empty when too few have any."""
        n, n_without = self._counted.total(), self._counted[""]
        if not n or n - n_without < _ENOUGH * n:
            return {}
        return {theme: count for theme, count in self._counted.most_common() if count}

    def tokens(self, encoding: str) -> TokenStatistics | None:
        """The tokens of all examples; None when none could be read."""
        if not self._lengths:
            return None
        return TokenStatistics(
            encoding=encoding,
            total=sum(length * count for length, count in self._lengths.items()),
            smallest=min(self._lengths),
            median=_percentile(self._lengths, 50),
            p95=_percentile(self._lengths, 95),
            largest=max(self._lengths),
        )


def _percentile(lengths: Counter[int], percent: int) -> int:
    """The smallest length that *percent* of 100 do not exceed: of two middles the lower."""
    rest = -(-lengths.total() * percent // 100)
    for length in sorted(lengths):
        rest -= lengths[length]
        if rest <= 0:
            return length
    raise AssertionError("a percentile of nothing")
