"""Which signs of formatting belong together: a pair around words that people would format."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_NEVER_FIRST: Final = re.compile(r"[,;:/\\=%&)\]}>^]|\.(?!\.)")
_NEVER_LAST: Final = "=+/\\([{<^&@#$-"
_MAY_BE_LAST: Final = re.compile(r"[^\W_](?:\+\+?|#)|\d\$")
"""C++, C#, 18+, 100$: between double signs."""
_MOST_OPEN: Final = 8
"""Signs that wait for their other half. Nobody nests deeper, and a text of signs takes no time."""
_MOST_TRIES: Final = 4
"""To leave out runs of which only a part would be used; after that nothing is formatted."""
_SECRET: Final = re.compile(r"[^\W_]{3}|[\u0400-\u04ff]{2}")
"""A spoiler has a word; "||v||" is the norm of a vector."""
_CODE_WORD: Final = re.compile(r"[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Run:
    """A run of equal signs, such as two stars."""

    sign: str
    start: int
    end: int
    opens: bool
    closes: bool


@dataclass(slots=True)
class _Open:
    """What is left of a run that has opened something."""

    run: Run
    end: int
    """The signs from here on are used."""


Pair = tuple[tuple[int, int], tuple[int, int], str]
"""(place of the opening signs, place of the closing ones, the signs)."""


class Words:
    """A block of a text, which can tell at once what is between two places.

    Args:
        text: The whole text.
        start: Where the block begins.
        end: Where it ends.
    """

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start, self.end = start, end
        block = text[start:end]
        self._n_letters = [0, *itertools.accumulate(map(str.isalpha, block))]
        self._n_words = [0, *itertools.accumulate(map(_is_said, block))]

    def fit(self, start: int, end: int, sign: str) -> bool:
        """Whether the words between these places are formatted with that sign by anybody."""
        last = self.text[end - 1]
        may_end = last not in _NEVER_LAST or (
            len(sign) > 1 and _MAY_BE_LAST.search(self.text, max(start, end - 3), end) is not None
        )
        return may_end and self.begin(start, end, sign)

    def begin(self, start: int, end: int, sign: str) -> bool:
        """Whether words that begin like these are formatted by anybody."""
        if _NEVER_FIRST.match(self.text, start) or self.are_code(start, end, sign):
            return False
        if sign[0] == "|" and not _SECRET.search(self.text, start, end):
            return False
        counts = self._n_letters if len(sign) == 1 else self._n_words
        return counts[end - self.start] > counts[start - self.start]

    def are_code(self, start: int, end: int, sign: str) -> bool:
        """Whether they are a name of a program between underscores."""
        return sign[0] == "_" and _CODE_WORD.fullmatch(self.text, start, end) is not None


def _is_said(sign: str) -> bool:
    return sign.isalnum() or sign >= "\u2190"


def pairs_of(words: Words, runs: list[Run], *, cut: bool) -> list[Pair]:
    """The signs that belong together; a run whose signs are not all used stays a word.

    *cut*: the text breaks off, which closes whatever is open there.
    """
    owners = {place: run for run in runs for place in range(run.start, run.end)}
    for _ in range(_MOST_TRIES):
        pairs = list(_matches(words, runs, cut=cut))
        used = Counter(
            owners[place].start
            for opening, closing, _ in pairs
            for place in (*range(*opening), *range(*closing))
        )
        left = {run.start for run in runs if 0 < used[run.start] < run.end - run.start}
        if not left:
            return pairs
        runs = [run for run in runs if run.start not in left]
    return []  # a heap of signs


def _matches(words: Words, runs: list[Run], *, cut: bool) -> Iterator[Pair]:
    stack: list[_Open] = []
    for run in runs:
        start = run.start
        while run.closes and start < run.end:
            index = _opener(words, stack, run, start)
            if index is None:
                break
            opener = stack[index]
            size = min(2, opener.end - opener.run.start, run.end - start)
            yield (opener.end - size, opener.end), (start, start + size), run.sign * size
            opener.end, start = opener.end - size, start + size
            del stack[index + (opener.end > opener.run.start) :]
        if run.opens and start == run.start:
            stack.append(_Open(run, run.end))
            del stack[:-_MOST_OPEN]
    for opener in stack if cut else ():
        begin, end = opener.run.end, words.end
        while (size := min(2, opener.end - opener.run.start)) and words.begin(
            begin, end, opener.run.sign * size
        ):
            yield (opener.end - size, opener.end), (end, end), opener.run.sign * size
            opener.end -= size


def _opener(words: Words, stack: list[_Open], run: Run, start: int) -> int | None:
    """The place in *stack* of what the run closes."""
    for index in reversed(range(len(stack))):
        opener = stack[index]
        if opener.run.sign != run.sign:
            continue
        size = min(2, opener.end - opener.run.start, run.end - start)
        if words.are_code(opener.run.end, run.start, run.sign):  # its underscores are its own
            del stack[index]
            return None
        if words.fit(opener.run.end, run.start, run.sign * size):
            return index
    return None
