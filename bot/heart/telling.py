"""What admins are told of, and when."""

import math
from collections.abc import Collection
from typing import Final

from bot.heart.facts import TOLD, Problem

AGAIN_S: Final = 3600
"""Between two messages about the same kind of problem."""


class Telling:
    """A problem is told when two looks in a row find it, once an hour at most.

    When two looks find none of those that were told, all is well again.
    """

    def __init__(self) -> None:
        self._before: frozenset[Problem] = frozenset()
        self._open: set[Problem] = set()
        self._told_at: dict[Problem, float] = {}

    def news(self, problems: Collection[Problem], now: float) -> list[Problem]:
        """What is to be told of *problems*, which a look at the time *now* has found."""
        standing = self._before.intersection(problems)
        due = [
            each
            for each in TOLD
            if each in standing - self._open and now - self._told_at.get(each, -math.inf) >= AGAIN_S
        ]
        self._told_at |= dict.fromkeys(due, now)
        self._open.update(due)
        return due

    def is_well_again(self, problems: Collection[Problem]) -> bool:
        """Whether this look ends what was told; call it after `news`, once for each look."""
        is_over = bool(self._open) and not self._open & self._before.union(problems)
        if is_over:
            self._open.clear()
        self._before = frozenset(problems)
        return is_over


class Streak:
    """For how long something has been the same."""

    def __init__(self) -> None:
        self._what: object = None
        self._since = 0.0

    def seconds(self, what: object, now: float) -> float:
        """Of *what*, which is so now; of nothing it is 0."""
        if what != self._what:
            self._what, self._since = what, now
        return now - self._since if what else 0.0
