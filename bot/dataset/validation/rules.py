"""What a rule is, how it shows a value from the file, and the findings of all rules."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final, Generic, TypeAlias, TypeVar

from bot.domain.datasets import Finding, Level

Params: TypeAlias = Mapping[str, object]
"""What the sentence of a finding needs to be said."""
Places: TypeAlias = Iterator[tuple[int | None, Params]]
"""Line and parameters of each find in a file."""
T = TypeVar("T")

NOTHING_TO_ADD: Final[Params] = {}
"""Found, and the sentence needs no parameters."""
MAX_LISTED: Final = 200
"""So many findings are listed; the rest is only counted."""

_GRAVITY: Final = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}


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
class FileRule(Generic[T]):
    """A rule about the file as a whole, asked when all lines are read."""

    name: str
    level: Level
    check: Callable[[T], Places]
    replaces: Sequence[str] = ()
    """Rules whose findings say nothing more once this one has found something."""


class FindingCounts:
    """Counts findings and lists the first of each rule, in bounded memory."""

    def __init__(self) -> None:
        self._listed: defaultdict[str, list[Finding]] = defaultdict(list)
        self._levels: Counter[Level] = Counter()
        self.counts: Counter[str] = Counter()
        """Findings of each rule."""
        self.error_lines: set[int] = set()

    def add(self, rule: str, level: Level, line: int | None, params: Params) -> None:
        """Count a finding, and keep it if it is among the first of its rule."""
        self.counts[rule] += 1
        self._levels[level] += 1
        if level is Level.ERROR and line is not None:
            self.error_lines.add(line)
        if self.counts[rule] <= MAX_LISTED:
            finding = Finding(level=level, rule=rule, line=line, params=params)
            self._listed[rule].append(finding)

    def apply(
        self, rules: Iterable[Rule[T]], subject: T, line: int | None, place: int | str | None = None
    ) -> bool:
        """Ask every rule; whether the subject is fit for the next table.

        Args:
            rules: a table of them.
            subject: what they look at.
            line: its number in the file; None for the file as a whole.
            place: which message of its example it is, by its number or its key.
        """
        for rule in rules:
            params = rule.check(subject)
            if params is not None:
                shown = params if place is None else {**params, "message": place}
                self.add(rule.name, rule.level, line, shown)
                if rule.ends:
                    return False
        return True

    def apply_to_file(self, rules: Iterable[FileRule[T]], subject: T) -> None:
        """Ask the rules about the file as a whole."""
        for rule in rules:
            for line, params in rule.check(subject):
                self.add(rule.name, rule.level, line, params)
            for replaced in rule.replaces if rule.name in self.counts else ():
                self._forget(replaced)

    def _forget(self, rule: str) -> None:
        for finding in self._listed.pop(rule, [])[:1]:
            self._levels[finding.level] -= self.counts.pop(rule)

    def total(self, level: Level) -> int:
        """How many there are of a level."""
        return self._levels[level]

    def listed(self) -> list[Finding]:
        """The ones to show: errors first, then by line; at most `MAX_LISTED`.

        Where they are too many, the first of every rule goes before the second of any, so that
        one mistake made a thousand times hides no other.
        """
        ranked = [
            (_GRAVITY[finding.level], nth, finding)
            for findings in self._listed.values()
            for nth, finding in enumerate(findings)
        ]
        chosen = sorted(ranked, key=lambda item: item[:2])[:MAX_LISTED]
        findings = [finding for _, _, finding in chosen]
        return sorted(findings, key=lambda f: (_GRAVITY[f.level], f.line or 0))


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
