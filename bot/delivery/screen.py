"""A screen: the text and the buttons of one message, ready for the outbox."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from bot.domain import JsonDict
from bot.texts import Texts, unmarked, utf16_length

MAX_UNITS = 4096
"""UTF-16 code units in a message. https://core.telegram.org/bots/api#sendmessage"""
MAX_CAPTION_UNITS = 1024
"""The same for a file's caption. https://core.telegram.org/bots/api#senddocument"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button under a message: pressing it sends *data*, or opens *url*."""

    text: str
    data: str = ""
    """At most 64 bytes."""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that comes with a message: one on our disk, or one with a given text."""

    name: str
    """The file name that the person sees."""
    path: str = ""
    """The file is read when the message is sent, so it has to exist until then."""
    text: str = ""
    """The content, if there is no path."""
    kind: Literal["document", "photo"] = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What one message shows."""

    text: str
    """Telegram's HTML; plain text when *entities* is given. With an attachment, its caption.

    Empty and without an attachment: only the buttons of the message change.
    """
    buttons: Sequence[Sequence[Button]] = ()
    entities: Sequence[JsonDict] | None = None
    """Telegram's MessageEntity objects for model output, which is never parsed as HTML."""
    attachment: Attachment | None = None
    """A screen with one is always a new message."""
    thread_id: int | None = None
    """The topic of the chat in which a new message appears; None: outside of topics."""

    @property
    def has_only_buttons(self) -> bool:
        """Whether it changes only the buttons of a message."""
        return not self.text and self.attachment is None

    def to_json(self) -> JsonDict:
        """The screen as it is stored in the outbox."""
        stored: JsonDict = {
            "text": self.text,
            "buttons": [[asdict(button) for button in row] for row in self.buttons],
            "entities": None if self.entities is None else list(self.entities),
        }
        # Only what there is: the digests that cards store of screens without it must not change.
        if self.attachment:
            stored["attachment"] = asdict(self.attachment)
        return stored | ({"thread_id": self.thread_id} if self.thread_id else {})

    @classmethod
    def from_json(cls, data: JsonDict) -> "Screen":
        """The screen that `to_json` stored."""
        return cls(
            text=data["text"],
            buttons=[[Button(**button) for button in row] for row in data["buttons"]],
            entities=data["entities"],
            attachment=Attachment(**data["attachment"]) if data.get("attachment") else None,
            thread_id=data.get("thread_id"),
        )


def plain(texts: Texts, key: str, /, **params: object) -> Screen:
    """A screen of one sentence."""
    return Screen(text=texts(key, **params))


def rows(*buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    """Rows of buttons without the empty ones."""
    return tuple(tuple(row) for row in buttons if row)


def fitting(lines: Sequence[str], *, units: int = MAX_UNITS) -> list[str]:
    """The first of these lines of HTML, as many as fit into *units* UTF-16 units of text."""
    kept: list[str] = []
    for line in lines:
        units -= utf16_length(unmarked(line)) + 1
        if units < 0:
            break
        kept.append(line)
    return kept
