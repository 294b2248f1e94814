"""Text as Telegram counts and cleans it: UTF-16 units, trimmed ends, valid entities."""

import heapq
from collections.abc import Iterable
from typing import Any, NamedTuple

from sandbox.errors import bad_request
from sandbox.shapes import Json

MAX_TEXT = 4096
"""UTF-16 units of a message's text after parsing."""
MAX_CAPTION = 1024
"""UTF-16 units of a caption after parsing."""
MAX_ENTITIES = 100
"""How many entities of a message Telegram keeps; it drops the rest silently."""

_LEAVES = frozenset({"code", "pre"})
"""Entities that do not contain others."""

_EXPLICIT = frozenset({
    "bold", "italic", "underline", "strikethrough", "spoiler", "blockquote",
    "expandable_blockquote", "code", "pre", "text_link", "text_mention", "custom_emoji",
    "date_time",
})  # fmt: skip
_DETECTED = frozenset(
    ["mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"]
)


class Formatted(NamedTuple):
    """A text and the entities in it, ready to be a message."""

    text: str
    entities: list[Json]

    def as_json(self, text_name: str, entities_name: str) -> Json:
        """Its fields of a message, under these names; without entities, only the text."""
        return {text_name: self.text} | ({entities_name: self.entities} if self.entities else {})


def utf16_len(text: str) -> int:
    """The length of *text* in UTF-16 units, as Telegram counts."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def checked_entities(raw: object, text: str) -> list[Json]:
    """The entities that a bot has given, without those that Telegram detects anyway.

    Raises:
        TelegramError: when one is not within *text* or has an unknown type.
    """
    if not isinstance(raw, list):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    end_of_text = utf16_len(text)
    entities = [_checked(entity, end_of_text) for entity in raw]
    return [entity for entity in entities if entity["type"] in _EXPLICIT and entity["length"] > 0]


def clean(text: str, entities: list[Json]) -> Formatted:
    """Trim *text* as Telegram does, and nest the entities, so that none cross."""
    text = text.replace("\r", "").rstrip(" \n\t")
    first = min((entity["offset"] for entity in entities), default=len(text))
    leading = min(len(text) - len(text.lstrip(" \n\t")), first)
    text = text[leading:]
    if not entities:
        return Formatted(text, [])
    end = utf16_len(text)
    moved = []
    for entity in entities:
        start = entity["offset"] - leading
        length = min(entity["length"], end - start)
        if length > 0:
            moved.append({**entity, "offset": start, "length": length})
    return Formatted(text, _nested(moved)[:MAX_ENTITIES])


def _checked(entity: Any, end_of_text: int) -> Json:
    if not isinstance(entity, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    kind, offset, length = str(entity.get("type")), entity.get("offset"), entity.get("length")
    if kind not in _EXPLICIT and kind not in _DETECTED:
        raise bad_request("can't parse MessageEntity: unsupported type specified")
    if not isinstance(offset, int) or not isinstance(length, int):
        raise bad_request("can't parse MessageEntity: fields offset and length must be Integer")
    if offset < 0:
        raise bad_request(f"receive an entity with incorrect offset {offset}")
    if length < 0:
        raise bad_request(f"receive an entity with incorrect length {length}")
    if offset + length > end_of_text:
        raise bad_request(
            f"entity beginning at UTF-16 offset {offset} ends after the end of the text "
            f"at UTF-16 offset {end_of_text}"
        )
    if kind == "text_link" and not entity.get("url"):
        raise bad_request("can't parse MessageEntity: Can't find field \"url\"")
    if kind == "custom_emoji" and not entity.get("custom_emoji_id"):
        raise bad_request("can't parse MessageEntity: Can't find field \"custom_emoji_id\"")
    return dict(entity)


def _nested(entities: Iterable[Json]) -> list[Json]:
    """Outer entities before inner ones; one that crosses the end of another is split there."""
    heap = [_ranked(number, entity) for number, entity in enumerate(entities)]
    heapq.heapify(heap)
    result: list[Json] = []
    open_ones: list[Json] = []
    while heap:
        *_, number, entity = heapq.heappop(heap)
        while open_ones and _end(open_ones[-1]) <= entity["offset"]:
            open_ones.pop()
        if open_ones and _end(open_ones[-1]) < _end(entity):
            cut = _end(open_ones[-1])
            heapq.heappush(heap, _ranked(number, entity | {"length": cut - entity["offset"]}))
            rest = entity | {"offset": cut, "length": _end(entity) - cut}
            heapq.heappush(heap, _ranked(number, rest))
            continue
        if any(outer["type"] in _LEAVES or outer["type"] == entity["type"] for outer in open_ones):
            continue
        open_ones.append(entity)
        result.append(entity)
    return result


def _ranked(number: int, entity: Json) -> tuple[int, int, int, Json]:
    # The number is unique among pieces that begin together, so dictionaries are never compared.
    return (entity["offset"], -entity["length"], number, entity)


def _end(entity: Json) -> int:
    return int(entity["offset"] + entity["length"])
