"""Whether the fields of an update that we rely on have the types of the Bot API.

The library takes any JSON value for any field, and breaks where it is used, or we do.
https://core.telegram.org/bots/api#available-types
"""

from collections.abc import Iterator
from typing import Any, Final

from bot.domain import JsonDict

_LARGEST: Final = 2**63 - 1
_WORDS: Final = frozenset(
    {"first_name", "last_name", "username", "language_code", "title", "type", "text", "caption",
     "data", "media_group_id", "file_id", "file_name", "mime_type", "emoji"}
)  # fmt: skip
_NUMBERS: Final = frozenset(
    {"message_id", "message_thread_id", "date", "edit_date", "file_size", "offset", "length"}
)
_OBJECTS: Final = frozenset(
    {"from", "chat", "message", "reply_to_message", "document", "quote", "new_chat_member"}
)
_LISTS: Final = frozenset({"entities", "caption_entities", "photo"})


def check(update: JsonDict) -> None:
    """Raises TypeError for an update with a field that can't be."""
    member = update.get("my_chat_member")
    if isinstance(member, dict) and "new_chat_member" not in member:
        raise TypeError("new_chat_member")
    for event in update.values():
        if isinstance(event, dict):
            for place in _places(event):
                for name, value in place.items():
                    if not _fits(name, value):
                        raise TypeError(name)


def _places(event: JsonDict) -> Iterator[JsonDict]:
    yield event
    for name, value in event.items():
        if name in _OBJECTS and isinstance(value, dict):
            yield from _places(value)
        elif name in _LISTS and isinstance(value, list):
            yield from (each if isinstance(each, dict) else {"chat": each} for each in value)


def _fits(name: str, value: Any) -> bool:
    if name in _WORDS:
        return isinstance(value, str)
    if name in _NUMBERS:
        return type(value) is int and (name == "message_id") <= value <= _LARGEST
    if name == "id":
        return isinstance(value, str) or (type(value) is int and abs(value) <= _LARGEST)
    if name in _OBJECTS:
        return isinstance(value, dict) and value != {}
    return name not in _LISTS or isinstance(value, list)
