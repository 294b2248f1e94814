"""What a person's message says: the one place that finds its words.

It reads Telegram's JSON. The library does not know `rich_message`, and an update that it can't
parse must still find its lane. https://core.telegram.org/bots/api#message
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from bot.delivery.rich_messages import rich_words
from bot.delivery.screen import MAX_UNITS
from bot.domain import JsonDict
from bot.texts import utf16_length


class Unread(Enum):
    """What a message may hold besides words, and no model of ours understands."""

    PICTURE = "picture"
    STICKER = "sticker"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"
    PLACE = "place"
    CONTACT = "contact"
    POLL = "poll"
    GAME = "game"
    OTHER = "other"


KINDS: Final = {
    "photo": Unread.PICTURE, "animation": Unread.PICTURE, "live_photo": Unread.PICTURE,
    "paid_media": Unread.PICTURE, "story": Unread.PICTURE, "sticker": Unread.STICKER,
    "voice": Unread.VOICE, "audio": Unread.VOICE,
    "video": Unread.VIDEO, "video_note": Unread.VIDEO, "document": Unread.FILE,
    "location": Unread.PLACE, "venue": Unread.PLACE, "contact": Unread.CONTACT,
    "poll": Unread.POLL, "checklist": Unread.POLL, "dice": Unread.GAME, "game": Unread.GAME,
}  # fmt: skip
"""Fields of a message -> what they are to us. An animation has a `document` too: first wins."""
PART_UNITS: Final = 2000
"""No app cuts a text before the middle of a message, so a shorter text is whole."""
_SENTENCE_ENDS: Final = '.!?…:;»"”)'
_LARGEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a message answers to."""

    text: str
    """The highlighted fragment, else the whole message."""
    is_fragment: bool
    message_id: int
    """The message in this chat; 0: it is in another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person says with one message, or with several that belong together."""

    words: str = ""
    """Their own words; those that they only forward, if they add none."""
    forwarded: str = ""
    """What they forward with words of their own."""
    quote: Quote | None = None
    message_id: int = 0
    """Of the first message with words, else of the first."""
    unread: Unread | None = None
    """What comes with the words, or instead of them; None: nothing but words."""


def said_in(messages: Sequence[JsonDict]) -> Said:
    """What these messages say together; none say nothing."""
    own, forwarded = "", ""
    for message in messages:
        if is_forward(message):
            forwarded = f"{forwarded}\n\n{words_of(message)}".strip()
        else:
            own = _continued(own, words_of(message))
    first = next((each for each in messages if words_of(each)), messages[0] if messages else {})
    return Said(
        words=(own or forwarded).strip(),
        forwarded=forwarded if own else "",
        quote=next(filter(None, map(quote_in, messages)), None),
        message_id=integer(first, "message_id"),
        unread=next(filter(None, map(unread_in, messages)), None),
    )


def words_of(message: JsonDict) -> str:
    """The text, the caption, or the words of a formatted message; empty when it has none."""
    for field in ("text", "caption"):
        words = message.get(field)
        if isinstance(words, str) and words.strip():
            return words
    return rich_words(message.get("rich_message"))


def _continued(text: str, part: str) -> str:
    """A text with its next part. A full part may end within a word; others end where words do.

    A short text is not a part: what follows begins a line.
    """
    if not text or not part:
        return text or part
    if utf16_length(text) <= PART_UNITS:
        return f"{text}\n{part}"
    if utf16_length(text) % MAX_UNITS == 0:
        return text + part
    return f"{text}\n{part}" if text[-1] in _SENTENCE_ENDS else f"{text} {part}"


def quote_in(message: JsonDict) -> Quote | None:
    """What the message answers to; None: nothing, or something without words."""
    replied, quote = message.get("reply_to_message"), message.get("quote")
    replied = replied if isinstance(replied, dict) else {}
    whole, fragment = words_of(replied).strip(), words_of(quote if isinstance(quote, dict) else {})
    # Telegram also adds quotes by itself; only a person's choice differs from the whole.
    is_fragment = fragment.strip() not in ("", whole)
    text = fragment.strip() if is_fragment else whole
    if not text:
        return None
    return Quote(text=text, is_fragment=is_fragment, message_id=integer(replied, "message_id"))


def below_quote(words: str, quote: str) -> str:
    r"""The words below a quote as mail writes it, so that any model knows whose words are whose.

    >>> below_quote("А если нет?", "Попробуй.\nЗавтра.")
    '> Попробуй.\n> Завтра.\n\nА если нет?'
    """
    quoted = "\n".join(f"> {line}".rstrip() for line in quote.splitlines())
    return f"{quoted}\n\n{words}"


def unread_in(message: JsonDict) -> Unread | None:
    """What the message holds besides words; None: nothing that we know of."""
    return next((kind for field, kind in KINDS.items() if message.get(field)), None)


def is_file(message: JsonDict) -> bool:
    """Whether it brings a file to be kept; Telegram calls an animation a document, too."""
    return "document" in message and "animation" not in message


def is_forward(message: JsonDict) -> bool:
    """Whether somebody else wrote it, or the person at another moment."""
    return bool(message.get("forward_origin") or message.get("forward_date"))


def thread_in(message: JsonDict) -> int:
    """The topic whose conversation it is part of; 0: outside of topics."""
    return integer(message, "message_thread_id") if message.get("is_topic_message") else 0


def new_or_edited(update: JsonDict) -> JsonDict:
    """The message that a person wrote or edited; empty for any other update."""
    for kind in ("message", "edited_message"):
        message = update.get(kind)
        if isinstance(message, dict):
            return message
    return {}


def integer(holder: object, key: str) -> int:
    """A whole number that SQLite can store; 0 if there is none."""
    value = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST:
        return 0
    return value
