"""Finds the training question that is nearest to a conversation, by character trigrams.

Each question is a unit vector of trigram counts, weighted by how rare a trigram is (TF-IDF).
A conversation is the last user message plus the earlier ones with decaying weights. The shorter
the last message, the more the earlier ones count: "А с чего начать?" refers to what came before.
"""

import math
import re
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zlib import crc32

from engine.tokens import text_of

MAX_CHARACTERS = 4_000
"""Only the beginning of a longer message counts."""
MAX_EARLIER = 6
"""How many earlier user messages count."""
_DECAY = 0.6
"""Weight of each earlier message relative to the one after it."""
_MIX = 0.9
"""Weight of all earlier messages for an empty last one; below 1, so that an exact match wins."""
_SHORT = 60.0
"""Characters of the last message over which that weight falls by a factor of e."""
_WORK = 4_000
"""Postings that an answer may read, rare trigrams first: less than half a millisecond."""
_REMEMBERED = 1_024
"""Messages whose vectors are cached: a conversation repeats its earlier ones each time."""

_NOT_WORDS = re.compile(r"[\W_]+")

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Pair:
    """A question of the training file and its answer."""

    question: str
    answer: str


class NearestAnswers:
    """An inverted index over the questions; read-only once built, so threads may share it."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self._answers = [pair.answer for pair in pairs]
        counts = [trigrams(pair.question) for pair in pairs]
        seen = Counter(gram for count in counts for gram in count)
        self._rarity = {gram: math.log(1 + len(pairs) / n) for gram, n in seen.items()}
        self._rarest = math.log(1 + len(pairs))
        self._vector = lru_cache(maxsize=_REMEMBERED)(self._unit_of)
        self._postings: dict[str, tuple[array[int], array[float]]] = {}
        for number, count in enumerate(counts):
            for gram, weight in self._unit(count).items():
                numbers, weights = self._postings.setdefault(gram, (array("L"), array("f")))
                numbers.append(number)
                weights.append(weight)

    def nearest(self, messages: Sequence[Mapping[str, Any]]) -> str:
        """The best answer that the conversation has not had yet; the same for the same input."""
        asked = [text_of(m.get("content")) for m in messages if m.get("role") == "user"]
        given = {text_of(m.get("content")) for m in messages if m.get("role") == "assistant"}
        scores = self._scores(self._query(asked))
        fresh = [number for number, answer in enumerate(self._answers) if answer not in given]
        candidates = fresh or range(len(self._answers))
        best = max(candidates, key=scores.__getitem__)
        if scores[best] == 0.0:  # Nothing is near: any will do, but a repeatable one.
            best = candidates[crc32("\n".join(asked).encode()) % len(candidates)]
        return self._answers[best]

    def _query(self, asked: Sequence[str]) -> Vector:
        last, earlier = (asked[-1] if asked else ""), asked[-1 - MAX_EARLIER : -1]
        query = dict(self._vector(last))
        history: dict[str, float] = {}
        for age, text in enumerate(reversed(earlier)):
            for gram, weight in self._vector(text).items():
                history[gram] = history.get(gram, 0.0) + weight * _DECAY**age
        norm = _length(history)
        mix = _MIX * math.exp(-len(last.strip()) / _SHORT)
        for gram, weight in history.items():
            query[gram] = query.get(gram, 0.0) + mix * weight / norm
        return query

    def _scores(self, query: Vector) -> list[float]:
        scores = [0.0] * len(self._answers)
        work = _WORK
        impact = {gram: -weight * self._rarity[gram] for gram, weight in query.items()}
        for gram in sorted(impact, key=impact.__getitem__):
            numbers, weights = self._postings[gram]
            if work <= 0:
                break
            work -= len(numbers)
            factor = query[gram]
            for number, weight in zip(numbers, weights, strict=True):
                scores[number] += factor * weight
        return scores

    def _unit_of(self, text: str) -> Vector:
        return self._unit(trigrams(text))

    def _unit(self, count: Mapping[str, int]) -> dict[str, float]:
        """TF-IDF, scaled to length 1; trigrams without a question count for the length only."""
        rarity, rarest = self._rarity, self._rarest
        vector = {g: (1 + math.log(n)) * rarity.get(g, rarest) for g, n in count.items()}
        norm = _length(vector)
        return {gram: weight / norm for gram, weight in vector.items() if gram in rarity}


def trigrams(text: str) -> Mapping[str, int]:
    """Character trigrams of *text* with their counts, without case, punctuation and ё."""
    words = _NOT_WORDS.sub(" ", text[:MAX_CHARACTERS].casefold().replace("ё", "е")).strip()
    padded = f" {words} " if words else ""
    return Counter(padded[i : i + 3] for i in range(len(padded) - 2))


def _length(vector: Vector) -> float:
    return math.hypot(*vector.values()) or 1.0
