"""What a dataset is like: counts over its lines, in memory that grows little with the file."""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from statistics import median_low
from typing import Final

from bot.dataset.validation.content_rules import RepetitionIndex
from bot.dataset.validation.examples import (
    PREFERRED,
    conversation_of,
    method_of,
    system_prompt_of,
)
from bot.dataset.validation.language import SCRIPTS, script_of
from bot.domain import JsonDict
from bot.domain.datasets import Spread, TokenStatistics, TrainingMethod
from bot.gateways.dataset_file import lines_of, open_dataset

_MOST_PROMPTS: Final = 1_000
_MOST_CHARACTERS: Final = 4_000_000
_FIRST_LINES: Final = 200
_MOST_FIELDS: Final = 100

_WORTH_JUDGING: Final = 100
"""Where answers are usually shorter than this, a short one is nothing special."""
_SHORTER: Final = 10
_LONGER: Final = 5
_LONG: Final = 1_000
"""Characters; a shorter answer is never called long."""

_CLEAR: Final = 0.7
"""The share of examples that makes a script the main one."""
_ENOUGH: Final = 0.6
"""The share of examples with a theme that makes the themes worth showing."""


@dataclass(slots=True)
class Occurrences:
    """How often something occurs, and where first."""

    n: int = 0
    first_line: int | None = None

    def add(self, line: int) -> None:
        """Count the one on *line*."""
        self.n += 1
        self.first_line = self.first_line or line


class Methods:
    """Counts the examples of each method of training."""

    def __init__(self) -> None:
        self._found: dict[TrainingMethod, Occurrences] = {}
        self.last = TrainingMethod.SUPERVISED
        """Of the line read last; one that tells nothing is taken for another of these."""

    def add(self, method: TrainingMethod, line: int) -> None:
        """Count the example on *line*."""
        self.last = method
        self._found.setdefault(method, Occurrences()).add(line)

    def of(self, row: JsonDict, line: int) -> TrainingMethod:
        """By which rules the row on *line* is to be judged."""
        method = method_of(row)
        if method is not None:
            self.add(method, line)
        return self.last

    @property
    def main(self) -> TrainingMethod:
        """That of most examples; of equals the one that comes first."""
        default = TrainingMethod.SUPERVISED
        return max(self._found, key=lambda method: self._found[method].n, default=default)

    def others(self) -> Iterator[Occurrences]:
        """The examples that are not of the main method."""
        main = self.main
        yield from (found for method, found in self._found.items() if method is not main)


class SystemPrompts:
    """Counts system prompts; keeps the words of the first thousand different ones."""

    def __init__(self) -> None:
        self._kept: dict[str, Occurrences] = {}
        self._unkept = Occurrences()
        self._room = _MOST_CHARACTERS
        self.missing = Occurrences()
        """Examples that do not begin with one."""

    def add(self, prompt: str, line: int) -> None:
        """Count the prompt of the example on *line*; "" means none."""
        self._occurrences(prompt).add(line)

    def _occurrences(self, prompt: str) -> Occurrences:
        if not prompt:
            return self.missing
        if prompt in self._kept:
            return self._kept[prompt]
        if len(self._kept) >= _MOST_PROMPTS or len(prompt) > self._room:
            return self._unkept
        self._room -= len(prompt)
        return self._kept.setdefault(prompt, Occurrences())

    @property
    def main(self) -> str:
        """The most frequent one; of equals the first. Empty when there is none."""
        return max(self._kept, key=lambda prompt: self._kept[prompt].n, default="")

    def counts(self) -> dict[str, int]:
        """How often each occurs, most frequent first; "" means none."""
        found = {**self._kept, "": self.missing} if self.missing.n else self._kept
        counted = {prompt: occurrences.n for prompt, occurrences in found.items()}
        return dict(sorted(counted.items(), key=lambda item: item[1], reverse=True))

    def others(self) -> Iterator[tuple[str, Occurrences]]:
        """Every prompt but the main one."""
        main = self.main
        yield from ((prompt, found) for prompt, found in self._kept.items() if prompt != main)
        if self._unkept.n:
            yield "…", self._unkept


def first_system_prompt(path: Path) -> str:
    """The most frequent system prompt of the first 200 lines; empty when they have none.

    Known before the file has been checked: what is wrong with it is for validation to say.

    Raises:
        DatasetMissing: there is no such file, or it can't be read.
    """
    prompts = SystemPrompts()
    with open_dataset(path) as file:
        for line in islice((line for line in lines_of(file) if not line.is_rest), _FIRST_LINES):
            prompts.add(system_prompt_of(conversation_of(line.row())), line.number)
    return prompts.main


class Answers:
    """Remembers the length of each learnt answer: twelve bytes an answer."""

    def __init__(self) -> None:
        self._lines = array("I")
        self._numbers = array("I")
        self._marks = array("I")  # the length, doubled, and 1 more for an answer of one word
        self.n_questioning = 0
        """Answers that ask a question."""

    def add(self, answer: str, line: int, number: int) -> None:
        """Remember an answer of the example on *line*, with its `Turn.number`."""
        self._lines.append(line)
        self._numbers.append(number)
        is_word = " " not in answer and len(answer.split()) == 1
        self._marks.append(2 * len(answer) + is_word)
        self.n_questioning += "?" in answer

    @property
    def spread(self) -> Spread | None:
        """The lengths in characters; None when nobody answered."""
        if not self._marks:
            return None
        return Spread(
            smallest=min(self._marks) // 2, median=self.usual, largest=max(self._marks) // 2
        )

    @cached_property
    def usual(self) -> int:
        """The median; asked for only when all answers are known."""
        return median_low(self._marks) // 2

    def too_short(self) -> Iterator[tuple[int, int | str, int]]:
        """Line, place and length of each that is a tenth of the usual, or a single word."""
        if self._marks and self.usual >= _WORTH_JUDGING:
            for line, place, mark in self._all():
                if mark % 2 or mark // 2 * _SHORTER < self.usual:
                    yield line, place, mark // 2

    def too_long(self) -> Iterator[tuple[int, int | str, int]]:
        """Line, place and length of each that is far longer than the usual."""
        if self._marks:
            least = max(_LONGER * self.usual, _LONG)
            for line, place, mark in self._all():
                if mark // 2 > least:
                    yield line, place, mark // 2

    def _all(self) -> Iterator[tuple[int, int | str, int]]:
        for line, number, mark in zip(self._lines, self._numbers, self._marks, strict=True):
            yield line, number or PREFERRED, mark


