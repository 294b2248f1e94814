"""The signs of danger, read once from `signs_*.toml` and kept ready for matching.

A text is matched as sets of positions, each set one whole number: bit 7 says "the seventh word".
So a step of a phrase is a shift and an "and", whatever the text repeats; nothing backtracks.
"""

import functools
import tomllib
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.safety.entities import Danger, DangerKind, Grade
from bot.safety.normal import fold

LANGUAGES = ("ru", "en")
"""The languages of the signs."""

_GAPS = {"..": 3, "...": 6}
_NEAR = 12
"""How many words the parts of a phrase may be apart."""
_SILENT = 7
"""How many words an exception reaches."""
_CALM, _IDIOMS, _NOW = "calm", "idioms", "now"
_LONG, _LONG_STEM, _LONGEST = 6, 8, 9
"""In words of so many letters one slip is forgiven; in beginnings of at most so many."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next word of a phrase: one of a family, at most *reach* words after the one before."""

    words: int
    reach: int = 1
    not_after: tuple[int, ...] = ()
    not_before: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """Sequences of words that stand near each other, in any order."""

    parts: tuple[tuple[Step, ...], ...]
    needs: frozenset[int]
    """The families without which it stands nowhere."""

    def ends_in(self, found: Mapping[int, int]) -> int:
        """The positions where the phrase ends in a text, as bits; *found* has those of families."""
        if not self.needs <= found.keys():
            return 0
        first, *others = (_ends(part, found) for part in self.parts)
        for other in others:
            first &= _around(other, _NEAR)
        return first


class Phrases:
    """The phrases of several signs. Only those are tried of which a text has the rarest family."""

    def __init__(self, of_signs: Mapping[str, Sequence[Phrase]]) -> None:
        phrases = [(sign, phrase) for sign in of_signs for phrase in of_signs[sign]]
        n_phrases = Counter(family for _, phrase in phrases for family in phrase.needs)
        self._by_rarest: dict[int, list[tuple[str, Phrase]]] = defaultdict(list)
        for sign, phrase in phrases:
            rarest = min(phrase.needs, key=lambda each: n_phrases[each])
            self._by_rarest[rarest].append((sign, phrase))

    def ends_in(self, found: Mapping[int, int]) -> dict[str, int]:
        """Where one of a sign's phrases ends, as bits; only signs of which one does."""
        ends: dict[str, int] = defaultdict(int)
        for family in self._by_rarest.keys() & found.keys():
            for sign, phrase in self._by_rarest[family]:
                if places := phrase.ends_in(found):
                    ends[sign] |= places
        return ends


@dataclass(frozen=True, slots=True)
class Sign:
    """What is a sign of one kind of danger, and what around it says that it is none."""

    danger: Danger
    is_loud: bool
    unless: tuple[Phrase, ...]

    def positions(self, ends: int, found: Mapping[int, int], calm: int) -> int:
        """Where the sign stands in a text, as bits: those *ends* of its phrases that count.

        *calm* are the bits of films and the like.
        """
        places = ends if self.is_loud else ends & ~calm
        for phrase in self.unless if places else ():
            places &= ~_around(phrase.ends_in(found), _SILENT)
        return places


class _Spellings:
    """Wrong spellings and the right ones. A dict of so many would take eight times the memory."""

    def __init__(self, right: Mapping[int, str]) -> None:
        """*right* has the right spelling by the `hash` of a wrong one."""
        self._hashes = array("q", sorted(right))
        self._right = [right[wrong] for wrong in self._hashes]

    def right(self, spelling: str) -> str | None:
        """The right spelling, if it is known."""
        wrong = hash(spelling)
        place = bisect_left(self._hashes, wrong)
        is_known = place < len(self._hashes) and self._hashes[place] == wrong
        return self._right[place] if is_known else None


class Lexicon:
    """Which families a word belongs to."""

    def __init__(self) -> None:
        self.heads: set[str] = set()
        """The first words of the pairs that belong to a family."""
        self.corrected = functools.lru_cache(maxsize=20_000)(self._corrected)
        """A folded word without its slip, if it is no word of the signs but nearly one."""
        self._whole: dict[str, tuple[int, ...]] = {}
        self._stems: dict[str, tuple[int, ...]] = {}
        self._lengths: dict[str, set[int]] = defaultdict(set)
        self._slips: dict[bool, _Spellings] = {}
        """Of stems, and of other words."""
        self._added: dict[str, list[int]] = {}
        """The families of every literal so far; the one that was added last is the last."""

    def add(self, literals: Iterable[str], family: int) -> None:
        """Put words, pairs (`one_two`) and stems (`stem*`) into a family; `close` reads them."""
        for literal in literals:
            families = self._added.pop(literal, [])
            families.append(family)
            self._added[literal] = families

    def close(self) -> None:
        """Learn each word, pair and stem, and its slips; of equal slips the last counts."""
        shared: dict[tuple[int, ...], tuple[int, ...]] = {}
        slips: dict[bool, dict[int, str]] = {True: {}, False: {}}
        for literal, families in self._added.items():
            is_stem = literal[-1] == "*"
            first, *others = parts = [*map(fold, literal.rstrip("*").split("_"))]
            word = " ".join(parts)
            table = self._stems if is_stem else self._whole
            found = (*table.get(word, ()), *families)
            table[word] = shared.setdefault(found, found)
            if is_stem:
                self._lengths[word[:2]].add(len(word))
            self.heads.update([first] if others else [])
            for part in parts:
                if len(part) >= (_LONG_STEM if is_stem else _LONG):
                    ends_it = is_stem and part == word
                    slips[ends_it].update(dict.fromkeys(map(hash, (part, *_shorter(part))), part))
        self._added.clear()
        self._slips = {ends_it: _Spellings(slips[ends_it]) for ends_it in slips}

    def families(self, word: str) -> set[int]:
        """The families of a folded word, or of two with a space between."""
        found = set(self._whole.get(word, ()))
        for length in self._lengths.get(word[:2], ()):
            if length > word.find(" ") and word[:length] in self._stems:
                found.update(self._stems[word[:length]])
        return found

    def _corrected(self, word: str) -> str:
        if len(word) < _LONG or self.families(word):
            return word
        for spelling in (word, *_shorter(word)):
            if right := self._slips[False].right(spelling):
                return right
        for length in range(_LONG_STEM, min(len(word), _LONGEST) + 1):
            beginning = word[:length]
            for spelling in (beginning, *_shorter(beginning)):
                if (right := self._slips[True].right(spelling)) and abs(len(right) - length) < 2:
                    return right
        return word


