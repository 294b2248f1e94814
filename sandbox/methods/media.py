"""The kinds of media that bots send, as fields of messages."""

from collections.abc import Callable
from typing import Any

from sandbox.errors import bad_request
from sandbox.files import StoredFile
from sandbox.methods.call import Call
from sandbox.shapes import Json


def _video_size(file: StoredFile, values: Json) -> Json:
    size = {name: _number(values, name) for name in ("width", "height")}
    return size | file.as_timed(_number(values, "duration")) | {"file_name": file.name}


def _audio(file: StoredFile, values: Json) -> Json:
    named = {name: str(values[name]) for name in ("performer", "title") if values.get(name)}
    return file.as_timed(_number(values, "duration")) | {"file_name": file.name} | named


MEDIA: dict[str, Callable[[StoredFile, Json], Any]] = {
    "photo": lambda file, _: file.as_photo(),
    "document": lambda file, _: file.as_document(),
    "voice": lambda file, values: file.as_timed(_number(values, "duration")),
    "audio": _audio,
    "video": _video_size,
    "animation": _video_size,
}
"""How a file and the other values of a call become the field of a message, by its name."""
IN_ALBUMS = ("photo", "document", "audio", "video")
ALONE_IN_ALBUMS = ("document", "audio")
"""Kinds that are not mixed with others in an album."""


def send_content(call: Call, kind: str) -> Json:
    """The fields of a message with the file of the call."""
    file = call.file(kind)
    return _content(file, kind, call.params.values) | call.caption()


def input_media(call: Call, item: Any) -> Json:
    """An InputMedia's fields of a message; raises `TelegramError` for a bad kind or no file."""
    if not isinstance(item, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    kind = item.get("type")
    if not isinstance(kind, str) or kind not in MEDIA:
        raise bad_request(f"can't parse InputMedia: type {kind} is not supported by the sandbox")
    file = call.file_at(str(item.get("media") or ""))
    return _content(file, kind, item) | call.caption(item)


def kind_of(content: Json) -> str | None:
    """The kind of media in a message; None without media."""
    return next((kind for kind in MEDIA if kind in content), None)


def _content(file: StoredFile, kind: str, values: Json) -> Json:
    media = MEDIA[kind](file, values)
    # As Telegram does, for clients that are older than animations.
    document = {"document": file.as_document()} if kind == "animation" else {}
    return {kind: media} | document


def _number(values: Json, name: str) -> int:
    value = str(values.get(name) or 0)
    return int(value) if value.isdecimal() else 0
