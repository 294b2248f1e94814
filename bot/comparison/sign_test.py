"""When votes for one of two are enough: a sign test that allows a look after every vote.

Repeated looks at a usual test, until it says "significant", find a difference in most comparisons
of a thing with itself. So this test spends the allowed error, for example 5 %, bit by bit (Lan and
DeMets 1983, https://doi.org/10.1093/biomet/70.3.659). Up to the n-th of N votes it spends at most
the share (n/N)³ (Kim and DeMets 1987, https://doi.org/10.1093/biomet/74.1.149). Early votes have
to be nearly unanimous, and most of the error is left for the end. The boundaries are exact for coin
tosses, not an approximation by a normal distribution.

Ties are left out, as in any sign test. An admin may prolong a comparison that saw no difference.
Whether they do depends on the same votes, so a part of the error is kept for that.
"""

import functools
from typing import Final

ALPHA: Final = 0.05
"""The chance that the test finds a difference where there is none."""
SURE_ALPHA: Final = 0.01
_FIRST_SHARE: Final = 0.75
"""Share of the error for the votes that were wanted at first."""


@functools.lru_cache(maxsize=64)
def boundaries(n_first: int, n_all: int, alpha: float) -> tuple[int, ...]:
    """How many of the first n votes one side needs to be called better, for n = 0 to *n_all*.

    Equal sides reach any of these with a probability of at most *alpha*. For the first *n_first*
    votes that is at most three quarters of *alpha*. An entry of n + 1 means that n votes can't
    decide. *n_first* votes were wanted at first, and *n_all* with the prolongation.
    """
    needed, spent = [1], 0.0
    undecided = {0: 1.0}  # votes for one side -> probability of that without a decision
    for n in range(1, n_all + 1):
        following: dict[int, float] = {}
        for wins, chance in undecided.items():
            for then in (wins, wins + 1):
                following[then] = following.get(then, 0.0) + chance / 2
        left = _allowed(n, n_first, n_all, alpha) - spent
        enough = n + 1
        while 2 * (enough - 1) > n:
            chance = sum(following.get(wins, 0.0) for wins in (enough - 1, n - enough + 1))
            if chance > left:
                break
            left -= chance
            spent += chance
            enough -= 1
        needed.append(enough)
        undecided = {k: p for k, p in following.items() if max(k, n - k) < enough}
    return tuple(needed)


def is_clear(n_one: int, n_other: int, *, n_first: int, n_all: int, alpha: float = ALPHA) -> bool:
    """Whether one side is better, by the votes for either side, together at most *n_all*.

    Call it after each vote, and stop at the first yes. *alpha* is the chance of a false yes over
    all these calls. For *n_first* and *n_all* see `boundaries`.
    """
    return max(n_one, n_other) >= boundaries(n_first, n_all, alpha)[n_one + n_other]


def _allowed(n: int, n_first: int, n_all: int, alpha: float) -> float:
    """How much of the error may be spent up to the n-th vote."""
    if n <= n_first:
        return alpha * _FIRST_SHARE * (n / n_first) ** 3
    late = (n**3 - n_first**3) / (n_all**3 - n_first**3)
    return alpha * (_FIRST_SHARE + (1 - _FIRST_SHARE) * late)
