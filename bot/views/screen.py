"""A screen: the text and the buttons of one message, ready for the outbox."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain import JsonDict
from bot.texts import utf16_length

MAX_UNITS = 4096
"""UTF-16 code units in a message. https://core.telegram.org/bots/api#sendmessage"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button under a message: pressing it sends *data*, or opens *url*."""

    text: str
    data: str = ""
    """At most 64 bytes."""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What one message shows."""

    text: str
    """Telegram's HTML; plain text when *entities* is given."""
    buttons: Sequence[Sequence[Button]] = ()
    entities: Sequence[JsonDict] | None = field(default=None)
    """Telegram's MessageEntity objects for model output, which is never parsed as HTML."""

    def to_json(self) -> JsonDict:
        """The screen as it is stored in the outbox."""
        return {
            "text": self.text,
            "buttons": [[_button(button) for button in row] for row in self.buttons],
            "entities": None if self.entities is None else list(self.entities),
        }

    @classmethod
    def from_json(cls, data: JsonDict) -> "Screen":
        """The screen that `to_json` stored."""
        return cls(
            text=data["text"],
            buttons=[[Button(**button) for button in row] for row in data["buttons"]],
            entities=data["entities"],
        )


def rows(*buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    """Rows of buttons without the empty ones."""
    return tuple(tuple(row) for row in buttons if row)


def fitting(lines: Sequence[str], *, units: int = MAX_UNITS) -> list[str]:
    """The first of these lines of HTML, as many as fit into so many units of shown text."""
    kept: list[str] = []
    for line in lines:
        shown = html.unescape(re.sub("<[^>]*>", "", line))
        units -= utf16_length(shown) + 1
        if units < 0:
            break
        kept.append(line)
    return kept


def _button(button: Button) -> dict[str, Any]:
    return {"text": button.text, "data": button.data, "url": button.url}
