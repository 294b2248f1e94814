"""How much is recognised: `python -m tests.safety.figures [--missed] [TABLE...]`."""

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.safety.danger import danger_in

FOLDER = Path(__file__).parent
DEVELOPMENT = FOLDER / "danger_development.jsonl"
"""Written beside the rules, to write them by."""
LEARNT = (DEVELOPMENT, FOLDER / "danger_lines.jsonl")
"""What the weights are learnt from."""
UNSEEN = FOLDER / "danger_unseen.jsonl"
"""Written by somebody else; nobody who wrote a rule has read it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A message, with the kind of danger that a person saw in it; "none" for everyday speech."""

    text: str
    kind: str
    language: str

    @property
    def alarms(self) -> bool:
        return danger_in(self.text) is not None

    @property
    def is_danger(self) -> bool:
        return self.kind != "none"


def lines_of(table: Path) -> list[Line]:
    rows = map(json.loads, table.read_text(encoding="utf-8").splitlines())
    return [Line(row["text"], row["kind"], row["language"]) for row in rows]


def share(lines: Iterable[Line]) -> float:
    """The part of the lines that alarms, 0 to 1."""
    alarms = [line.alarms for line in lines]
    return sum(alarms) / len(alarms)


def report(lines: list[Line]) -> Iterator[str]:
    for kind in ("", *sorted({line.kind for line in lines})):
        for language in ("", "ru", "en"):
            chosen = [
                line
                for line in lines
                if language in ("", line.language)
                and (line.kind == kind or (not kind and line.is_danger))
            ]
            if chosen:
                alarms = sum(line.alarms for line in chosen)
                label = f"{kind or 'all danger':12}{language or 'both':6}"
                yield f"{label}{alarms:4}/{len(chosen):<5}{share(chosen):.1%}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", nargs="*", type=Path, default=(DEVELOPMENT, UNSEEN))
    parser.add_argument(
        "--missed",
        action="store_true",
        help="print the lines that are wrong; never do so with the unseen table",
    )
    arguments = parser.parse_args()
    for table in arguments.tables:
        lines = lines_of(table)
        print(f"{table.name}: lines that bring the card", *report(lines), sep="\n")
        if arguments.missed:
            print(
                *(f"{line.kind}: {line.text}" for line in lines if line.alarms != line.is_danger),
                sep="\n",
            )


if __name__ == "__main__":
    main()
