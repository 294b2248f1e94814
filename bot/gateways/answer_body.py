"""Reads the body of a chat's answer: server-sent events, lines of JSON, or one JSON value.

The body itself tells which it is. Some servers answer a request for a stream with plain JSON,
others the other way round, and the content type may be wrong. The library's own reader shows
neither that nor whether the server said `[DONE]`.

Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import json
import re
from collections.abc import Iterator
from typing import Final

from bot.domain import JsonDict
from bot.gateways.deadlines import MOST_LINE_BYTES
from bot.gateways.wire import record

_LINE_END: Final = re.compile(rb"\r\n|\n|\r(?!\Z)")
_SIGN: Final = re.compile(r'\\.|["\[\]{}]', re.DOTALL)
"""What tells where a JSON value ends."""
_FIELD: Final = re.compile(r"(data|event|id|retry|)(?::[ ]?|\Z)")
"""A field of an event; without a name it is a comment, or the empty line that ends the event."""


class AnswerBody:
    """Gets a body in pieces of any length and gives its JSON objects, each as soon as it is whole.

    Some servers leave out the empty line after an event, or put one JSON value on many lines.
    """

    def __init__(self) -> None:
        self.is_done = False
        """The server said that the answer is over, or it sent all of it in one plain value."""
        self._line = bytearray()
        self._data: list[str] = []
        """Lines of a value that is not whole."""
        self._n_characters = 0
        self._depth = 0
        """Brackets that are open; below 0: no lines can make a value of it any more."""
        self._is_string = False
        self._event = ""
        self._is_plain = False
        """Whether JSON has come that is not in an event."""
        self._n_objects = 0
        self._is_queued = False

    def takes_queue(self) -> bool:
        """Whether the server has told since the last call that the question waits for its turn.

        This project's engine does so by comments: ": queue 3".
        """
        was_queued, self._is_queued = self._is_queued, False
        return was_queued

    def feed(self, piece: bytes) -> Iterator[JsonDict]:
        """The objects that end in this piece; those of the event "error" get a field `error`.

        Raises:
            ValueError: an event is not JSON, or a line has more than `MOST_LINE_BYTES`.
        """
        n_searched = max(0, len(self._line) - 1)
        self._line += piece
        if not _LINE_END.search(self._line, n_searched):
            if len(self._line) > MOST_LINE_BYTES:
                raise ValueError("a line without an end")
            return
        *lines, rest = _LINE_END.split(self._line)
        self._line = bytearray(rest)
        for line in lines:
            if not self.is_done:
                yield from self._read(line.decode(errors="replace").lstrip("\ufeff"))

    def finish(self) -> Iterator[JsonDict]:
        """The objects in a last line that has no end."""
        if self._line:
            yield from self.feed(b"\n")
        if self._is_plain and self._n_objects == 1:
            self.is_done = True

    def _read(self, line: str) -> Iterator[JsonDict]:
        field = None if self._is_plain and self._data else _FIELD.match(line)
        name = field[1] if field else ""
        data = line[field.end() :] if field else line
        self._is_plain = self._is_plain or (field is None and data.lstrip().startswith(("{", "[")))
        if line.startswith(": queue "):
            self._is_queued = True
        elif name == "event":
            self._event = data.strip()
        elif data.lstrip().startswith("[DONE]") and (name == "data" or field is None):
            self.is_done = True
        elif name == "data" or (field is None and self._is_plain):
            yield from self._objects_with(data)
        elif not line:
            yield from self._objects_with("", is_over=True)
            self._event = ""

    def _objects_with(self, line: str, *, is_over: bool = False) -> Iterator[JsonDict]:
        """The objects in the data with its new *line*; *is_over*: nothing more belongs to it."""
        self._add(line)
        if self._n_characters > MOST_LINE_BYTES:  # of many short lines
            raise ValueError("an event without an end")
        may_be_whole = line.rstrip().endswith(("}", "]")) and not (self._depth or self._is_string)
        if not self._data or not (is_over or may_be_whole):
            return
        data = "\n".join(self._data).strip()
        try:
            found = json.loads(data, strict=False)  # strings may hold a raw NUL
        except (ValueError, RecursionError) as exc:
            if is_over:
                raise ValueError(str(exc)) from exc
            self._depth = -1
            return
        self._forget()
        for fields in map(record, found if isinstance(found, list) else [found]):
            if fields:
                self._n_objects += 1
                is_error = self._event == "error" and not fields.get("error")
                yield fields | {"error": fields} if is_error else fields

    def _add(self, line: str) -> None:
        """Note a line of a value, and how many brackets are open after it."""
        if not self._data and not line.strip():
            return
        self._data.append(line)
        self._n_characters += len(line) + 1
        for sign in _SIGN.findall(line):
            if sign == '"':
                self._is_string = not self._is_string
            elif not self._is_string and self._depth >= 0:
                self._depth += (sign in "[{") - (sign in "]}")

    def _forget(self) -> None:
        self._data.clear()
        self._n_characters = self._depth = 0
        self._is_string = False
