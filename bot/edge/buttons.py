"""The data of buttons, `feature:action:id`: built and parsed here. At most 64 bytes."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.delivery import old_names
from bot.delivery.screen import Button
from bot.errors import ButtonGone
from bot.texts import Texts

MOST_BYTES = 64
"""https://core.telegram.org/bots/api#inlinekeyboardbutton"""


@dataclass(frozen=True, slots=True)
class Press:
    """A parsed button."""

    feature: str
    action: str
    id: str

    @property
    def name(self) -> str:
        """`feature:action`, the name under which a feature handles it."""
        return f"{self.feature}:{self.action}"

    @property
    def number(self) -> int:
        """The id as a number; 0, which no row has, when it is not a number of ours."""
        return int(self.id) if re.fullmatch(r"\d{1,18}", self.id, re.ASCII) else 0

    def numbers(self, n: int) -> list[int]:
        """The numbers of an id such as "12-3" or "12.3".

        Raises:
            ButtonGone: it does not have *n* numbers.
        """
        parts = re.split(r"[-.]", self.id)
        if len(parts) != n or not all(re.fullmatch(r"\d{1,18}", part, re.ASCII) for part in parts):
            raise ButtonGone
        return [int(part) for part in parts]

    def number_and_word(self) -> tuple[int, str]:
        """The parts of an id such as "12-epochs".

        Raises:
            ButtonGone: it has other parts.
        """
        found = re.fullmatch(r"(\d{1,18})-(.+)", self.id, re.ASCII | re.DOTALL)
        if found is None:
            raise ButtonGone
        return int(found[1]), found[2]


def data_of(feature: str, action: str, id_: object = "") -> str:
    """The data of a button.

    Raises:
        ValueError: it does not fit into 64 bytes.
    """
    data = f"{feature}:{action}:{id_}"
    if len(data.encode()) > MOST_BYTES:
        raise ValueError(f"does not fit into a button: {data}")
    return data


def parse(data: str) -> Press:
    """The parts of a button's data, with today's names; missing parts are empty."""
    feature, _, rest = old_names.current(data).partition(":")
    action, _, id_ = rest.partition(":")
    return Press(feature, action, id_)


def button(texts: Texts, key: str, data: str, **params: object) -> Button:
    """A button with the text `button_<key>`; its label is plain text, not HTML."""
    return Button(text=texts.plain(f"button_{key}", **params), data=data)


def page_buttons(
    texts: Texts, page_data: Callable[[int], str], page: int, *, has_more: bool
) -> list[Button]:
    """The buttons to the neighbours of a page (from 0); *page_data* gives a page's data."""
    newer = [button(texts, "newer", page_data(page - 1))] if page else []
    older = [button(texts, "older", page_data(page + 1))] if has_more else []
    return newer + older
