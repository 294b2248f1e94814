"""One line made better without a change of meaning."""

import json
from itertools import chain
from typing import Final

from bot.dataset.repair.changes import ChangeLog
from bot.dataset.validation.example_rules import prompt_completion
from bot.dataset.validation.examples import (
    CALL_KEYS,
    PAIR_KEYS,
    identity_of,
    may_strip,
    message_lists,
    method_of,
)
from bot.dataset.validation.parsing import LineParser, ParsedLine, Unreadable, plain_messages
from bot.domain import JsonDict
from bot.domain.datasets import TrainingMethod
from bot.gateways.dataset_file import Line

_REMEMBERED: Final = 1_000_000
"""Examples of which duplicates are looked for, as many as validation remembers."""


class LineRepair:
    """Repairs line after line and notes what it changed."""

    def __init__(self, log: ChangeLog) -> None:
        self._log = log
        self._parser = LineParser()
        self._known: set[int] = set()
        self._noted: set[str] = set()

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
        data = self._bare(line)
        parsed = self._parsed(data)
        if isinstance(parsed.row, dict):
            data = self._rewritten(line.number, parsed, data)
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
            self._note("crlf", line.number)
            end = end.replace(b"\r", b"")
        bare = body.strip(b" \t\r")
        if bare == body or b"\0" in body:  # with NULs a blank may be half of something else
            return body + end
        self._note("trailing_blanks", line.number, body, bare)
        return bare + end

    def _parsed(self, data: bytes) -> ParsedLine:
        """The row of a line; one that can't be read is as good as one without a row."""
        messages = plain_messages(data)
        if messages is not None:
            return ParsedLine({"messages": messages}, ())
        try:
            return self._parser.parse(data)
        except Unreadable:
            return ParsedLine(None, ())

    def _rewritten(self, number: int, parsed: ParsedLine, data: bytes) -> bytes:
        """The line after its row was repaired in place."""
        row = parsed.row
        assert isinstance(row, dict)
        if parsed.repeated_keys:  # of which only one would be left
            return data
        if prompt_completion(row) is not None:
            question, answer = row.pop("prompt"), row.pop("completion")
            row.update(conversation(question, answer))
            self._note("prompt_completion", number, data, spelled(row))
            return spelled(row)
        stripped = _strip_texts(row)
        better = spelled(row, instead=data) if stripped else data
        if better != data:
            self._note("trailing_blanks", number, *stripped)
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


def conversation(question: str, answer: str) -> JsonDict:
    """A row of two messages, without blanks around their texts."""
    return {
        "messages": [
            {"role": "user", "content": question.strip()},
            {"role": "assistant", "content": answer.strip()},
        ]
    }


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
