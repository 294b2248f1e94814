"""Text in another encoding, read as UTF-8."""

import codecs
import io
from typing import TYPE_CHECKING

from bot.dataset.recognition.code_pages import holds_utf8
from bot.dataset.recognition.source import Broken
from bot.gateways.dataset_file import BUFFER

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def recoded(stream: io.BufferedReader, codec: str) -> io.BufferedReader:
    """The same text in UTF-8, without a byte order mark.

    Raises:
        Broken: when it is read: somewhere it is not in that encoding.
    """
    return io.BufferedReader(_Recoded(stream, codec), BUFFER)


class _Recoded(io.RawIOBase):
    def __init__(self, stream: io.BufferedReader, codec: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(codec)()
        self._is_narrow = not codec.startswith("utf")
        self._ready = memoryview(b"")
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        while not self._ready and not self._is_over:
            self._ready = memoryview(self._more().encode())
        n = min(len(view), len(self._ready))
        view[:n] = self._ready[:n]
        self._ready = self._ready[n:]
        return n

    def _more(self) -> str:
        chunk = self._stream.read(BUFFER)
        self._is_over = not chunk
        if self._is_narrow and holds_utf8(chunk):  # which would be read as something else
            raise Broken("code_page_broken")
        try:
            text = self._decoder.decode(chunk, final=not chunk)
            text.encode()
        except UnicodeError as exc:
            raise Broken("code_page_broken") from exc
        return text
