"""Where a person's message goes, and what it answers."""

from dataclasses import dataclass
from typing import Any

from sandbox.asking import identifier
from sandbox.chats import Chat, known_message
from sandbox.errors import Refused
from sandbox.forwards import origin
from sandbox.rich import plain
from sandbox.shapes import Json
from sandbox.text import utf16_len

MAX_QUOTE = 1024
"""UTF-16 units of a quote."""
_KEPT = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler", "custom_emoji"})
"""The entities that a quote keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """The common parts of all that people send; None: without."""

    reply_to: int | None = None
    quote: Json | None = None
    """The highlighted part of the other message: `{text, position?}`."""
    external: Json | None = None
    """The origin of the message in another chat that it answers; it is known by its quote only."""
    thread_id: int | None = None
    """The topic of the chat."""
    by: int | None = None
    """Who sends it; in a private chat always its person."""

    def content(self, chat: Chat) -> Json:
        """Its fields of a message; raises `Refused` for what the app would not let people do."""
        found: Json = {}
        if self.thread_id is not None:
            if self.thread_id not in chat.topics:
                raise Refused(404, f"chat {chat.id} has no topic {self.thread_id}")
            found |= {"message_thread_id": self.thread_id, "is_topic_message": True}
        if self.external is not None:
            found["external_reply"] = {"origin": self.external}
            if self.quote is not None:
                found["quote"] = {"position": 0, "is_manual": True, **self.quote}
        if self.reply_to is not None:
            original = known_message(chat, self.reply_to)
            found["reply_to_message"] = chat.quoted(self.reply_to)
            if self.quote is not None:
                found["quote"] = text_quote(original, self.quote)
        return found


def manner_of(raw: Json) -> Manner:
    """The manner that a body or a form orders; raises `Refused` for an invalid one."""
    quote: Any = raw.get("quote")
    if isinstance(quote, str):
        quote = {"text": quote}
    if quote is not None and not (isinstance(quote, dict) and isinstance(quote.get("text"), str)):
        raise Refused(400, "quote must be a text, or {text, position}")
    reply_to = identifier(raw, "reply_to_message_id")
    external = origin(raw["external_reply"]) if "external_reply" in raw else None
    if quote is not None and (reply_to is None) == (external is None):
        raise Refused(400, "a quote needs either reply_to_message_id or external_reply")
    return Manner(
        external=external,
        reply_to=reply_to,
        quote=quote,
        thread_id=identifier(raw, "message_thread_id"),
        by=identifier(raw, "from_id"),
    )


def text_quote(original: Json, quote: Json) -> Json:
    """Telegram's TextQuote of a part of *original*; raises `Refused` if it has no such part."""
    words, text = quote["text"], words_of(original)
    position = identifier(quote, "position")
    if position is None:
        at = text.find(words)
    else:
        at = len(text.encode("utf-16-le")[: 2 * position].decode("utf-16-le", "ignore"))
    if not words.strip() or at < 0 or not text.startswith(words, at):
        raise Refused(409, f"message {original['message_id']} does not say {words!r} there")
    if utf16_len(words) > MAX_QUOTE:
        raise Refused(400, f"a quote has at most {MAX_QUOTE} characters")
    start = utf16_len(text[:at])
    found: Json = {"text": words, "position": start, "is_manual": True}
    raw = original.get("entities") or original.get("caption_entities") or []
    entities = list(filter(None, (_within(each, start, utf16_len(words)) for each in raw)))
    return found | ({"entities": entities} if entities else {})


def words_of(message: Json) -> str:
    """The words of a message: its text, caption or rich text."""
    rich = message.get("rich_message")
    return str(message.get("text") or message.get("caption") or (plain(rich) if rich else ""))


def _within(entity: Json, start: int, length: int) -> Json | None:
    first = max(entity["offset"], start)
    last = min(entity["offset"] + entity["length"], start + length)
    if entity["type"] not in _KEPT or first >= last:
        return None
    return entity | {"offset": first - start, "length": last - first}
