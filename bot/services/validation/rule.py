"""What a rule is, what it looks at, and how it shows a value from the file."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Final, Generic, TypeAlias, TypeVar

from bot.domain import JsonDict, Level
from bot.services.validation.prompts import SystemPrompts

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


@dataclass(frozen=True, slots=True)
class Head:
    """What is known before the first line is read."""

    start: bytes
    """The first few thousand bytes."""
    size: int
    max_size: int


@dataclass(frozen=True, slots=True)
class Example:
    """A training example whose messages are sound."""

    messages: list[JsonDict]
    n_tokens: int
    max_tokens: int
    twin_line: int | None
    """Line of the first example that says the same."""


@dataclass(slots=True)
class Totals:
    """What adds up over the lines."""

    min_examples: int
    n_examples: int = 0
    n_messages: int = 0
    has_bom: bool = False
    n_blank: int = 0
    first_blank: int | None = None
    prompts: SystemPrompts = field(default_factory=SystemPrompts)


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
