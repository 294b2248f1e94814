"""Turns the body of a chat's answer into its parts, as it comes."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import httpx2
import openai

from bot.domain import JsonDict
from bot.domain.models import AnswerPart, Ending
from bot.errors import ProviderUncertain
from bot.gateways.answer_body import AnswerBody
from bot.gateways.answer_reader import AnswerReader
from bot.gateways.openai_errors import unreadable
from bot.gateways.wire import record, text

logger = logging.getLogger(__name__)

_NO_ANSWER = "no stream of chat completions"
_REST_S = 0.1
"""Seconds to wait for the end of a body that is over, so that its connection can be used again."""


async def parts_of(
    response: httpx2.Response, reader: AnswerReader
) -> AsyncGenerator[AnswerPart, None]:
    """The parts of the answer, the last of which is its ending.

    Raises:
        ProviderUncertain: it is no answer, or it has no word and broke off.
        openai.APIError: the server tells of an error.
        httpx2.HTTPError: the connection failed before the answer had an end.
    """
    body = AnswerBody()
    try:
        async with aclosing(_objects(response, body)) as objects:
            async for fields in objects:
                for words in reader.read(fields):
                    yield words
    except (httpx2.HTTPError, openai.APIError, ProviderUncertain):
        if reader.ending is None:
            raise
        logger.info("A connection failed after the end of the answer")
    *rest, ending = reader.finish(is_done=body.is_done)
    for part in rest:
        yield part
    if not reader.has_choices or (ending is Ending.BROKEN_OFF and not reader.has_words):
        raise unreadable(_NO_ANSWER)  # for instance, a web page with status 200
    yield ending


async def _objects(response: httpx2.Response, body: AnswerBody) -> AsyncGenerator[JsonDict, None]:
    """The JSON objects of the body; raises `openai.APIError` for one that tells of an error."""
    async with aclosing(response.aiter_bytes()) as pieces:
        try:
            async for piece in pieces:
                for fields in body.feed(piece):
                    _check(fields, response.request)
                    yield fields
                if body.is_done:
                    await _read_rest(pieces)
                    return
        except ValueError as exc:
            raise unreadable(_NO_ANSWER) from exc
    for fields in body.finish():
        _check(fields, response.request)
        yield fields


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
