"""What a rule is, what it looks at, and how it shows a value from the file."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final, Generic, TypeAlias, TypeVar

from bot.dataset.validation.answers import Answers
from bot.dataset.validation.comparing import Comparison, Kin
from bot.dataset.validation.methods import Methods
from bot.dataset.validation.prompts import SystemPrompts
from bot.dataset.validation.scripts import Scripts
from bot.domain import JsonDict
from bot.domain.datasets import Level

Params: TypeAlias = Mapping[str, object]
"""What the sentence of a finding needs to be said."""
T = TypeVar("T")

NOTHING_TO_ADD: Final[Params] = {}
"""Found, and the sentence needs no parameters."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[T]):
    """A row of a table."""

    name: str
    level: Level
    check: Callable[[T], Params | None]
    """None: nothing to complain about."""
    ends: bool = False
    """Whether a find here leaves nothing for the rules behind it to look at."""


@dataclass(frozen=True, slots=True)
class FileRule:
    """A rule about the file as a whole, asked when all lines are read."""

    name: str
    level: Level
    check: Callable[["Totals"], Iterator[tuple[int | None, Params]]]
    """Line and parameters of each find."""
    replaces: str = ""
    """A rule whose findings say nothing more once this one has found something."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is known before the first line is read."""

    start: bytes
    """The first few thousand bytes."""
    size: int
    max_size: int


@dataclass(slots=True)  # not frozen, as `Said`
class Example:
    """A training example whose messages are sound."""

    messages: Sequence[JsonDict]
    n_tokens: int
    """Of a pair, with the longer of its outputs."""
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of a sound input and two sound outputs."""

    row: JsonDict


@dataclass(frozen=True, slots=True)
class Content:
    """What a sound example says, and which earlier one says it too."""

    answer: str
    """The last answer, normalised."""
    kin: Kin | None
    contradicted: int | None = None
    """An earlier line that prefers the other answer."""


@dataclass(slots=True)
class Occurrences:
    """How often something harmless occurs, and where first."""

    n: int = 0
    first_line: int | None = None

    def add(self, line: int) -> None:
        """Count the one on *line*."""
        self.n += 1
        self.first_line = self.first_line or line


@dataclass(slots=True)
class Totals:
    """What adds up over the lines."""

    min_examples: int
    n_examples: int = 0
    n_messages: int = 0
    has_bom: bool = False
    methods: Methods = field(default_factory=Methods)
    blank_lines: Occurrences = field(default_factory=Occurrences)
    crlf: Occurrences = field(default_factory=Occurrences)
    trailing_blanks: Occurrences = field(default_factory=Occurrences)
    prompts: SystemPrompts = field(default_factory=SystemPrompts)
    comparison: Comparison = field(default_factory=Comparison)
    answers: Answers = field(default_factory=Answers)
    scripts: Scripts = field(default_factory=Scripts)


def names(values: Iterable[str], *, most: int = 5) -> str:
    """Some names for a sentence, each cut short."""
    ordered = sorted(values) if isinstance(values, Set) else list(values)
    text = ", ".join(shown(value) for value in ordered[:most])
    return f"{text}, …" if len(ordered) > most else text


def shown(value: object, *, longest: int = 40) -> str:
    """A value of any type for a sentence, as JSON spells it, cut short."""
    if isinstance(value, list):
        return "[…]" if value else "[]"
    if isinstance(value, dict):
        return "{…}" if value else "{}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = str(value).encode(errors="replace").decode()
    return text if len(text) <= longest else f"{text[:longest].rstrip()}…"
