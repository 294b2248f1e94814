"""What buttons carry: `feature:action:id`, built and parsed by neighbours. At most 64 bytes."""

from dataclasses import dataclass

from bot.delivery.screen import Button
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
    def number(self) -> int:
        """The id as a number; 0, which no row has, when it is none of ours."""
        is_number = self.id.isascii() and self.id.isdigit() and len(self.id) < 19
        return int(self.id) if is_number else 0


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
    """The parts of a button's data; missing ones are empty."""
    feature, _, rest = data.partition(":")
    action, _, id_ = rest.partition(":")
    return Press(feature, action, id_)


def button(texts: Texts, key: str, data: str, **params: object) -> Button:
    """A button with the text `button_<key>`; its label is plain text, not HTML."""
    return Button(text=texts.plain(f"button_{key}", **params), data=data)
