"""When votes for one of two are enough: a sign test that may be looked at after every vote.

Looking at a usual test again and again until it says "significant" finds a difference in most
comparisons of a thing with itself. So the error that is allowed in all, say 5 %, is spent bit by
bit (Lan and DeMets 1983, https://doi.org/10.1093/biomet/70.3.659): up to the n-th of N votes at
most its share (n/N)³ (Kim and DeMets 1987, https://doi.org/10.1093/biomet/74.1.149), so that early
votes have to be nearly unanimous and most is left for the end. The boundaries are exact for coin
tosses: nothing here is an approximation by a normal distribution.

Ties say nothing about who is better and are left out, as in any sign test. An admin may prolong a
comparison that saw no difference: a part of the error is kept for that, because whether it is
prolonged depends on the same votes.
"""

import functools
from typing import Final

ALPHA: Final = 0.05
"""The chance that two equal models are ever said to differ, prolonged or not."""
SURE_ALPHA: Final = 0.01
_FIRST_SHARE: Final = 0.75
"""Of the error, for the votes that were wanted at first."""


@functools.lru_cache(maxsize=64)
def boundaries(n_first: int, n_all: int, alpha: float) -> tuple[int, ...]:
    """How many of the first n votes one side needs to be called better, for n = 0 to *n_all*.

    Equal sides reach any of these with a probability of at most *alpha*; up to *n_first*, with at
    most three quarters of it. Where no number would do it is n + 1, which nobody can reach.

    Args:
        n_first: Votes that were wanted at first.
        n_all: Votes with the prolongation; *n_first* without.
        alpha: Between 0 and 1.
    """
    needed, spent = [1], 0.0
    undecided = {0: 1.0}  # votes for one side -> probability that it is so, and nothing is decided
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
    """Whether one side is better; to be asked after each vote, and to be stopped at the first yes.

    Args:
        n_one: Votes for one side.
        n_other: Votes for the other; both together at most *n_all*.
        n_first: See `boundaries`.
        n_all: See `boundaries`.
        alpha: The chance of a false yes, over all the times that this is asked.
    """
    return max(n_one, n_other) >= boundaries(n_first, n_all, alpha)[n_one + n_other]


def _allowed(n: int, n_first: int, n_all: int, alpha: float) -> float:
    """How much of the error may be spent up to the n-th vote."""
    if n <= n_first:
        return alpha * _FIRST_SHARE * (n / n_first) ** 3
    late = (n**3 - n_first**3) / (n_all**3 - n_first**3)
    return alpha * (_FIRST_SHARE + (1 - _FIRST_SHARE) * late)
