"""Small files to send where nobody has one at hand: a picture, a sticker, a voice message."""

import base64
import struct
import zlib
from collections.abc import Iterator

STICKER = base64.b64decode(
    "UklGRnQAAABXRUJQVlA4TGcAAAAv/8F/EB8gEEjxOHEuEEgGy2/t4Zn/KBA+qGkkBcIkJjFJueHpN6L/ExDjdT7O6z/h"
    "VrjPF9Z/Qq5w48RziRvXuP4Tcv/qP2GXeC6x/hN4PMd7XP8JucCF2f7CMa7/BByv83Fe/wk2AA=="
)
"""A WEBP of 512 by 512 pixels, drawn for this sandbox: a smile of 8 by 8 squares."""
_SILENCE = b"\xf8\xff\xfe"
"""An Opus packet of 20 ms in which nothing is heard."""
_PACKETS_PER_S = 50
_TICKS = 960
"""The length of a packet at 48 kHz, which Ogg counts in."""
_SERIAL = 7


def picture(width: int = 320, height: int = 200) -> bytes:
    """A PNG: a sky over a field."""
    sky, field = b"\x9c\xc8\xee", b"\x7f\xb0\x69"
    rows = b"".join(
        b"\0" + (sky if row < height * 3 // 5 else field) * width for row in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def voice(seconds: int = 3) -> bytes:
    """An Ogg file with Opus, as Telegram's voice messages are: *seconds* of silence."""
    head = struct.pack("<8sBBHIHB", b"OpusHead", 1, 1, 0, 48_000, 0, 0)
    tags = struct.pack("<8sI7sI", b"OpusTags", 7, b"sandbox", 0)
    return b"".join((_page(0, [head], 2), _page(0, [tags], 0), *_sound(seconds)))


def _sound(seconds: int) -> Iterator[bytes]:
    for second in range(seconds):
        ticks = (second + 1) * _PACKETS_PER_S * _TICKS
        is_last = second + 1 == seconds
        yield _page(ticks, [_SILENCE] * _PACKETS_PER_S, 4 if is_last else 0, number=second + 2)


def _page(ticks: int, packets: list[bytes], kind: int, *, number: int | None = None) -> bytes:
    number = number if number is not None else (0 if kind == 2 else 1)
    table = bytes(map(len, packets))
    header = struct.pack("<4sBBQIIIB", b"OggS", 0, kind, ticks, _SERIAL, number, 0, len(table))
    page = bytearray(header + table + b"".join(packets))
    page[22:26] = struct.pack("<I", _checksum(bytes(page)))
    return bytes(page)


def _checksum(page: bytes) -> int:
    """Ogg's CRC: not reflected, with the polynomial 0x04c11db7. RFC 3533, section 6."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)
        crc &= 0xFFFFFFFF
    return crc


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
