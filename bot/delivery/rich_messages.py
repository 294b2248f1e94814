"""The words of a formatted message, which comes as blocks and without `text`.

https://core.telegram.org/bots/api#richmessage (Bot API 10.1)
"""

from collections.abc import Iterator
from typing import Final

MOST_NESTED: Final = 60
"""What is nested deeper is left out. Telegram nests a few levels."""

_INLINE: Final = ("text", "alternative_text", "expression", "button")
_INSIDE: Final = ("summary", "text", "expression", "items", "blocks", "cells", "buttons")
_BELOW: Final = ("caption", "credit")
_QUOTES: Final = ("blockquote", "expandable_blockquote", "pullquote")


def rich_words(message: object) -> str:
    """The words of a RichMessage, a line for each block; empty when there are none.

    Blocks of a kind that we do not know give the words that they hold in the usual fields.
    """
    blocks = message.get("blocks") if isinstance(message, dict) else None
    return "\n".join(_lines(blocks, 0)).strip()


def _lines(block: object, depth: int) -> Iterator[str]:
    """The lines of a block, or of a list of blocks."""
    if depth > MOST_NESTED:
        return
    if isinstance(block, list):
        for each in block:
            yield from _lines(each, depth + 1)
    if not isinstance(block, dict):
        return
    sign = "> " if block.get("type") in _QUOTES else ""
    for field in (*_INSIDE, *_BELOW):
        for line in _field(field, block.get(field), depth + 1):
            yield sign + line


def _field(field: str, value: object, depth: int) -> Iterator[str]:
    if value is None:
        return
    if field == "items":
        for item in value if isinstance(value, list) else ():
            label = _inline(item.get("label"), depth) if isinstance(item, dict) else ""
            yield f"{label or '•'} {' '.join(_lines(item, depth))}"
    elif field == "cells":
        for row in value if isinstance(value, list) else ():
            yield " | ".join(_inline(row, depth, "\0").split("\0"))
    elif field == "blocks" or (field == "caption" and isinstance(value, dict)):
        yield from _lines(value, depth)
    elif words := _inline(value, depth, " | " if field == "buttons" else "").strip():
        yield words


def _inline(text: object, depth: int, between: str = "") -> str:
    """The words of a RichText: a string, a list of them, or an object that holds one."""
    if isinstance(text, str):
        return text
    if depth > MOST_NESTED:
        return ""
    if isinstance(text, list):
        return between.join(_inline(part, depth + 1) for part in text)
    if isinstance(text, dict):
        return next((_inline(text[f], depth + 1) for f in _INLINE if f in text), "")
    return ""
