"""What people type, as their apps send it."""

from typing import Any

from sandbox.detection import with_detected
from sandbox.errors import Refused
from sandbox.shapes import Json
from sandbox.text import MAX_CAPTION, Formatted, checked_entities, clean, utf16_len


def caption_of(caption: object) -> Json:
    """The caption's fields of a message; none for an empty caption."""
    if not isinstance(caption, str) or not caption.strip():
        return {}
    return typed(caption, MAX_CAPTION).as_json("caption", "caption_entities")


def typed(text: Any, longest: int, entities: Any = None) -> Formatted:
    """What a person typed; raises `Refused` for what the app does not send."""
    if not isinstance(text, str) or not text.strip():
        raise Refused(400, "text must be a string that is not empty")
    if utf16_len(text) > longest:
        raise Refused(400, f"Telegram's app sends at most {longest} characters at once")
    given = checked_entities(entities, text) if entities else []
    return with_detected(clean(text, given))
