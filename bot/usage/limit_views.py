"""How many answers everybody may get in a day, unless they have a limit of their own."""

from typing import Final

from bot.delivery.screen import Button, Screen, rows
from bot.edge.buttons import button, data_of
from bot.texts import Texts

_OFFERED: Final = (20, 50, 100)


def limit_line(texts: Texts, limit: int) -> str:
    """The limit of all in a sentence; 0: any number."""
    return texts("limit_all", limit=texts.number(limit)) if limit else texts("limit_all_none")


def limits(texts: Texts, limit: int) -> Screen:
    """The limit of all, and others to choose from; the present one is marked."""

    def choice(label: str, number: int) -> Button:
        mark = "✓ " if number == limit else ""
        return Button(text=f"{mark}{label}", data=data_of("usage", "limit", number))

    own = button(texts, "limit_own", data_of("usage", "limit", "own"))
    return Screen(
        text="\n".join([limit_line(texts, limit), texts("limit_all_how")]),
        buttons=rows(
            [choice(texts.number(number), number) for number in _OFFERED],
            [choice(texts.plain("button_limit_none"), 0), own],
        ),
    )
