"""A quick way past the rules for lines that break none; whatever it doubts goes the slow way.

The tables stay the only truth about findings: this module may only say "nothing wrong here", and
a test with generated lines holds it to that.
"""

import json
from typing import Final

from bot.dataset.validation.reading import MAX_LINE_BYTES
from bot.dataset.validation.special_tokens import special_tokens_in
from bot.domain import JsonDict

_ROLES: Final = frozenset({"system", "developer", "user", "assistant"})
_decode: Final = json.JSONDecoder().raw_decode


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
        if type(role) is not str or role not in _ROLES or type(content) is not str:
            return False
        if not content or content.isspace():
            return False
    return True
