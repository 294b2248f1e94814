"""Streams an answer token by token, at a pace."""

import asyncio
import codecs
import time
from collections.abc import AsyncGenerator, Sequence

from engine.backends import Piece
from engine.tokens import encode, tokenizer

UNPACED_TOKENS = 32
"""Tokens of a piece without a pace."""
LEAST_PAUSE_S = 0.1
"""Between pieces. A quicker pace makes them larger: each costs the server a fraction of a ms."""


async def speak(
    answer: str, max_tokens: int, stop: Sequence[str], *, pace: float, delay_s: float
) -> AsyncGenerator[Piece, None]:
    """The pieces of *answer*, which ends before any of the *stop* words.

    Above *max_tokens* it is cut, with finish reason `length`. *pace* is in tokens per second; 0: at
    once. After a delay the pieces are larger, so that the end is not later.
    """
    numbers = encode(_before(answer, stop))
    finish_reason = "length" if len(numbers) > max_tokens else "stop"
    numbers = numbers[:max_tokens]
    decoder = codecs.getincrementaldecoder("utf-8")("ignore")
    begin = time.monotonic() + delay_s
    if delay_s:
        await asyncio.sleep(delay_s)
    said = 0
    while said < len(numbers):
        due = said + UNPACED_TOKENS
        if pace:
            due = max(said + 1, int((time.monotonic() - begin) * pace))
        part = numbers[said:due]
        text = decoder.decode(tokenizer().decode_bytes(part))
        said += len(part)
        is_last = said == len(numbers)
        yield Piece(text=text, n_tokens=len(part), finish_reason=finish_reason if is_last else None)
        if pace and not is_last:
            await asyncio.sleep(max(1 / pace, LEAST_PAUSE_S))
    if not numbers:
        yield Piece(text="", n_tokens=0, finish_reason=finish_reason)


def _before(text: str, stop: Sequence[str]) -> str:
    ends = [position for word in stop if word and (position := text.find(word)) >= 0]
    return text[: min(ends)] if ends else text
