"""Texts that are almost the same, found among many without comparing each with each.

Every text is known by a few of its features (pairs of neighbouring words): those with the smallest
hashes, so that similar texts choose mostly the same ones. Only texts that share enough of them are
compared letter by letter. The library for that takes 4 MB, so it comes with the first comparison.
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Final
from zlib import crc32

from bot.dataset.validation.language import words_of

MOST_TEXTS: Final = 50_000
MOST_CHARACTERS: Final = 20_000_000
"""So much is kept to compare with: about 100 MB at the worst."""

_N_FEATURES: Final = 8
_N_BUCKETS: Final = 1 << 16
_BUCKET: Final = 32
"""Texts that share a feature; those who come later are not found by it."""
_N_VERIFIED: Final = 8
_BEGINNING: Final = 5
"""Letters of a word that make a feature: its ending may differ."""

_LONG: Final = 2_000
_END: Final = 1_000
_SHORT: Final = 100
"""Characters; a word makes a difference in a text as short as this."""
_TINY: Final = 20
_ALIKE: Final = 90.0
_SAME_WORD: Final = 70.0
_NUMBER: Final = re.compile(r"\d+")
_FILLERS: Final = frozenset((
    "а", "и", "ну", "же", "вот", "бы", "ли", "то", "уж", "уже",
    "so", "and", "the", "a", "an", "well",
))  # fmt: skip


class Nearby:
    """Remembers texts and finds one that is almost the same.

    Deterministic between processes; memory and the time of a call are bounded.
    """

    def __init__(
        self, *, most_texts: int = MOST_TEXTS, most_characters: int = MOST_CHARACTERS
    ) -> None:
        self._room_texts = most_texts
        self._room = most_characters
        self._texts: list[str] = []
        self._numbers = array("Q")
        self._used = bytearray(_N_BUCKETS)
        # The system gives these pages only when they are written to.
        self._buckets = memoryview(bytearray(4 * _N_BUCKETS * _BUCKET)).cast("I")

    def __len__(self) -> int:
        return len(self._texts)

    @property
    def is_full(self) -> bool:
        """Whether no more texts are kept."""
        return self._room_texts <= 0 or self._room <= 0

    def find(self, text: str) -> int | None:
        """The number given to the most similar of the first texts; None: nothing is near."""
        return self._find(_Known(words_of(text)))

    def add(self, text: str, number: int) -> None:
        """Keep *text* under *number*, as long as there is room."""
        self._add(_Known(words_of(text)), number)

    def find_or_add(self, words: list[str], number: int) -> int | None:
        """Both in one, for the words of a text: what is near is returned and not kept."""
        known = _Known(words)
        found = self._find(known)
        if found is None:
            self._add(known, number)
        return found

    def _find(self, known: "_Known") -> int | None:
        for index in self._candidates(known.features):
            if _is_near(known.text, self._texts[index]):
                return self._numbers[index]
        return None

    def _add(self, known: "_Known", number: int) -> None:
        if self.is_full or not known.features:
            return
        self._room_texts -= 1
        self._room -= len(known.text)
        index = len(self._texts)
        self._texts.append(known.text)
        self._numbers.append(number)
        for bucket in known.features:
            if self._used[bucket] < _BUCKET:
                self._buckets[bucket * _BUCKET + self._used[bucket]] = index
                self._used[bucket] += 1

    def _candidates(self, features: list[int]) -> Iterable[int]:
        """Texts that share the most features, of equals the earlier; few that share a few."""
        sharing: list[int] = []
        for bucket in features:
            start = bucket * _BUCKET
            sharing += self._buckets[start : start + self._used[bucket]]
        least = max(1, (len(features) + 1) // 3)
        enough = [(-n, index) for index, n in Counter(sharing).items() if n >= least]
        return [index for _, index in sorted(enough)[:_N_VERIFIED]]


class _Known:
    """A text as it is compared, and the buckets of its features."""

    __slots__ = ("features", "text")

    def __init__(self, words: list[str]) -> None:
        text = " ".join(words)
        if len(text) > _LONG:
            text = f"{text[:_END]} {text[-_END:]}"
            words = text.split()
        self.text = text
        self.features = _features(words) if len(text) >= _TINY else []


def _features(words: list[str]) -> list[int]:
    """The buckets of the few features with the smallest hashes."""
    starts = [word[:_BEGINNING].encode() for word in words]
    if len(starts) == 1:
        starts *= 2
    hashes = {crc32(two, crc32(one)) for one, two in pairwise(starts)}
    return list({value % _N_BUCKETS for value in sorted(hashes)[:_N_FEATURES]})


def _is_near(one: str, other: str) -> bool:
    """Whether two texts say nearly the same: never where a number differs."""
    if min(len(one), len(other)) < 0.8 * max(len(one), len(other)):
        return False
    if max(len(one), len(other)) <= _SHORT:
        return _same_but_for_endings(one.split(), other.split())
    if sorted(_NUMBER.findall(one)) != sorted(_NUMBER.findall(other)):
        return False
    from rapidfuzz import fuzz  # noqa: PLC0415 - see above

    return bool(
        fuzz.ratio(one, other, score_cutoff=_ALIKE)
        or fuzz.token_sort_ratio(one, other, score_cutoff=_ALIKE)
    )


def _same_but_for_endings(one: list[str], other: list[str]) -> bool:
    """In a short text every word counts: "начать бизнес" is not "бросить бизнес"."""
    first, second = Counter(one), Counter(other)
    mine = sorted(word for word in (first - second).elements() if word not in _FILLERS)
    theirs = sorted(word for word in (second - first).elements() if word not in _FILLERS)
    return len(mine) == len(theirs) and all(map(_same_word, mine, theirs))


def _same_word(one: str, other: str) -> bool:
    if one[0] != other[0] or one.isdigit() or other.isdigit():
        return False
    from rapidfuzz import fuzz  # noqa: PLC0415 - see above

    return fuzz.ratio(one, other) >= _SAME_WORD
