"""The files that people send, as fields of their messages."""

import mimetypes

from sandbox import samples
from sandbox.asking import identifier
from sandbox.errors import Refused
from sandbox.files import FileStore
from sandbox.shapes import Json
from sandbox.typed import caption_of

Content = tuple[str | None, bytes, str | None]
"""Name, bytes and MIME type of a file."""
KINDS = ("document", "photo", "voice", "sticker")
_DURATION_S = 3


def sent_file(store: FileStore, kind: str, fields: Json, content: Content | None) -> Json:
    """The fields of a message that is a file of *kind*; without *content*, the sandbox's sample.

    *fields* may hold `caption`, `duration` of a voice message in seconds, `emoji` of a sticker.
    Raises `Refused` for a document without content, `TelegramError` if it cannot be such a file.
    """
    if kind not in KINDS:
        raise Refused(400, f"kind must be one of {', '.join(KINDS)}")
    duration = identifier(fields, "duration", _DURATION_S) or 0
    name, data, mime_type = content or _sample(kind, duration)
    file = store.add(name or "file", data, mime_type or mimetypes.guess_type(name or "")[0])
    match kind:
        case "photo":
            media: Json | list[Json] = file.as_photo()
        case "voice":
            media = file.as_timed(duration)
        case "sticker":
            return {"sticker": file.as_sticker(str(fields.get("emoji", "🙂")))}
        case _:
            media = file.as_document()
    return {kind: media} | caption_of(fields.get("caption"))


def _sample(kind: str, duration_s: int) -> Content:
    match kind:
        case "photo":
            return "picture.png", samples.picture(), "image/png"
        case "voice":
            return "voice.oga", samples.voice(min(duration_s, 60)), "audio/ogg"
        case "sticker":
            return "sticker.webp", samples.STICKER, "image/webp"
        case _:
            raise Refused(400, "file is missing")
