"""How many tokens a text is: the only home of splintr, whose ranks come in its wheel.

Counting holds the GIL for most of the time: count much text in a thread, piece by piece.
"""

import functools
from collections.abc import Callable, Iterable, Mapping

import splintr

from bot.catalogue import load_catalogue

# The formula of OpenAI's cookbook, which matches the bill to a token or two an example:
# https://developers.openai.com/cookbook/examples/how_to_count_tokens_with_tiktoken
_TOKENS_PER_EXAMPLE = 3
_TOKENS_PER_MESSAGE = 3
_TOKENS_PER_NAME = 1

_PIECE = 100_000
"""Characters counted at once: less than 20 ms even for one endless word."""
_CACHED_LENGTH = 8_192


def encoding_for(model: str) -> str:
    """The tokenizer of *model*: "o200k_base" or "cl100k_base". Any name, `ft:` ones too."""
    return load_catalogue().encoding(model)


def count_tokens(text: str, encoding: str) -> int:
    """Tokens of *text*; what looks like a special token counts as the text that it is.

    Exact up to 100,000 characters; above, a word cut at each further 100,000 may add one.
    """
    encode = _tokenizer(encoding).encode_ordinary
    if len(text) <= _PIECE:
        return _count(text, encode)
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    return sum(_count(piece, encode) for piece in pieces)


def count_example_tokens(messages: Iterable[object], encoding: str) -> int:
    """Tokens that a training example is billed for in each epoch; an estimate.

    Takes messages as they stand in the file: what is not text counts nothing.
    """
    total = _TOKENS_PER_EXAMPLE
    for message in messages:
        if isinstance(message, Mapping):
            total += _message_tokens(message, encoding)
    return total


def _message_tokens(message: Mapping[str, object], encoding: str) -> int:
    role, content, name = message.get("role"), message.get("content"), message.get("name")
    total = _TOKENS_PER_MESSAGE
    if isinstance(role, str):
        total += _repeated(role, encoding)
    if isinstance(content, str):
        # A dataset has one system prompt, or few: counted once.
        total += (_repeated if role == "system" else count_tokens)(content, encoding)
    if isinstance(name, str):
        total += _TOKENS_PER_NAME + _repeated(name, encoding)
    return total


def _repeated(text: str, encoding: str) -> int:
    if len(text) > _CACHED_LENGTH:
        return count_tokens(text, encoding)
    return _cached_count(text, encoding)


@functools.lru_cache(maxsize=256)
def _cached_count(text: str, encoding: str) -> int:
    return count_tokens(text, encoding)


def _count(text: str, encode: Callable[[str], list[int]]) -> int:
    try:
        return len(encode(text))
    except UnicodeEncodeError:  # half a character, which JSON can spell and UTF-8 can't
        return len(encode(text.encode(errors="replace").decode()))


@functools.cache
def _tokenizer(encoding: str) -> splintr.AnyTokenizer:
    """Loaded at first use: 30 to 50 ms."""
    return splintr.Tokenizer.from_pretrained(encoding)
