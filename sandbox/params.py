"""The parameters of a Bot API call, decoded once."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.errors import bad_request
from sandbox.shapes import Json

_INTEGERS = frozenset({
    "chat_id", "from_chat_id", "user_id", "message_id", "message_thread_id", "reply_to_message_id",
    "offset", "limit", "timeout", "max_connections", "cache_time", "draft_id",
    "direct_messages_topic_id", "open_period", "close_date", "correct_option_id",
})  # fmt: skip
_BOOLEANS = frozenset({
    "disable_notification", "protect_content", "allow_paid_broadcast", "show_alert",
    "show_caption_above_media", "has_spoiler", "disable_content_type_detection",
    "drop_pending_updates", "allow_sending_without_reply", "disable_web_page_preview", "can_stop",
    "keep_on_stop", "for_channels", "is_anonymous", "is_closed", "allows_multiple_answers",
    "allows_revoting", "is_big",
})  # fmt: skip
_OBJECTS = frozenset({
    "reply_markup", "entities", "caption_entities", "reply_parameters", "link_preview_options",
    "media", "commands", "scope", "allowed_updates", "message_ids", "menu_button",
    "suggested_post_parameters", "rich_message", "ephemeral_message_parameters", "rights",
    "options", "question_entities", "explanation_entities", "correct_option_ids", "reaction",
})  # fmt: skip
_TRUE = frozenset({"true", "yes", "1"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    mime_type: str | None
    content: bytes


@dataclass(frozen=True, slots=True)
class Params:
    """A call's parameters; each method ignores unknown names, as Telegram does."""

    values: Json
    uploads: dict[str, Upload]

    @property
    def recorded(self) -> Json:
        """The parameters for the record: files by name and size only."""
        if not self.uploads:
            return self.values
        files = {
            field: {"file_name": upload.name, "size": len(upload.content)}
            for field, upload in self.uploads.items()
        }
        return self.values | files

    def get(self, name: str) -> Any:
        """A decoded parameter; None when it is missing."""
        return self.values.get(name)

    def text(self, name: str) -> str:
        """A parameter as a string; empty when it is missing."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """A boolean; False when it is missing."""
        return self.values.get(name) is True

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number; *default* when it is missing or has another type."""
        value = self.values.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else default

    def chat_id(self, name: str = "chat_id") -> int:
        """The call's chat; raises `TelegramError` without one, or for a channel's name."""
        value = self.values.get(name)
        if value is None or value == "":
            raise bad_request(f"{name} is empty")
        if not isinstance(value, int):
            raise bad_request("chat not found")
        return value

    def message_id(self) -> int:
        """The message of the call; raises `TelegramError` when it is missing."""
        if not (message_id := self.integer("message_id")):
            raise bad_request("message identifier is not specified")
        return message_id


def decoded(pairs: Iterable[tuple[str, Any]]) -> Json:
    """Parameters of a form or a JSON object, each in the type that belongs to its name."""
    return {name: _decode(name, value) for name, value in pairs}


def _decode(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in _INTEGERS:
        return _try(int, value)
    if name in _BOOLEANS:
        return value.lower() in _TRUE
    if name in _OBJECTS:
        return _try(json.loads, value)
    return value


def _try(parse: Callable[[str], Any], value: str) -> Any:
    try:
        return parse(value)
    except ValueError:
        return value
