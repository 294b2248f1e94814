"""Formatted text of bots: https://core.telegram.org/bots/api#formatting-options."""

from collections.abc import Mapping
from typing import Any

from sandbox import html_text, markdown_text, markdown_v2_text
from sandbox.detection import with_detected
from sandbox.errors import bad_request
from sandbox.shapes import Json
from sandbox.text import Formatted, checked_entities, clean

MAX_BYTES = 1 << 15
"""The longest text before it is parsed."""
_PARSERS = {
    "html": html_text.parse,
    "markdown": markdown_text.parse,
    "markdownv2": markdown_v2_text.parse,
}


def formatted(text: str, mode: str, entities: Any, users: Mapping[int, Json]) -> Formatted:
    """*text* in a parse mode, or with *entities* if there is none; links and the like are found.

    *users* are the people whom `tg://user` links may name. Raises `TelegramError` if it is broken.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise bad_request("text is too long")
    mode = mode.lower()
    if not text or mode in ("", "none"):
        message = clean(text, checked_entities(entities, text) if entities else [])
    elif parse := _PARSERS.get(mode):
        words, found = parse(text)
        known = (_with_user(entity, users) for entity in found)
        message = clean(words, [entity for entity in known if entity])
    else:
        raise bad_request("unsupported parse_mode")
    return with_detected(message)


def _with_user(entity: Json, users: Mapping[int, Json]) -> Json | None:
    """A mention with its User; None if Telegram knows none, which makes it plain text."""
    if "user_id" not in entity:
        return entity
    kept = {name: value for name, value in entity.items() if name != "user_id"}
    user = users.get(entity["user_id"])
    return kept | {"user": user} if user else None
