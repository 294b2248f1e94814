"""Learns the weights of `bot/safety/weights.txt`: `python -m tests.safety.weigh`; two minutes.

A logistic regression with AdaGrad steps, averaged over the later rounds, always with the same seed.
It learns from every table of this folder but the unseen one.
"""

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.safety import weights as shipped
from bot.safety.normal import words_of
from bot.safety.weights import pieces_of, spread, windows
from tests.safety.figures import LEARNT, Line, lines_of

FILE = Path(shipped.__file__).with_name("weights.txt")
ROUNDS, RATE, DECAY, SEED = 14, 0.25, 3e-5, 1
MOST = 30_000
"""Pieces that are kept, those that weigh most."""

Windows = list[set[str]]
"""The pieces of each window of a line."""


@dataclass
class Regression:
    """The weights on their way."""

    weights: dict[str, float]
    bias: float = 0.0
    squares: dict[str, float] = field(default_factory=dict)
    """Of each piece's steps so far."""

    def sum(self, window: Sequence[str]) -> float:
        return sum(map(self.weights.__getitem__, window)) / spread(len(window))

    def learn(self, line: list[list[str]], is_danger: bool) -> None:
        """One step for one line, by its gravest window."""
        window = max(line, key=self.sum)
        score = max(-30.0, min(30.0, self.bias + self.sum(window)))
        error = 1 / (1 + math.exp(-score)) - is_danger
        share = error / spread(len(window))
        for piece in window:
            slope = share + DECAY * self.weights[piece]
            self.squares[piece] = self.squares.get(piece, 1e-6) + slope * slope
            self.weights[piece] -= RATE * slope / math.sqrt(self.squares[piece])
        self.bias -= 0.02 * error


def learn(lines: Sequence[Line]) -> tuple[dict[str, float], float]:
    """Weights and bias: once with the pieces of two lines or more, then with the heaviest alone."""
    cut = [
        [pieces_of(part) for part in windows([word.folded for word in words_of(line.text)])]
        for line in lines
    ]
    answers = [line.is_danger for line in lines]
    counts = Counter(piece for parts in cut for piece in set().union(*parts))
    weights, _ = fit(cut, answers, {piece for piece, n in counts.items() if n > 1})
    heaviest = sorted(weights, key=lambda piece: (-abs(weights[piece]), piece))
    return fit(cut, answers, set(heaviest[:MOST]))


def fit(
    cut: Sequence[Windows], answers: Sequence[bool], pieces: set[str]
) -> tuple[dict[str, float], float]:
    """The weights of *pieces* with which they tell best whether a line is about danger."""
    known = [[sorted(window & pieces) for window in line] for line in cut]
    regression = Regression(dict.fromkeys(sorted(pieces), 0.0))
    total, total_bias = dict.fromkeys(regression.weights, 0.0), 0.0
    order, dice = list(range(len(cut))), random.Random(SEED)
    for n_round in range(ROUNDS):
        dice.shuffle(order)
        for n in order:
            regression.learn(known[n], answers[n])
        if n_round >= ROUNDS // 2:
            total_bias += regression.bias
            for piece, weight in regression.weights.items():
                total[piece] += weight
    n_averaged = ROUNDS - ROUNDS // 2
    return {piece: sum_ / n_averaged for piece, sum_ in total.items()}, total_bias / n_averaged


def text_of(weights: dict[str, float], bias: float) -> str:
    """The bias, then a line for each piece, heaviest first; in hundredths."""
    heaviest = sorted(weights, key=lambda piece: (-abs(weights[piece]), piece))
    rows = [f"{round(100 * weights[piece])}\t{piece}" for piece in heaviest]
    return "\n".join([str(round(100 * bias)), *rows, ""])


if __name__ == "__main__":
    learnt = learn([line for table in LEARNT for line in lines_of(table)])
    FILE.write_text(text_of(*learnt), encoding="utf-8")