class Scripts:
    """Remembers the script of each example, a byte each, until that of the file is known."""

    def __init__(self) -> None:
        self._lines = array("I")
        self._codes = bytearray()

    def add(self, text: str, line: int) -> None:
        """Judge the words of the example on *line*."""
        script = script_of(text)
        if script:
            self._lines.append(line)
            self._codes.append(SCRIPTS.index(script))

    @property
    def main(self) -> str:
        """The script of most examples; "" where no script has a clear majority."""
        counts = [self._codes.count(code) for code in range(len(SCRIPTS))]
        most = max(counts)
        is_clear = most and most >= _CLEAR * len(self._codes)
        return SCRIPTS[counts.index(most)] if is_clear else ""

    def lines_in_another(self) -> Iterator[int]:
        """Lines of the examples in another script than the main one."""
        main = SCRIPTS.index(self.main)
        if main:
            yield from (
                line for line, code in zip(self._lines, self._codes, strict=True) if code != main
            )


@dataclass(slots=True)
class DatasetProfile:
    """What adds up over the lines."""

    min_examples: int
    n_examples: int = 0
    n_messages: int = 0
    has_bom: bool = False
    methods: Methods = field(default_factory=Methods)
    blank_lines: Occurrences = field(default_factory=Occurrences)
    crlf: Occurrences = field(default_factory=Occurrences)
    trailing_blanks: Occurrences = field(default_factory=Occurrences)
    returns: Occurrences = field(default_factory=Occurrences)
    """Lines that end as old Macs end them."""
    commas: Occurrences = field(default_factory=Occurrences)
    """Lines with a comma behind their example."""
    formats: dict[str, Occurrences] = field(default_factory=dict)
    """Lines by the name of the other tool's format that they are in."""
    unclear: dict[tuple[str, str], Occurrences] = field(default_factory=dict)
    """Lines that keep their format, by its name and the part of which nobody knows the meaning."""
    strange: Occurrences = field(default_factory=Occurrences)
    """Lines that can be read, but look like no example."""
    strange_looks: str = ""
    """What the first of them holds."""
    unused: set[str] = field(default_factory=set)
    """Names of their fields that are no part of an example."""
    n_unwrapped: int = 0
    """What a file that is no lines of examples holds in their place."""
    n_convertible: int = 0
    """Those of them that are examples, or can be turned into some."""
    prompts: SystemPrompts = field(default_factory=SystemPrompts)
    repetitions: RepetitionIndex = field(default_factory=RepetitionIndex)
    answers: Answers = field(default_factory=Answers)
    scripts: Scripts = field(default_factory=Scripts)
    lengths: Counter[int] = field(default_factory=Counter)
    """Examples, good or bad, by the number of their tokens."""
    turns: Counter[int] = field(default_factory=Counter)
    """Sound examples by the number of the answers in them that are learnt."""
    themes: Counter[str] = field(default_factory=Counter)
    """Sound examples by theme; "" for none."""

    def add_format(self, name: str, unused: Sequence[str], line: int) -> None:
        """Count the example on *line*, which another tool wrote."""
        self.formats.setdefault(name, Occurrences()).add(line)
        if len(self.unused) < _MOST_FIELDS:
            self.unused.update(unused)

    def add_unclear(self, name: str, part: str, line: int) -> None:
        """Count the one on *line* that can't be converted because of that *part*."""
        if len(self.unclear) == _MOST_FIELDS:
            name, part = next(iter(self.unclear))
        self.unclear.setdefault((name, part), Occurrences()).add(line)

    def add_strange(self, looks: str, line: int) -> None:
        """Count the row on *line*, which looks like no example."""
        self.strange_looks = self.strange_looks or looks
        self.strange.add(line)

    def clear_themes(self) -> Mapping[str, int]:
        """Examples by theme, most frequent first; empty when too few have any."""
        n, n_without = self.themes.total(), self.themes[""]
        if not n or n - n_without < _ENOUGH * n:
            return {}
        return dict(self.themes.most_common())

    def tokens(self, encoding: str) -> TokenStatistics | None:
        """The tokens of all examples; None when none could be read."""
        if not self.lengths:
            return None
        return TokenStatistics(
            encoding=encoding,
            total=sum(length * count for length, count in self.lengths.items()),
            smallest=min(self.lengths),
            median=self._percentile(50),
            p95=self._percentile(95),
            largest=max(self.lengths),
        )

    def _percentile(self, percent: int) -> int:
        """The smallest length that *percent* of 100 do not exceed: of two middles the lower."""
        rest = -(-self.lengths.total() * percent // 100)
        for length in sorted(self.lengths):
            rest -= self.lengths[length]
            if rest <= 0:
                return length
        raise AssertionError("a percentile of nothing")
