"""How many tokens a text has. Only this module uses splintr, whose wheel has the ranks.

Counting mostly holds the GIL: count much text in a thread, piece by piece. Loading a tokenizer
holds it for 0.2 s, also in a thread, and takes 40 MB. So it comes when needed, and leaves later.
Its library also comes only then.
"""

import functools
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.catalogue import load_catalogue
from bot.domain import JsonDict
from bot.domain.models import ChatMessage

if TYPE_CHECKING:
    import splintr

# The formula of OpenAI's cookbook. It matches the bill to one or two tokens per example:
# https://developers.openai.com/cookbook/examples/how_to_count_tokens_with_tiktoken
_TOKENS_PER_EXAMPLE = 3
_TOKENS_PER_MESSAGE = 3
_TOKENS_PER_NAME = 1

_PIECE = 100_000
"""Characters counted at once: they take less than 20 ms, even if they are one word."""
_CACHED_LENGTH = 8_192
_BYTES_PER_TOKEN = 4


@dataclass(slots=True)
class _Loaded:
    tokenizer: "splintr.AnyTokenizer"
    used_at: float
    """Seconds of the monotonic clock."""


_loaded: dict[str, _Loaded] = {}
"""By encoding."""


def encoding_for(model: str) -> str:
    """The tokenizer of *model*: "o200k_base" or "cl100k_base".

    An `ft:` name has the tokenizer of its base, an unknown name the catalogue's default. The
    count for an unknown model is an estimate.
    """
    return load_catalogue().encoding(model)


def forget_unused(idle_s: float) -> None:
    """Let the tokenizers go that nobody has needed for *idle_s* seconds."""
    latest = time.monotonic() - idle_s
    unused = [encoding for encoding, loaded in _loaded.items() if loaded.used_at <= latest]
    for encoding in unused:
        del _loaded[encoding]
    if unused:
        import ctypes  # noqa: PLC0415 - see above

        with suppress(AttributeError):  # only glibc keeps freed memory, and has this
            ctypes.CDLL(None).malloc_trim(0)


def count_tokens(text: str, encoding: str) -> int:
    """Tokens of *text*; text that looks like a special token counts as ordinary text.

    Exact up to 100,000 characters. Each further 100,000 may cut a word and so add one token.
    """
    tokenizer = _tokenizer(encoding)
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    return sum(_count(piece, tokenizer) for piece in pieces)


def count_example_tokens(messages: Iterable[object], encoding: str) -> int:
    """Estimated billable tokens of a training example per epoch.

    Takes messages as the file has them; anything that is not text counts as 0 tokens.
    """
    return _TOKENS_PER_EXAMPLE + sum(
        _message_tokens(message, encoding) for message in messages if isinstance(message, dict)
    )


def most_tokens(messages: Iterable[ChatMessage]) -> int:
    """No more than so many tokens, told without a tokenizer: each token has a byte at least."""
    return _TOKENS_PER_EXAMPLE + sum(
        _TOKENS_PER_MESSAGE + len(f"{message.role}{message.content}".encode(errors="replace"))
        for message in messages
    )


def _message_tokens(message: JsonDict, encoding: str) -> int:
    role, content = message.get("role"), message.get("content")
    total = _TOKENS_PER_MESSAGE
    if isinstance(role, str):
        total += _repeated(role, encoding)
    if isinstance(content, str):
        # A dataset has few system prompts, so their counts are cached.
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


def _count(text: str, tokenizer: "splintr.AnyTokenizer") -> int:
    try:
        if "<" in text:  # the flat encoding would take "<|endoftext|>" for one token
            return len(tokenizer.encode_ordinary(text))
        return len(tokenizer.encode_flat(text)) // _BYTES_PER_TOKEN
    except UnicodeEncodeError:  # half of a surrogate pair, possible in JSON but not in UTF-8
        return len(tokenizer.encode_ordinary(text.encode(errors="replace").decode()))


def _tokenizer(encoding: str) -> "splintr.AnyTokenizer":
    loaded = _loaded.get(encoding)
    if loaded is None:
        import splintr  # noqa: PLC0415 - see above

        loaded = _Loaded(splintr.Tokenizer.from_pretrained(encoding), 0)
        _loaded[encoding] = loaded
    loaded.used_at = time.monotonic()
    return loaded.tokenizer
