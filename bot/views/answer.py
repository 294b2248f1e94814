"""A model's answer: as it grows, and whole. Its text is never parsed as HTML."""

import re
from collections.abc import Sequence

from telegramify_markdown import convert, split_entities

from bot.texts import utf16_length
from bot.views.screen import MAX_UNITS, Screen

CURSOR = " ▌"
MOST_ENTITIES = 100
"""https://core.telegram.org/bots/api#sendmessage: more are not shown."""


def growing(text: str) -> Screen:
    """A frame: plain text so far, its end where it is longer than a message."""
    shown = text.rstrip()
    while utf16_length(shown) > MAX_UNITS - 100:
        shown = "…" + shown[-(len(shown) * (MAX_UNITS - 200) // utf16_length(shown)) :]
    return Screen(text=shown + CURSOR, entities=[])


def whole(text: str) -> list[Screen]:
    """The answer with its formatting, split into as many messages as it needs; none is cut off."""
    shown, entities = convert(text.strip())
    if not _says_all(text, shown, [entity.url or entity.language or "" for entity in entities]):
        shown, entities = text.strip(), []
    parts = split_entities(shown, entities, MAX_UNITS)
    return [
        Screen(text=part, entities=[entity.to_dict() for entity in found[:MOST_ENTITIES]])
        for part, found in parts
        if part.strip()
    ]


def _says_all(text: str, shown: str, hidden: Sequence[str]) -> bool:
    """Whether no word got lost: the converter leaves out what it takes for HTML, say."""
    there = " ".join([shown, *hidden])
    return bool(shown.strip()) and all(word in there for word in re.findall(r"[^\W_]+", text))
