"""Rich messages: https://core.telegram.org/bots/api#richmessage, as far as the sandbox reads them.

People may send any blocks. The sandbox checks that each has a type, and can tell their words.
"""

from typing import Any

from sandbox.errors import Refused
from sandbox.shapes import Json

_WORDS = ("text", "summary", "expression", "alternative_text", "credit")
"""The fields of blocks and of rich texts that hold words."""
_INSIDE = ("items", "blocks", "cells", "caption")
"""The fields that hold further blocks."""


def checked(raw: Any) -> Json:
    """A RichMessage that a person sends; raises `Refused` for anything else."""
    blocks = raw.get("blocks") if isinstance(raw, dict) else None
    if not isinstance(blocks, list) or not blocks:
        raise Refused(400, "rich_message must be {blocks: [...]}, with at least one block")
    if not all(isinstance(each, dict) and isinstance(each.get("type"), str) for each in blocks):
        raise Refused(400, "each block of a rich_message must be an object with a type")
    return {**raw}


def plain(rich_message: Json) -> str:
    """The words of a rich message, one line for each block that holds some."""
    lines = [line for block in rich_message["blocks"] for line in _lines(block)]
    return "\n".join(line for line in lines if line)


def _lines(block: Any) -> list[str]:
    if isinstance(block, list):
        return [line for each in block for line in _lines(each)]
    if not isinstance(block, dict):
        return [_words(block)]
    own = " ".join(filter(None, (_words(block.get(name)) for name in _WORDS)))
    inner = [line for name in _INSIDE for line in _lines(block.get(name))]
    if (label := block.get("label")) and inner:
        inner[0] = f"{label} {inner[0]}"
    return [own, *inner]


def _words(rich_text: Any) -> str:
    if isinstance(rich_text, list):
        return "".join(map(_words, rich_text))
    if isinstance(rich_text, dict):
        return "".join(_words(rich_text[name]) for name in _WORDS if name in rich_text)
    return rich_text if isinstance(rich_text, str) else ""
