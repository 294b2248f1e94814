"""Counting tokens in o200k_base, the encoding of the gpt-4o and gpt-4.1 families."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import splintr

# https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken (looked up 2026-11-22)
_PER_CONVERSATION = 3
_PER_MESSAGE = 3
_PER_NAME = 1


@cache
def tokenizer() -> Any:
    """The shared tokenizer; the first call takes about 50 ms."""
    return splintr.Tokenizer.from_pretrained("o200k_base")


def encode(text: str) -> list[int]:
    """*text* as token numbers; special tokens in it count as plain text."""
    numbers: list[int] = tokenizer().encode_ordinary(text)
    return numbers


def conversation_tokens(messages: Iterable[Mapping[str, Any]]) -> int:
    """Tokens of a chat: 3, and for each message 3 + role + content (+ 1 if it has a name)."""
    return _PER_CONVERSATION + sum(_message_tokens(message) for message in messages)


def _message_tokens(message: Mapping[str, Any]) -> int:
    total = _PER_MESSAGE
    for key in ("role", "content", "name"):
        total += len(encode(text_of(message.get(key))))
    return total + (_PER_NAME if message.get("name") else 0)


def text_of(content: object) -> str:
    """The text of a message's content: a string, None, or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(text_of(part.get("text")) for part in content if isinstance(part, dict))
    return ""
