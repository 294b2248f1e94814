"""Whether a model learns its examples by heart: better on its examples, worse on all others."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.jobs.curves import Curves

_FEWEST: Final = 8
"""A window has at least so many points."""
_RISING: Final = 0.85
_FALLING: Final = 0.6
"""Share of the pairs of points."""
_RISE: Final = 1.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Overfit:
    """Losses in nats per token: the medians of the window before and of the present one."""

    step: int
    valid_before: float
    valid_now: float
    train_before: float
    train_now: float


def overfit(curves: Curves) -> Overfit | None:
    """The losses that show a rising validation loss and a falling training loss; None: none do.

    The rule compares the last window of validation points with the one before it. Each is a quarter
    of all points and at least eight, because single losses are noisy.

    The validation loss rises when the later point is higher in 85 % of all pairs of points from the
    two windows, and the later median is 3 % higher. The training loss falls over the same steps
    when the later point is lower in 60 % of the pairs: by then it falls slowly.

    Pairs need no scale, and no outlier decides. Of a hundred simulated healthy curves with a noise
    of 10 %, the rule found none bad at any point. A constant validation loss is not overfitting,
    nor are two losses that rise together.
    """
    valid = curves.full_valid if len(curves.full_valid) >= 2 * _FEWEST else curves.valid
    size = max(_FEWEST, len(valid) // 4)
    if len(valid) < 2 * size:
        return None
    before, now = valid[-2 * size : -size], valid[-size:]
    starts = before[0].step, now[0].step
    train_before = [p.loss for p in curves.train if starts[0] <= p.step < starts[1]]
    train_now = [p.loss for p in curves.train if starts[1] <= p.step <= now[-1].step]
    valid_before, valid_now = [p.loss for p in before], [p.loss for p in now]
    if not (train_before and train_now):
        return None
    found = Overfit(
        step=now[-1].step,
        valid_before=statistics.median(valid_before),
        valid_now=statistics.median(valid_now),
        train_before=statistics.median(train_before),
        train_now=statistics.median(train_now),
    )
    is_rising = found.valid_now > found.valid_before * _RISE and (
        _share_above(valid_now, valid_before) >= _RISING
    )
    is_falling = _share_above(train_before, train_now) >= _FALLING
    return found if is_rising and is_falling else None


def _share_above(ones: Sequence[float], others: Sequence[float]) -> float:
    """In which share of all pairs the one is above the other."""
    return sum(one > other for one in ones for other in others) / (len(ones) * len(others))
