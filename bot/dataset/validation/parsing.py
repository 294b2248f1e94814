"""From a line's bytes to its row: strict JSON that tells what is wrong, and a quick way past it.

The tables of rules stay the only truth about findings: the quick way may only say "nothing wrong
here", and a test with generated lines holds it to that.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from bot.dataset.validation.language import special_tokens_in
from bot.dataset.validation.spelling import name_of
from bot.domain import JsonDict
from bot.gateways.dataset_file import MAX_LINE_BYTES

UNREADABLE: Final = (
    "line_too_long",
    "nul_bytes",
    "not_utf8",
    "invalid_json",
    "nested_too_deep",
    "not_a_number",
    "odd_blank",
)
"""Rules that speak from here: what keeps a line from being read at all. All are errors."""

_EXCERPT: Final = 20
_QUOTED_OR_ODD: Final = re.compile(
    r'"(?:[^"\\]|\\.?)*+"?'
    "|([\u0085\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff])"
)
"""A string of JSON, or a blank or invisible character that JSON has only within strings.

Possessive, and its end may lack: so no text is looked at twice, however many quotes it holds."""

_PLAIN_ROLES: Final = frozenset({"system", "developer", "user", "assistant"})
_decode: Final = json.JSONDecoder().raw_decode


class Unreadable(Exception):
    """A line that is no JSON; `rule` is one of `UNREADABLE`."""

    def __init__(self, rule: str, **params: object) -> None:
        super().__init__(rule)
        self.rule = rule
        self.params = params


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
            self._tell_odd_blank(text)
            near = exc.doc[exc.pos : exc.pos + _EXCERPT].strip()
            raise Unreadable("invalid_json", column=exc.pos + 1, near=near or "…") from None
        except RecursionError:
            raise Unreadable("nested_too_deep") from None
        except ValueError:  # an integer of thousands of digits
            raise Unreadable("invalid_json", column=1, near=text[:_EXCERPT]) from None

    def _tell_odd_blank(self, text: str) -> None:
        odd = next((found for found in _QUOTED_OR_ODD.finditer(text) if found[1]), None)
        if odd is not None and self._is_json(without_odd_blanks(text)):
            raise Unreadable("odd_blank", column=odd.start() + 1, value=name_of(odd[0]))

    def _is_json(self, text: str) -> bool:
        try:
            self._decoder.decode(text)
        except (ValueError, RecursionError, Unreadable):
            return False
        return True

    def _object(self, pairs: list[tuple[str, Any]]) -> JsonDict:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            self._repeated.extend(sorted({key for key in keys if keys.count(key) > 1}))
        return found

    def _constant(self, word: str) -> object:
        raise Unreadable("not_a_number", value=word)


def without_comma(line: bytes) -> bytes | None:
    """A line without the comma behind its object, as in a list; None: it has no such comma."""
    bare = line.rstrip()
    if not bare.endswith(b","):
        return None
    body = bare[:-1].rstrip()
    if len(line) > MAX_LINE_BYTES or not body.endswith(b"}"):
        return None
    try:
        row = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return body + line[len(bare) :] if isinstance(row, dict) else None


def without_odd_blanks(text: str) -> str:
    """A line without the blanks and invisible characters that JSON does not know as blanks."""
    return _QUOTED_OR_ODD.sub(
        lambda found: (" " if found[0].isspace() else "") if found[1] else found[0], text
    )


def plain_messages(line: bytes) -> list[JsonDict] | None:
    """The messages of a sound line that holds nothing but roles and texts; None: look closely."""
    # Behind two backslashes a quote may be a real one, and counting quotes would be wrong.
    if len(line) > MAX_LINE_BYTES or b"\\\\" in line:
        return None
    is_spelt = b"\\u" in line
    if is_spelt and (b"\\ud" in line or b"\\uD" in line or b"\\u0000" in line):
        return None
    messages = _messages(line)
    if messages is None or not _are_plain(messages):
        return None
    # A key written twice leaves more strings in the line than in the row.
    if line.count(b'"') - line.count(b'\\"') != 2 + 8 * len(messages):
        return None
    if is_spelt or b"<" in line or line.count(b"[") > 1:
        return None if any(special_tokens_in(m["content"]) for m in messages) else messages
    return messages


def _messages(line: bytes) -> list[JsonDict] | None:
    try:
        text = line.decode()
        row, end = _decode(text)
    except (ValueError, RecursionError):
        return None
    if text[end:].strip(" \t\r\n") or type(row) is not dict or len(row) != 1:
        return None
    messages = row.get("messages")
    return messages if type(messages) is list and messages else None


def _are_plain(messages: list[JsonDict]) -> bool:
    for message in messages:
        if type(message) is not dict or len(message) != 2:
            return False
        role, content = message.get("role"), message.get("content")
        if type(role) is not str or role not in _PLAIN_ROLES or type(content) is not str:
            return False
        if not content or content.isspace():
            return False
    return True
