"""How long answers are, and which ones stand out."""

from array import array
from collections.abc import Iterator
from functools import cached_property
from statistics import median_low
from typing import Final

from bot.domain.datasets import Spread

_WORTH_JUDGING: Final = 100
"""Where answers are usually shorter than this, a short one is nothing special."""
_SHORTER: Final = 10
_LONGER: Final = 5
_LONG: Final = 1_000
"""Characters; a shorter answer is never called long."""


class Answers:
    """Remembers the length of each example's last answer: eight bytes an example."""

    def __init__(self) -> None:
        self._lines = array("I")
        self._marks = array("I")  # the length, doubled, and 1 more for an answer of one word
        self.n_questioning = 0
        """Answers that ask a question."""

    def add(self, answer: str, line: int) -> None:
        """Remember the answer of the example on *line*."""
        self._lines.append(line)
        is_word = " " not in answer and len(answer.split()) == 1
        self._marks.append(2 * len(answer) + is_word)
        self.n_questioning += "?" in answer

    @property
    def spread(self) -> Spread | None:
        """The lengths in characters; None when nobody answered."""
        if not self._marks:
            return None
        return Spread(
            smallest=min(self._marks) // 2, median=self.usual, largest=max(self._marks) // 2
        )

    @cached_property
    def usual(self) -> int:
        """The median; asked for only when all answers are known."""
        return median_low(self._marks) // 2

    def too_short(self) -> Iterator[tuple[int, int]]:
        """Line and length of each answer that is a tenth of the usual, or a single word."""
        if self._marks and self.usual >= _WORTH_JUDGING:
            for line, mark in zip(self._lines, self._marks, strict=True):
                if mark % 2 or mark // 2 * _SHORTER < self.usual:
                    yield line, mark // 2

    def too_long(self) -> Iterator[tuple[int, int]]:
        """Line and length of each answer that is far longer than the usual."""
        if self._marks:
            least = max(_LONGER * self.usual, _LONG)
            for line, mark in zip(self._lines, self._marks, strict=True):
                if mark // 2 > least:
                    yield line, mark // 2
