"""From bytes to rows: lines of bounded length, and JSON that tells what is wrong with it."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from bot.domain import JsonDict

MAX_LINE_BYTES: Final = 10_000_000
"""A longer line is no example: its rest is passed over."""

UNREADABLE: Final = (
    "line_too_long",
    "nul_bytes",
    "not_utf8",
    "invalid_json",
    "nested_too_deep",
    "not_a_number",
)
"""Rules that speak from here: what keeps a line from being read at all. All are errors."""

_CHUNK: Final = 1 << 20
_TOLD_EVERY: Final = 1 << 16
"""Bytes between two words to the progress: some ten milliseconds of work."""
_HASHED: Final = 1 << 17
"""Hashing lets go of the GIL. A line at a time would do so too briefly for a waiting thread to get
it, and yet start its waiting anew: the event loop would stand still for as long as we read."""
_HEAD: Final = 65_536
"""Enough for a few rows of a table with long cells."""
_EXCERPT: Final = 20


class Unreadable(Exception):
    """A line that is no JSON; `rule` is one of `UNREADABLE`."""

    def __init__(self, rule: str, **params: object) -> None:
        super().__init__(rule)
        self.rule = rule
        self.params = params


class FileReadError(Exception):
    """The disk or the network below an open file gave up."""


class Source:
    """An open file, hashed while it is read.

    Every reading method may raise FileReadError.
    """

    def __init__(self, stream: BinaryIO, progress: Callable[[int], None] | None) -> None:
        self._stream = stream
        self._progress = progress
        self._digest = hashlib.sha256()
        self._unhashed: list[bytes] = []
        self._told = 0
        self._hashed = 0
        self.size = 0
        """Bytes read so far."""

    @property
    def sha256(self) -> str:
        """Of all that was read so far."""
        self._hash()
        return self._digest.hexdigest()

    def start(self) -> bytes:
        """The first bytes, which stay to be read."""
        with _reading():
            start = self._stream.read(_HEAD)
            self._stream.seek(0)
        return start

    def lines(self) -> Iterator[bytes]:
        """Each line with its end; of one that is too long, a bit more than the limit."""
        while line := self._read_line(MAX_LINE_BYTES + 1):
            yield line
            while line and not line.endswith(b"\n"):
                line = self._read_line(_CHUNK)

    def skip(self) -> None:
        """Read what is left for its hash alone."""
        while chunk := self._read_chunk():
            self._took(chunk)

    def finish(self) -> None:
        """Tell the progress one last time."""
        if self._progress:
            self._progress(self.size)

    def _read_line(self, limit: int) -> bytes:
        try:  # for each line, so without a context manager, which takes a microsecond
            line = self._stream.readline(limit)
        except OSError as exc:
            raise FileReadError from exc
        self._took(line)
        return line

    def _read_chunk(self) -> bytes:
        with _reading():
            return self._stream.read(_CHUNK)

    def _hash(self) -> None:
        self._digest.update(b"".join(self._unhashed))
        self._unhashed.clear()
        self._hashed = self.size

    def _took(self, data: bytes) -> None:
        self._unhashed.append(data)
        self.size += len(data)
        if self.size - self._hashed >= _HASHED:
            self._hash()
        if self._progress and self.size - self._told >= _TOLD_EVERY:
            self._told = self.size
            self._progress(self.size)


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise FileReadError from exc


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """A line that is JSON."""

    row: object
    repeated_keys: tuple[str, ...]
    """Keys that one object holds twice: JSON readers keep the last and drop the other."""


class LineParser:
    """Reads lines as strict JSON."""

    def __init__(self) -> None:
        self._repeated: list[str] = []
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_constant=self._constant
        )

    def parse(self, line: bytes) -> ParsedLine:
        """Read one line.

        Raises:
            Unreadable: it is not JSON in UTF-8, or more of it than anybody wants.
        """
        if len(line) > MAX_LINE_BYTES:
            raise Unreadable("line_too_long", megabytes=MAX_LINE_BYTES // 1_000_000)
        if b"\0" in line:
            raise Unreadable("nul_bytes", column=line.index(b"\0") + 1)
        self._repeated.clear()
        row = self._decode(line)
        return ParsedLine(row, tuple(self._repeated))

    def _decode(self, line: bytes) -> object:
        try:
            text = line.decode()
            return self._decoder.decode(text)
        except UnicodeDecodeError as exc:
            raise Unreadable("not_utf8", column=exc.start + 1) from None
        except json.JSONDecodeError as exc:
            near = exc.doc[exc.pos : exc.pos + _EXCERPT].strip()
            raise Unreadable("invalid_json", column=exc.pos + 1, near=near or "…") from None
        except RecursionError:
            raise Unreadable("nested_too_deep") from None
        except ValueError:  # an integer of thousands of digits
            raise Unreadable("invalid_json", column=1, near=text[:_EXCERPT]) from None

    def _object(self, pairs: list[tuple[str, Any]]) -> JsonDict:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            self._repeated.extend(sorted({key for key in keys if keys.count(key) > 1}))
        return found

    def _constant(self, word: str) -> object:
        raise Unreadable("not_a_number", value=word)
