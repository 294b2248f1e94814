"""Which method of training the examples of a file are for."""

from collections import Counter

from bot.dataset.validation.pairs import method_of
from bot.domain import JsonDict
from bot.domain.datasets import TrainingMethod


class Methods:
    """Counts the examples of each method."""

    def __init__(self) -> None:
        self._counts: Counter[TrainingMethod] = Counter()
        self._first: dict[TrainingMethod, int] = {}
        self._n_in_a_row = 0
        self.last = TrainingMethod.SUPERVISED
        """Of the line read last; one that tells nothing is taken for another of these."""

    def add(self, method: TrainingMethod, line: int) -> None:
        """Count the example on *line*."""
        if method is not self.last:
            self._close_row()
            self.last = method
        # Nearly all files have one row: only where it ends is it put to the account.
        self._n_in_a_row += 1
        if self._n_in_a_row == 1:
            self._first.setdefault(method, line)

    def of(self, row: JsonDict, line: int) -> TrainingMethod:
        """By which rules the row on *line* is to be judged."""
        method = method_of(row)
        if method is not None:
            self.add(method, line)
        return self.last

    @property
    def main(self) -> TrainingMethod:
        """That of most examples; of equals the one that comes first."""
        self._close_row()
        if not self._counts:
            return TrainingMethod.SUPERVISED
        return self._counts.most_common(1)[0][0]

    def others(self) -> tuple[int, int] | None:
        """How many examples are not of the main method, and the first line of these."""
        main = self.main
        rest = [method for method in self._counts if method is not main]
        if not rest:
            return None
        return sum(self._counts[method] for method in rest), min(self._first[m] for m in rest)

    def _close_row(self) -> None:
        if self._n_in_a_row:
            self._counts[self.last] += self._n_in_a_row
            self._n_in_a_row = 0