def _shorter(word: str) -> Iterator[str]:
    """The word with one letter missing, the first one kept; nearly equal words share one."""
    return (word[:place] + word[place + 1 :] for place in range(1, len(word)))


class Signs:
    """All signs of one language."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.lexicon = Lexicon()
        self._data = data
        self._families: dict[str, int] = {}
        self._groups: dict[str, Sequence[str]] = {}
        entries = {f"sign {number}": entry for number, entry in enumerate(data["sign"])}
        around = {name: data[name] for name in (_CALM, _IDIOMS, _NOW)}
        self._phrases = Phrases(
            {name: self._read(entry["signs"]) for name, entry in (entries | around).items()}
        )
        self._signs = {name: self._sign(entry) for name, entry in entries.items()}
        # Only reading needed these.
        self.lexicon.close()
        self._families.clear()
        self._groups.clear()
        self._data = {}

    def ends_in(self, found: Mapping[int, int]) -> Mapping[str, int]:
        """Where phrases end in a text, for `calm` and `dangers`; *found* has its families."""
        return self._phrases.ends_in(found)

    def calm(self, ends: Mapping[str, int]) -> int:
        """Where a text speaks of a film, a game and the like, as bits."""
        return _around(ends.get(_CALM, 0), _SILENT * 3)

    def dangers(
        self, found: Mapping[int, int], ends: Mapping[str, int], calm: int
    ) -> Iterator[Danger]:
        """Every danger whose signs a text has, by the positions of its families as bits."""
        now = _around(ends.get(_NOW, 0), _SILENT + 2)
        idioms = _around(ends.get(_IDIOMS, 0), _SILENT)
        for name in self._signs.keys() & ends.keys():
            sign = self._signs[name]
            if places := sign.positions(ends[name], found, calm) & ~idioms:
                grade = Grade.ACUTE if places & now else sign.danger.grade
                yield Danger(sign.danger.kind, grade)

    def _sign(self, entry: Mapping[str, Any]) -> Sign:
        return Sign(
            Danger(DangerKind(entry["kind"]), Grade(entry["grade"])),
            entry.get("loud", False),
            self._read(entry.get("unless", "")),
        )

    def _read(self, lines: str) -> tuple[Phrase, ...]:
        return tuple(map(self._phrase, filter(None, map(str.strip, lines.splitlines()))))

    def _phrase(self, line: str) -> Phrase:
        parts = tuple(tuple(self._steps(part.split())) for part in line.split("&"))
        return Phrase(parts, frozenset(step.words for part in parts for step in part))

    def _steps(self, items: Iterable[str]) -> Iterator[Step]:
        reach = 1
        excluded: tuple[int, ...] = ()
        last: Step | None = None
        for item in items:
            if item in _GAPS:
                reach = _GAPS[item]
            elif item[0] == "-":
                excluded = (*excluded, self._family(item[1:]))
            else:
                if last:
                    yield last
                last = Step(self._family(item), reach, excluded)
                reach, excluded = 1, ()
        assert last
        yield Step(last.words, last.reach, last.not_after, excluded)

    def _family(self, item: str) -> int:
        if item not in self._families:
            self._families[item] = family = len(self._families)
            self.lexicon.add(dict.fromkeys(self._literals(item)), family)
        return self._families[item]

    def _literals(self, item: str) -> Iterator[str]:
        for part in item.split("/"):
            if part[0] == "{":
                yield from self._group(part[1:-1])
            else:
                yield part

    def _group(self, name: str) -> Sequence[str]:
        if name not in self._groups:
            words = self._data["words"][name].split()
            self._groups[name] = [literal for word in words for literal in self._literals(word)]
        return self._groups[name]


@functools.cache
def signs_in(language: str) -> Signs:
    """The signs of a language of LANGUAGES; read once."""
    file = Path(__file__).with_name(f"signs_{language}.toml")
    return Signs(tomllib.loads(file.read_text(encoding="utf-8")))


def _ends(steps: tuple[Step, ...], found: Mapping[int, int]) -> int:
    places = -1
    for step in steps:
        reachable = places if places == -1 else _after(places, step.reach)
        places = reachable & found[step.words]
        for family in step.not_after:
            places &= ~(found.get(family, 0) << 1)
        for family in step.not_before:
            places &= ~(found.get(family, 0) >> 1)
        if not places:
            break
    return places


def _after(places: int, reach: int) -> int:
    reached = 0
    for _ in range(reach):
        places <<= 1
        reached |= places
    return reached


def _around(places: int, reach: int) -> int:
    if not places:
        return 0
    done = 1
    while done <= reach:  # each turn doubles how far the set reaches
        shift = min(done, reach + 1 - done)
        places |= places << shift | places >> shift
        done += shift
    return places
