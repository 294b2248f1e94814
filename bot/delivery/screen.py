"""A screen: the text and the buttons of one message, ready for the outbox."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final, Literal

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
    rings: bool = False
    """Whether a new message comes with a sound."""
    placeholder: str = ""
    """Non-empty: the message asks for a reply (ForceReply) and the input field shows this."""
    name: str = ""
    """What it is, for example "plan": of one name a chat keeps only the newest. Empty: any number.

    Only screens have names that are ready when they are stored, and cards.
    """
    later: str = ""
    """Telegram's HTML: what is left of it once the chat has a newer one of its name."""

    def named(self, name: str, later: str) -> "Screen":
        """The same, and the chat's only one of that name; an older one becomes its *later*."""
        return replace(self, name=name, later=later)

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
        stored |= {"thread_id": self.thread_id} if self.thread_id else {}
        stored |= {"placeholder": self.placeholder} if self.placeholder else {}
        stored |= {"name": self.name, "later": self.later} if self.name else {}
        return stored | ({"rings": True} if self.rings else {})

    @classmethod
    def from_json(cls, data: JsonDict) -> "Screen":
        """The screen that `to_json` stored."""
        return cls(
            text=data["text"],
            buttons=[[Button(**button) for button in row] for row in data["buttons"]],
            entities=data["entities"],
            attachment=Attachment(**data["attachment"]) if data.get("attachment") else None,
            thread_id=data.get("thread_id"),
            rings=data.get("rings", False),
            placeholder=data.get("placeholder", ""),
            name=data.get("name", ""),
            later=data.get("later", ""),
        )


NO_BUTTONS: Final = Screen(text="")
"""Takes the buttons from a message, and leaves its text."""


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
