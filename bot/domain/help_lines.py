"""Telephone numbers where people in danger find help, as an operator writes them down."""

import datetime as dtm
import re
from dataclasses import dataclass
from typing import Final

IN_RUSSIA: Final = "112 экстренная помощь; 103 скорая; 124 детский телефон доверия | 2026-11-29"
IN_RUSSIA_EN: Final = (
    "112 emergency services; 103 ambulance; 124 helpline for children | 2026-11-29"
)
"""The same for people who speak English with the bot."""
EXAMPLE: Final = "112 emergency; 103 ambulance | 2026-11-29"
_MOST_LINES: Final = 6
_LONGEST_NAME: Final = 80
_LINE: Final = re.compile(r"(\+?\d[\d\s()-]*\d)\s+(\S.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpLine:
    """A number that a person can call."""

    number: str
    name: str
    """Who answers there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpLines:
    """The numbers of one language, in the order in which they are shown."""

    lines: tuple[HelpLine, ...]
    looked_up: dtm.date
    """The day on which somebody checked that they work."""


def parse_help_lines(text: str) -> HelpLines:
    """The numbers in a text such as `EXAMPLE`.

    Raises:
        ValueError: the text has another form; the message shows an example.
    """
    listed, _, day = text.rpartition("|")
    found = [_LINE.fullmatch(part.strip()) for part in listed.split(";")]
    lines = [HelpLine(number=each[1], name=each[2]) for each in found if each is not None]
    is_good = len(lines) == len(found) <= _MOST_LINES
    if not is_good or any(len(line.name) > _LONGEST_NAME for line in lines):
        raise ValueError(
            f"must be numbers with their names and the day of the last check, as in: {EXAMPLE}"
        )
    try:
        looked_up = dtm.date.fromisoformat(day.strip())
    except ValueError:
        raise ValueError(f"must end with the day of the last check, as in: {EXAMPLE}") from None
    return HelpLines(lines=tuple(lines), looked_up=looked_up)
