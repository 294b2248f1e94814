"""Forwarded messages: what they keep, and where they say that they come from.

https://core.telegram.org/bots/api#messageorigin
"""

import secrets
import time
from collections.abc import Iterable
from typing import Any

from sandbox.errors import Refused
from sandbox.shapes import Json

_LOST = frozenset({
    "message_id", "from", "chat", "date", "edit_date", "reply_to_message", "quote", "reply_markup",
    "message_thread_id", "is_topic_message", "has_protected_content", "link_preview_options",
})  # fmt: skip
"""The fields of a message that its forward does not have."""


def copied(message: Json) -> Json:
    """What a copy of a message has: its content, and no word of where it comes from."""
    return {key: each for key, each in message.items() if key not in _LOST | {"forward_origin"}}


def forwarded(message: Json) -> Json:
    """The content of a forward; a forward of a forward names the first sender."""
    user = {"type": "user", "date": message["date"], "sender_user": message["from"]}
    return {"forward_origin": message.get("forward_origin", user)} | copied(message)


def regrouped(contents: Iterable[Json]) -> list[Json]:
    """The same contents; those of an album get the id of a new one."""
    groups: dict[str, str] = {}
    return [
        content
        if (old := content.get("media_group_id")) is None
        else content | {"media_group_id": groups.setdefault(old, new_group_id())}
        for content in contents
    ]


def new_group_id() -> str:
    """The id of an album."""
    return str(10**16 + secrets.randbelow(9 * 10**16))


def origin(raw: Any) -> Json:
    """Where something from elsewhere comes from; raises `Refused` for an unknown source.

    `{"name": ...}` is a person who hides their account, `{"channel": ...}` a channel by its title.
    """
    date = int(time.time()) - 3600
    match raw:
        case {"name": str(name)}:
            return {"type": "hidden_user", "date": date, "sender_user_name": name}
        case {"channel": str(title)}:
            chat = {"id": -1_001_000_000_001, "type": "channel", "title": title}
            return {"type": "channel", "date": date, "chat": chat, "message_id": 42}
        case _:
            raise Refused(400, 'origin must be {"name": ...} or {"channel": ...}')
