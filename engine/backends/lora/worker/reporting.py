"""What a child tells the server after a step."""

import random
import resource
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import TypeVar

import torch

from engine.backends.steps import epoch_ends, reported_steps

SAMPLE = 32
"""Rows of the validation file that are measured as training goes on; all are at an epoch's end."""
_VALIDATIONS = 10
"""How often a job measures the sample, besides the ends of its epochs."""
_PACE_FROM = 3
"""Steps after which the pace is known; the first one warms up."""

Row = TypeVar("Row")


@dataclass(slots=True)
class Tally:
    """Sums over what was measured."""

    loss: float = 0.0
    right: float = 0.0
    count: int = 0
    """Learnt tokens, or pairs."""

    def add(self, loss: float, right: float, count: int) -> None:
        """Add the sums of a part."""
        self.loss += loss
        self.right += right
        self.count += count

    @property
    def mean_loss(self) -> float:
        """In nats, for one token or pair."""
        return self.loss / self.count

    @property
    def accuracy(self) -> float:
        """0 to 1."""
        return self.right / self.count


@dataclass(frozen=True, slots=True)
class Schedule:
    """What happens after which steps."""

    reported: Set[int]
    validated: Set[int]
    epoch_ends: Set[int]

    @classmethod
    def of(cls, total_steps: int, n_epochs: int) -> "Schedule":
        """The schedule of a job."""
        reported = reported_steps(total_steps, n_epochs)
        ends = epoch_ends(total_steps, n_epochs)
        tenths = (total_steps * tenth / _VALIDATIONS for tenth in range(1, _VALIDATIONS + 1))
        validated = {next(step for step in reported if step >= tenth) for tenth in tenths}
        return cls(set(reported), validated | ends, ends)


def sample_of(rows: Sequence[Row], seed: int) -> list[Row]:
    """The rows that are measured as training goes on, in their order."""
    if len(rows) <= SAMPLE:
        return list(rows)
    choice = random.Random(seed)  # noqa: S311 - a draw that can be repeated
    return [rows[place] for place in sorted(choice.sample(range(len(rows)), SAMPLE))]


class Pace:
    """How fast the steps of this attempt are."""

    def __init__(self) -> None:
        self._done = 0
        self._first = 0.0
        self._last = 0.0

    def tick(self) -> None:
        """A step has ended."""
        self._done += 1
        self._last = time.monotonic()
        if self._done == 1:
            self._first = self._last

    @property
    def steps_per_s(self) -> float | None:
        """With all that belongs to a step, such as checkpoints; None: not known yet."""
        if self._done < _PACE_FROM:
            return None
        return (self._done - 1) / max(self._last - self._first, 1e-9)

    def seconds_for(self, steps: int) -> float | None:
        """How long so many steps take."""
        pace = self.steps_per_s
        return None if pace is None else steps / pace


def peak_bytes(device: str) -> int:
    """The most memory that this process has taken on its device."""
    if device.startswith("cuda"):
        return int(torch.cuda.max_memory_reserved(device))
    # Linux gives KiB: https://man7.org/linux/man-pages/man2/getrusage.2.html (looked up 2026-11-29)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
