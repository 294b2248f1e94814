"""Examples that stay together, and a draw among them."""

import random
from array import array
from collections import Counter
from collections.abc import Sequence
from operator import itemgetter
from typing import Final

from bot.catalogue import load_catalogue
from bot.errors import TooFewToSplit

_FIXED: Final = -1.0
"""The place in the draw of what must stay in the training part."""


class Groups:
    """Who stays with whom; a group is known by the first of its examples."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 (a draw that can be repeated)
        self._parents = array("Q")
        self._places = array("d")

    def add(self, *, is_fixed: bool = False) -> int:
        """One more example, alone; with *is_fixed* it can't be chosen."""
        place = self._random.random()
        self._parents.append(len(self._parents))
        self._places.append(_FIXED if is_fixed else place)
        return len(self._parents) - 1

    def unite(self, one: int, other: int) -> None:
        """From now on both are in the same part, with all their company."""
        first, second = sorted((self._first(one), self._first(other)))
        self._parents[second] = first

    def chosen(self, share: float) -> bytearray:
        """1 for each example of the validation part, else 0.

        Raises:
            TooFewToSplit: whatever is chosen, too few are left.
        """
        sizes = self._sizes()
        free = [first for first in sizes if self._places[first] != _FIXED]
        order = sorted(free, key=self._places.__getitem__)
        least = load_catalogue().limits.min_examples
        most = len(self._parents) - least
        wanted = max(1, round(share * len(self._parents)))
        taken = _filled([(first, sizes[first]) for first in order], min(wanted, most), most)
        if not taken:
            raise TooFewToSplit(n=len(order), least=least + 1)
        return bytearray(self._first(index) in taken for index in range(len(self._parents)))

    def n_kept_together(self) -> int:
        """Examples that are not alone."""
        return sum(size for size in self._sizes().values() if size > 1)

    def _sizes(self) -> Counter[int]:
        return Counter(map(self._first, range(len(self._parents))))

    def _first(self, index: int) -> int:
        while (parent := self._parents[index]) != index:
            self._parents[index] = self._parents[parent]
            index = parent
        return index


def _filled(groups: Sequence[tuple[int, int]], wanted: int, most: int) -> set[int]:
    """Groups, given with their sizes, that together are about as many as wanted.

    None at all where even the smallest leaves too few for the other part.
    """
    taken: set[int] = set()
    missing = wanted
    for first, size in groups:
        if size <= missing:
            taken.add(first)
            missing -= size
    rest = [group for group in groups if group[0] not in taken]
    first, size = min(rest, key=itemgetter(1), default=(0, 0))
    is_nearer = not taken or size - missing < missing
    if size and is_nearer and wanted - missing + size <= most:
        taken.add(first)
    return taken
