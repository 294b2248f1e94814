"""Turns the body of a chat's answer into its parts, as it comes."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import httpx2

from bot.domain import JsonDict
from bot.domain.models import AnswerPart, Ending
from bot.errors import ProviderUncertain
from bot.gateways.answer_body import AnswerBody
from bot.gateways.answer_reader import AnswerReader
from bot.gateways.deadlines import MOST_ANSWER_CHARACTERS, Pace, ends_by
from bot.gateways.library import openai
from bot.gateways.openai_errors import unreadable
from bot.gateways.wire import record, text

logger = logging.getLogger(__name__)

_NO_ANSWER = "no stream of chat completions"
_REST_S = 0.1
"""Seconds to wait for the end of a body that is over, so that its connection can be used again."""


async def parts_of(
    response: httpx2.Response, reader: AnswerReader, pace: Pace
) -> AsyncGenerator[AnswerPart, None]:
    """The parts of the answer, the last of which is its ending.

    An answer of more than `MOST_ANSWER_CHARACTERS` is cut, and one of `MOST_MODEL_CHARACTERS` with
    its reasoning.

    Raises:
        ProviderUncertain: it is no answer, or it has no word and broke off.
        openai.APIError: the server tells of an error.
        httpx2.HTTPError: the connection failed before the answer had an end.
    """
    body, n_left = AnswerBody(), MOST_ANSWER_CHARACTERS
    try:
        async with aclosing(_objects(response, body, pace)) as objects:
            async for fields in objects:
                for words in reader.read(fields):
                    if isinstance(words, str) and len(words) > n_left:
                        yield words[:n_left]
                        yield Ending.CUT_BY_LENGTH
                        return
                    n_left -= len(words) if isinstance(words, str) else 0
                    yield words
                if reader.is_full:
                    break
    except (httpx2.HTTPError, openai.APIError, ProviderUncertain):
        if reader.ending is None:
            raise
        logger.info("A connection failed after the end of the answer")
    *rest, ending = reader.finish(is_done=body.is_done)
    for part in rest:
        if isinstance(part, str) and len(part) > n_left:
            ending = Ending.CUT_BY_LENGTH
            yield part[:n_left]
        else:
            yield part
        n_left = max(0, n_left - len(part)) if isinstance(part, str) else n_left
    if not reader.has_choices or (ending is Ending.BROKEN_OFF and not reader.has_words):
        raise unreadable(_NO_ANSWER)  # for instance, a web page with status 200
    yield ending


async def _objects(
    response: httpx2.Response, body: AnswerBody, pace: Pace
) -> AsyncGenerator[JsonDict, None]:
    """The JSON objects of the body, each in time.

    Raises:
        openai.APIError: an object tells of an error.
        httpx2.ReadTimeout: the next one takes too long.
    """
    async with aclosing(response.aiter_bytes()) as pieces:
        try:
            while (piece := await _next(pieces, pace)) is not None:
                for fields in body.feed(piece):
                    _check(fields, response.request)
                    pace.note_piece()
                    yield fields
                    await asyncio.sleep(0)  # a piece may have thousands, and others wait
                if body.takes_queue():
                    pace.note_queue()
                if body.is_done:
                    await _read_rest(pieces)
                    return
        except ValueError as exc:
            raise unreadable(_NO_ANSWER) from exc
    for fields in body.finish():
        _check(fields, response.request)
        yield fields


async def _next(pieces: AsyncGenerator[bytes, None], pace: Pace) -> bytes | None:
    """The next bytes of the body; None: that was all."""
    async with ends_by(pace.ends_at):
        return await anext(pieces, None)


def _check(fields: JsonDict, request: httpx2.Request) -> None:
    error = fields.get("error")
    if not error and fields.get("object") == "error":  # vLLM and SGLang
        error = fields
    if error:
        message = text(record(error).get("message")) or "an error without words"
        raise openai.APIError(message, request, body=error)


async def _read_rest(pieces: AsyncGenerator[bytes, None]) -> None:
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(_REST_S):
            async for _ in pieces:
                pass
