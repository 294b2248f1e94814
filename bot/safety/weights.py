"""How much the pieces of a text speak for danger, by weights learnt from a table of lines.

The signs know what somebody thought of. The weights know a little of everything that was written
for the table. `python -m tests.safety.weigh` learns them, and nothing else changes them.
"""

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from bot.safety.normal import END

WINDOW: Final = 24
"""Words. A sign in a long message must not drown in the rest."""
_LENGTHS: Final = (3, 4, 5)
_STEM: Final = 5
_FEW: Final = 30
"""Pieces. So many or fewer weigh as little as they are: a "no" alone says nothing."""
_UNITS: Final = 100
"""Weights are stored as whole hundredths."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each piece, and where a text without pieces stands."""

    of: Mapping[int, int]
    """By the piece's `hash`, which is half as large in memory. Hundredths; above 0: for danger."""
    bias: int
    """Hundredths."""

    def score(self, words: Sequence[str]) -> float:
        """The logarithm of the odds that a text is about danger; that of its gravest window.

        *words* are folded, with END between sentences.
        """
        return (self.bias + max(map(self._sum, windows(words)))) / _UNITS

    def _sum(self, words: Sequence[str]) -> float:
        found = (self.of.get(hash(piece)) for piece in pieces_of(words))
        weights = [weight for weight in found if weight is not None]
        return sum(weights) / spread(len(weights))


@functools.cache
def weights() -> Weights:
    """The shipped weights; read once."""
    with Path(__file__).with_name("weights.txt").open(encoding="utf-8") as lines:
        bias = int(next(lines))
        pairs = (line.rstrip("\n").split("\t") for line in lines)
        number = functools.cache(int)  # each number once in memory
        return Weights({hash(piece): number(weight) for weight, piece in pairs}, bias)


def spread(n_pieces: int) -> float:
    """What the sum of the weights of so many pieces is divided by."""
    return math.sqrt(max(n_pieces, _FEW))


def windows(words: Sequence[str]) -> list[Sequence[str]]:
    """The words in overlapping parts of WINDOW words; one part where there are no more."""
    if len(words) <= WINDOW:
        return [words]
    return [words[n : n + WINDOW] for n in range(0, len(words) - WINDOW // 2, WINDOW // 2)]


def pieces_of(words: Sequence[str]) -> set[str]:
    """The pieces of some folded words: of three to five letters, stems, and pairs of stems.

    `_` marks an edge of a word. A pair with two spaces has one word between.
    """
    pieces = {piece for word in words if word != END for piece in _parts(f"_{word}_")}
    stems = [word[:_STEM] for word in words]
    pieces.update(f"{stem} " for stem in stems)
    pieces.update(f"{one} {next_one}" for one, next_one in pairwise(stems))
    pieces.update(f"{one}  {after}" for one, after in zip(stems, stems[2:], strict=False))
    return pieces


def _parts(word: str) -> Iterator[str]:
    for length in _LENGTHS:
        for start in range(len(word) - length + 1):
            yield word[start : start + length]
