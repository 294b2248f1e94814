"""How many tokens a text is: the only home of splintr, whose ranks come in its wheel.

Counting holds the GIL for most of the time: count much text in a thread, piece by piece.
"""

import functools
from collections.abc import Iterable

import splintr

from bot.catalogue import load_catalogue
from bot.domain import JsonDict

# The formula of OpenAI's cookbook, which matches the bill to a token or two an example:
# https://developers.openai.com/cookbook/examples/how_to_count_tokens_with_tiktoken
_TOKENS_PER_EXAMPLE = 3
_TOKENS_PER_MESSAGE = 3
_TOKENS_PER_NAME = 1

_PIECE = 100_000
"""Characters counted at once: less than 20 ms even for one endless word."""
_CACHED_LENGTH = 8_192
_BYTES_PER_TOKEN = 4


def encoding_for(model: str) -> str:
    """The tokenizer of *model*: "o200k_base" or "cl100k_base".

    An `ft:` name has that of its base, a name that nobody knows the catalogue's default, whatever
    its maker really uses: what is counted by it is an estimate.
    """
    return load_catalogue().encoding(model)


def warm_up(encoding: str) -> None:
    """Load the tokenizer and let it split a word that no token holds: 0.1 s, in one piece."""
    count_tokens("zxqvb", encoding)


def count_tokens(text: str, encoding: str) -> int:
    """Tokens of *text*; what looks like a special token counts as the text that it is.

    Exact up to 100,000 characters; above, a word cut at each further 100,000 may add one.
    """
    tokenizer = _tokenizer(encoding)
    if len(text) <= _PIECE:
        return _count(text, tokenizer)
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    return sum(_count(piece, tokenizer) for piece in pieces)


def count_example_tokens(messages: Iterable[object], encoding: str) -> int:
    """Tokens that a training example is billed for in each epoch; an estimate.

    Takes messages as they stand in the file: what is not text counts nothing.
    """
    total = _TOKENS_PER_EXAMPLE
    for message in messages:
        if isinstance(message, dict):
            total += _message_tokens(message, encoding)
    return total


def _message_tokens(message: JsonDict, encoding: str) -> int:
    role, content = message.get("role"), message.get("content")
    total = _TOKENS_PER_MESSAGE
    if isinstance(role, str):
        total += _repeated(role, encoding)
    if isinstance(content, str):
        # A dataset has one system prompt, or few: counted once.
        total += (_repeated if role == "system" else count_tokens)(content, encoding)
    if "name" in message and isinstance(message["name"], str):
        total += _TOKENS_PER_NAME + _repeated(message["name"], encoding)
    return total


def _repeated(text: str, encoding: str) -> int:
    if len(text) > _CACHED_LENGTH:
        return count_tokens(text, encoding)
    return _cached_count(text, encoding)


@functools.lru_cache(maxsize=256)
def _cached_count(text: str, encoding: str) -> int:
    return count_tokens(text, encoding)


def _count(text: str, tokenizer: splintr.AnyTokenizer) -> int:
    try:
        if "<" in text:  # the flat encoding would take "<|endoftext|>" for one token
            return len(tokenizer.encode_ordinary(text))
        return len(tokenizer.encode_flat(text)) // _BYTES_PER_TOKEN
    except UnicodeEncodeError:  # half a character, which JSON can spell and UTF-8 can't
        return len(tokenizer.encode_ordinary(text.encode(errors="replace").decode()))


@functools.cache
def _tokenizer(encoding: str) -> splintr.AnyTokenizer:
    """Loaded at first use: 30 to 50 ms."""
    return splintr.Tokenizer.from_pretrained(encoding)
