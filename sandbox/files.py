"""The files that bots and people sent, in memory."""

import mimetypes
import secrets
import struct
from dataclasses import dataclass
from pathlib import PurePosixPath

from sandbox.errors import bad_request
from sandbox.shapes import Json

MAX_UPLOAD_BYTES = 50_000_000
MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
MAX_PHOTO_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file by its `file_id`."""

    file_id: str
    unique_id: str
    name: str
    mime_type: str
    content: bytes
    path: str
    """What `getFile` calls `file_path`."""
    dimensions: tuple[int, int] | None
    """Width and height in pixels; None if it is not a picture."""

    def as_document(self) -> Json:
        """Telegram's Document."""
        return {"file_name": self.name, "mime_type": self.mime_type, **self._identity()}

    def as_photo(self) -> list[Json]:
        """Telegram's sizes of a photo: only the one that was sent.

        Raises:
            TelegramError: when the file is not a picture, or too big for one.
        """
        size = len(self.content)
        if size > MAX_PHOTO_BYTES:
            raise bad_request(
                f"file of size {size} bytes is too big for a photo; "
                f"the maximum size is {MAX_PHOTO_BYTES} bytes"
            )
        if self.dimensions is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        width, height = self.dimensions
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        return [{**self._identity(), "width": width, "height": height}]

    def as_timed(self, duration_s: int) -> Json:
        """Telegram's Voice, and the common part of its Audio, Video and Animation."""
        return {"duration": duration_s, "mime_type": self.mime_type, **self._identity()}

    def as_sticker(self, emoji: str) -> Json:
        """Telegram's Sticker: one that does not move.

        Raises:
            TelegramError: when the file is not a picture.
        """
        if self.dimensions is None:
            raise bad_request("wrong file type")
        width, height = self.dimensions
        size = {"width": width, "height": height, "is_animated": False, "is_video": False}
        return {"type": "regular", **size, "emoji": emoji, **self._identity()}

    def as_file(self) -> Json:
        """Telegram's File, for `getFile`; raises `TelegramError` if it is too big to download."""
        if len(self.content) > MAX_DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        return {**self._identity(), "file_path": self.path}

    def _identity(self) -> Json:
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.content),
        }


class FileStore:
    """All files, by id and by path."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def add(self, name: str, content: bytes, mime_type: str | None = None) -> StoredFile:
        """Store a file; raises `TelegramError` if it is empty or larger than a bot may send."""
        if not content:
            raise bad_request("file must be non-empty")
        if len(content) > MAX_UPLOAD_BYTES:
            raise bad_request("file is too big")
        name = PurePosixPath(name.replace("\\", "/")).name or "file"
        dimensions = image_size(content)
        folder = "photos" if dimensions else "documents"
        file = StoredFile(
            file_id=f"BQACAgIAAx{secrets.token_urlsafe(24)}",
            unique_id=f"AgAD{secrets.token_urlsafe(8)}",
            name=name,
            mime_type=mime_type or mimetypes.guess_type(name)[0] or "application/octet-stream",
            content=content,
            path=f"{folder}/file_{len(self._by_id)}{PurePosixPath(name).suffix}",
            dimensions=dimensions,
        )
        self._by_id[file.file_id] = file
        self._by_path[file.path] = file
        return file

    def get(self, file_id: str) -> StoredFile | None:
        """The file with this id."""
        return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """The file at this `file_path`."""
        return self._by_path.get(path)


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF, WEBP or JPEG; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content.startswith((b"GIF87a", b"GIF89a")) and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return width, height
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP" and len(content) >= 30:
        return _webp_size(content)
    return _jpeg_size(content) if content.startswith(b"\xff\xd8") else None


def _webp_size(content: bytes) -> tuple[int, int]:
    """By the first chunk: lossless, extended or lossy. RFC 9649."""
    match content[12:16]:
        case b"VP8L":
            bits = int.from_bytes(content[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            numbers = (content[24:27], content[27:30])
            width, height = (int.from_bytes(number, "little") + 1 for number in numbers)
            return width, height
        case _:
            width, height = struct.unpack("<HH", content[26:30])
            return width & 0x3FFF, height & 0x3FFF


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None
