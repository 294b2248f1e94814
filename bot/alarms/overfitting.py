"""Whether a model learns its examples by heart: better on what it trains on, worse on the rest."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.jobs.curves import Curves

_FEWEST: Final = 8
"""Points in a window at least."""
_RISING: Final = 0.85
_FALLING: Final = 0.6
"""Of the pairs."""
_RISE: Final = 1.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Overfit:
    """What was seen: losses in nats a token, the middle ones of a stretch before and of now."""

    step: int
    valid_before: float
    valid_now: float
    train_before: float
    train_now: float


def overfit(curves: Curves) -> Overfit | None:
    """What shows that the validation loss rises while the training loss falls; None: nothing does.

    Two neighbouring windows of validation points are compared, the last one and the one before it,
    each a quarter of all points and at least eight: single losses are noisy, and windows grow with
    the curve. The validation loss rises when a point of the later window is above one of the
    earlier in 85 % of all such pairs, and its median by 3 %. Over the same steps the training loss
    falls when later points are the lower ones in 60 % of the pairs: it falls slowly by then.
    Comparing by pairs needs no scale and lets no outlier decide; of made-up healthy curves with a
    noise of 10 % none in a hundred was taken for a bad one at any of their points. A validation
    loss that only stays where it is is no overfitting, nor are two losses that rise together.
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
