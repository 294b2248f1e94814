"""A tally of findings: counts all of them and lists the first of each rule."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from bot.dataset.validation.rule import FileRule, Rule, Totals
from bot.domain.datasets import Finding, Level

T = TypeVar("T")

MAX_LISTED: Final = 200
"""So many findings are listed; the rest is only counted."""

_GRAVITY: Final = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}


class Tally:
    """Collects findings in bounded memory, however bad the file is."""

    def __init__(self) -> None:
        self._listed: defaultdict[str, list[Finding]] = defaultdict(list)
        self._levels: Counter[Level] = Counter()
        self.counts: Counter[str] = Counter()
        """Findings of each rule."""

    def add(self, rule: str, level: Level, line: int | None, params: Mapping[str, object]) -> None:
        """Count a finding, and keep it if it is among the first of its rule."""
        self.counts[rule] += 1
        self._levels[level] += 1
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
            line: where it stands.
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

    def finish(self, rules: Iterable[FileRule], totals: Totals) -> None:
        """Ask the rules about the file as a whole."""
        for rule in rules:
            for where, params in rule.check(totals):
                self.add(rule.name, rule.level, where, params)
            if rule.replaces and rule.name in self.counts:
                self.forget(rule.replaces)

    def forget(self, rule: str) -> None:
        """Take back all findings of a rule, where a graver one says the same."""
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
