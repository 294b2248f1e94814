"""Bodies of HTTP answers that are read up to a limit, so that none fills the memory.

The bot speaks to Telegram through httpx, and to the provider through its successor httpx2. What is
here serves both.
"""

import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import httpx
import httpx2

ENCODING: Final = {"Accept-Encoding": "gzip"}
"""The header of a request: no other compression is undone here."""
_PIECE_BYTES: Final = 65_536
"""A thousand times as much may be packed into a few bytes, so it is unpacked bit by bit."""
_GZIP: Final = 16 + zlib.MAX_WBITS


class TooLong(httpx2.ReadError, httpx.ReadError):  # type: ignore[misc]  # of two libraries
    """A body has more bytes than anybody wants."""


class Damaged(httpx2.DecodingError, httpx.DecodingError):  # type: ignore[misc]
    """A body is not compressed as its header says, or in a way that nobody asked for."""


def limit(response: Any, most_bytes: int) -> None:
    """Let reading the response raise `TooLong` after *most_bytes*, as they are uncompressed.

    The response is one of httpx or httpx2 whose body has not been read.
    """
    encoding = response.headers.pop("Content-Encoding", "identity").strip().lower()
    response.stream = _Limited(response.stream, encoding, most_bytes)


class _Limited(httpx2.AsyncByteStream, httpx.AsyncByteStream):
    def __init__(self, stream: Any, encoding: str, most_bytes: int) -> None:
        self._stream = stream
        self._encoding = encoding
        self._most_bytes = most_bytes
        self._unpacker = zlib.decompressobj(_GZIP)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._encoding not in ("", "identity", "gzip", "x-gzip"):
            raise Damaged(f"an answer in the encoding {self._encoding!r}")
        n_packed = n_bytes = 0
        async for packed in self._stream:
            n_packed += len(packed)
            self._check(n_packed)  # something may follow what is compressed
            for piece in self._unpacked(packed):
                n_bytes += len(piece)
                self._check(n_bytes)
                yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()

    def _check(self, n_bytes: int) -> None:
        if n_bytes > self._most_bytes:
            raise TooLong(f"an answer of more than {self._most_bytes} bytes")

    def _unpacked(self, packed: bytes) -> Iterator[bytes]:
        if "gzip" not in self._encoding:
            yield packed
            return
        is_full = True
        while (packed or is_full) and not self._unpacker.eof:
            try:
                piece = self._unpacker.decompress(packed, _PIECE_BYTES)
            except zlib.error as exc:
                raise Damaged(str(exc)) from exc
            packed, is_full = self._unpacker.unconsumed_tail, len(piece) == _PIECE_BYTES
            yield piece
