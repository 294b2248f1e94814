"""A terminal as a chat log: wrapped messages, and below them one line that may change."""

import os
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self, TextIO

WIDEST: Final = 100
"""Longer lines are hard to read, however wide the terminal is."""
NARROWEST: Final = 40

_BOLD, _DIM, _CURSIVE, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[2;3m", "\x1b[0m"
_ERASE = "\r\x1b[K"
_INDENT = "  "
_BAR = " │ "


@dataclass(slots=True)
class Terminal:
    """The demo's output. Without a terminal it has no colours, and no line changes."""

    out: TextIO
    colours: Mapping[str, str]
    """The ANSI colour of each speaker's name; the longest name sets the margin."""
    is_live: bool = False
    """Whether the terminal can erase a line."""
    has_colour: bool = False
    _has_moving: bool = field(default=False, init=False)
    _printed: list[str] = field(default_factory=list, init=False)
    """The complete rows so far of a text that still grows."""

    @classmethod
    def of(cls, out: TextIO, colours: Mapping[str, str]) -> Self:
        """The terminal behind *out*; `NO_COLOR` is respected (https://no-color.org)."""
        is_live = out.isatty() and os.environ.get("TERM") != "dumb"
        has_colour = is_live and not os.environ.get("NO_COLOR")
        return cls(out, colours, is_live=is_live, has_colour=has_colour)

    def title(self, text: str) -> None:
        """Print the first line."""
        self._line(self._painted(_BOLD, text))

    def heading(self, text: str) -> None:
        """Print the heading of a new part."""
        rule = "─" * (self._width - columns(text) - 4)
        self._line()
        self._line(f"{self._painted(_DIM, '──')} {self._painted(_BOLD, text)} "
                   f"{self._painted(_DIM, rule)}")  # fmt: skip

    def gap(self) -> None:
        """Print an empty line."""
        self._line()

    def note(self, text: str) -> None:
        """Print a remark about the chat."""
        for row in wrapped(text, self._width - len(_INDENT)):
            self._line(_INDENT + self._painted(_DIM, row))

    def tell(self, text: str, *, hanging: int = 0) -> None:
        """Print a text of the demo itself; all rows but the first are indented by *hanging*."""
        first, *rest = wrapped(text, self._width - len(_INDENT) - hanging)
        self._line(_INDENT + first)
        for row in rest:
            self._line(_INDENT + " " * hanging + row)

    def say(self, who: str, text: str) -> None:
        """Print a whole message of *who*."""
        self.grow(who, text, is_whole=True)

    def does(self, who: str, text: str) -> None:
        """Print what somebody does, or a row of buttons."""
        for row in wrapped(text, self.text_width):
            self._line(self._margin(who) + self._painted(_CURSIVE, row))
            who = ""

    def grow(self, who: str, text: str, *, is_whole: bool) -> None:
        """Show more of a growing message; full rows are final, the last row may change."""
        rows = wrapped(text, self.text_width)
        if rows[: len(self._printed)] != self._printed:
            self._printed = []
        full = rows if is_whole else rows[:-1]
        for n in range(len(self._printed), len(full)):
            self._line(self._margin("" if n else who) + full[n])
        self._printed = [] if is_whole else full
        if not is_whole:
            self._draw(self._margin("" if full else who) + rows[-1])

    def move(self, who: str, text: str) -> None:
        """Show *text* in the line that changes; the next output erases it."""
        self._draw(self._margin(who) + cut(text, self.text_width))

    def wait(self, text: str) -> None:
        """Show in the line that changes what the demo waits for."""
        self._draw(_INDENT + self._painted(_DIM, cut(text, self._width - len(_INDENT))))

    def still(self) -> None:
        """Erase the line that changes."""
        if self._has_moving:
            self.out.write(_ERASE)
            self.out.flush()
            self._has_moving = False

    @property
    def text_width(self) -> int:
        """The width of a message, in columns."""
        return self._width - len(_INDENT) - self._name_width - len(_BAR)

    @property
    def _width(self) -> int:
        # One column stays free: a terminal may start a new row when the last one is filled.
        return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns) - 1)

    @property
    def _name_width(self) -> int:
        return max(map(columns, self.colours), default=0)

    def _margin(self, who: str) -> str:
        name = " " * (self._name_width - columns(who)) + who
        return _INDENT + self._painted(self.colours.get(who, ""), name) + self._painted(_DIM, _BAR)

    def _painted(self, style: str, text: str) -> str:
        return f"{style}{text}{_PLAIN}" if self.has_colour and style and text.strip() else text

    def _draw(self, line: str) -> None:
        if self.is_live:
            self.out.write(f"{_ERASE}{line}")
            self.out.flush()
            self._has_moving = True

    def _line(self, line: str = "") -> None:
        self.still()
        self.out.write(f"{line.rstrip()}\n")
        self.out.flush()


def columns(text: str) -> int:
    """How many columns of a terminal *text* takes."""
    return sum(_columns(character) for character in text)


def wrapped(text: str, width: int) -> list[str]:
    """The rows of *text*, broken at spaces (never at no-break spaces) and, if need be, in words."""
    return [row for line in text.split("\n") for row in _wrapped_line(line, width)]


def cut(text: str, width: int) -> str:
    """The words of *text* that fit into *width* columns; an ellipsis where some are missing."""
    if columns(text) <= width:
        return text
    while columns(text) > width - 1:
        text = text[:-1]
    whole_words = text.rpartition(" ")[0] or text
    return f"{whole_words.rstrip(' ,.;:—')}…"


def cut_rows(text: str, width: int, most: int) -> str:
    """*text*, but at most *most* rows of it."""
    rows = wrapped(text, width)
    if len(rows) <= most:
        return text
    return " ".join([*rows[: most - 1], cut(f"{rows[most - 1]} {rows[most]}", width)])


def _wrapped_line(line: str, width: int) -> Sequence[str]:
    rows, row = [], ""
    for word in line.split(" "):
        longer = f"{row} {word}" if row else word
        if columns(longer) <= width:
            row = longer
            continue
        if row:
            rows.append(row)
        row = word
        while columns(row) > width:
            rows.append(row[:width])
            row = row[width:]
    return [*rows, row]


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
