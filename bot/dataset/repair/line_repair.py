"""One line made better without a change of meaning."""

import json
from dataclasses import replace
from itertools import chain
from typing import Final

from bot.dataset.recognition.formats import converted
from bot.dataset.repair.changes import ChangeLog
from bot.dataset.repair.messages import Change, mend_messages
from bot.dataset.validation.examples import (
    CALL_KEYS,
    PAIR_KEYS,
    identity_of,
    may_strip,
    message_lists,
    method_of,
)
from bot.dataset.validation.parsing import (
    LineParser,
    ParsedLine,
    Unreadable,
    plain_messages,
    without_comma,
    without_odd_blanks,
)
from bot.domain import JsonDict
from bot.domain.datasets import TrainingMethod
from bot.gateways.dataset_file import Line

_EXCERPT: Final = 40
_REMEMBERED: Final = 1_000_000
"""Examples of which duplicates are looked for, as many as validation remembers."""


class LineRepair:
    """Repairs line after line and notes what it changed."""

    def __init__(self, log: ChangeLog) -> None:
        self._log = log
        self._parser = LineParser()
        self._known: set[int] = set()
        self._noted: set[str] = set()
        self.n_like_examples = 0
        """Lines that look like examples by now, good or bad."""

    @property
    def is_converted(self) -> bool:
        """Whether another tool wrote the line that was repaired last."""
        return "other_format" in self._noted

    def repaired(self, line: Line) -> bytes | None:
        """What takes the place of *line*; None: nothing does."""
        self._noted.clear()
        if not line.is_whole:
            self._log.n_before += not line.is_rest
            self._log.n_after += not line.is_rest
            return line.data
        if not line.data.strip():
            self._note("blank_lines", line.number)
            return None
        self._log.n_before += 1
        uncovered = without_comma(line.data)
        if uncovered is not None:
            self._note("comma_ended", line.number, line.data[-_EXCERPT:], uncovered[-_EXCERPT:])
            line = replace(line, data=uncovered)
        data = self._bare(line)
        parsed, data = self._in_our_format(line.number, *self._parsed(line.number, data))
        if isinstance(parsed.row, dict):
            data = self._rewritten(line.number, parsed, data)
            self.n_like_examples += method_of(parsed.row) is not None
            if _is_example(parsed.row) and self._is_known(parsed.row, data):
                self._note("duplicate_example", line.number, data)
                return None
        self._log.n_after += 1
        return data

    def _bare(self, line: Line) -> bytes:
        """A line without the blanks around it, which belong to nothing that it says."""
        body = line.data.rstrip(b"\r\n")
        end = line.data[len(body) :]
        if b"\r" in end:
            self._note("crlf" if end.endswith(b"\n") else "cr", line.number)
        end = b"\n" if end else b""
        bare = body.strip(b" \t\r")
        if bare == body or b"\0" in body:  # with NULs a blank may be half of something else
            return body + end
        self._note("trailing_blanks", line.number, body, bare)
        return bare + end

    def _parsed(self, number: int, data: bytes) -> tuple[ParsedLine, bytes]:
        """The row of a line; one that can't be read is as good as one without a row."""
        messages = plain_messages(data)
        if messages is not None:
            return ParsedLine({"messages": messages}, ()), data
        try:
            return self._parser.parse(data), data
        except Unreadable as exc:
            if exc.rule != "odd_blank":
                return ParsedLine(None, ()), data
        better = without_odd_blanks(data.decode()).encode()
        self._note("odd_blank", number)
        return self._parser.parse(better), better

    def _in_our_format(
        self, number: int, parsed: ParsedLine, data: bytes
    ) -> tuple[ParsedLine, bytes]:
        """The same example, if another tool wrote it, and what no training takes left out."""
        other = None if parsed.repeated_keys else converted(parsed.row)
        if other is None or other.row is None:
            return parsed, data
        new = spelled(other.row)
        self._note("other_format", number, data, new)
        return ParsedLine(other.row, ()), new

    def _rewritten(self, number: int, parsed: ParsedLine, data: bytes) -> bytes:
        """The line after its row was repaired in place."""
        row = parsed.row
        assert isinstance(row, dict)
        if parsed.repeated_keys:  # of which only one would be left
            return data
        changes = list(mend_messages(row))
        stripped = _strip_texts(row)
        if stripped:
            changes.append(Change("trailing_blanks", *stripped))
        better = spelled(row, instead=data) if changes else data
        for change in changes if better != data else ():
            self._note(change.kind, number, change.before, change.after)
        return better

    def _is_known(self, row: JsonDict, data: bytes) -> bool:
        identity = hash(identity_of(row, data))
        is_known = identity in self._known
        if len(self._known) < _REMEMBERED:
            self._known.add(identity)
        return is_known

    def _note(self, kind: str, number: int, *texts: bytes | str) -> None:
        """Count a change, of each kind one for a line."""
        if kind not in self._noted:
            self._noted.add(kind)
            self._log.note(kind, number, *texts)


def spelled(row: JsonDict, *, instead: bytes = b"") -> bytes:
    """A row as a line; where JSON has no words for a number in it, the line *instead*."""
    try:
        text = json.dumps(row, ensure_ascii=False, allow_nan=False)
    except ValueError:  # 1e999 is read as infinity
        return instead
    try:
        return f"{text}\n".encode()
    except UnicodeEncodeError:  # half a character can only be written as an escape
        return f"{json.dumps(row)}\n".encode()


def _strip_texts(row: JsonDict) -> tuple[str, ...]:
    """Strip the texts of a row's messages in place; the first of them before and after."""
    first: tuple[str, ...] = ()
    for message in chain.from_iterable(message_lists(row)):
        if not isinstance(message, dict) or not may_strip(message):
            continue
        content = message["content"]
        bare = content.strip()
        if bare and bare != content:
            message["content"] = bare
            first = first or (content, bare)
    return first


def _is_example(row: JsonDict) -> bool:
    """Whether it has the shape of an example, so that a second one of the same is one too many."""
    lists = list(message_lists(row))
    is_whole = len(lists) == (len(PAIR_KEYS) if method_of(row) is TrainingMethod.DPO else 1)
    messages = list(chain.from_iterable(lists))
    return is_whole and all(lists) and all(isinstance(m, dict) and _is_said(m) for m in messages)


def _is_said(message: JsonDict) -> bool:
    has_text = isinstance(message.get("content"), str)
    is_call = any(key in message for key in CALL_KEYS)
    return isinstance(message.get("role"), str) and (has_text or is_call)
