"""`/chat/completions`, plain and streamed."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from engine.backends import (
    Answer,
    Busy,
    ChatRefused,
    ChatRequest,
    ModelUnavailable,
    Piece,
    Pieces,
    PromptTooLong,
)
from engine.errors import SERVER_ERROR, ApiError, bad_request, model_unavailable, too_busy
from engine.ids import new_id
from engine.parts import Engine, Key, Parts
from engine.routes.chat_request import ChatBody
from engine.routes.models import source_of
from engine.routes.waiting import unless_gone
from engine.usage import CountedPieces, Kind

router = APIRouter(prefix="/chat/completions")
_log = logging.getLogger(__name__)
Begin = Callable[[], Awaitable[Answer]]
QUEUE_INTERVAL_S = 5.0
"""Between two comments about the queue."""


@router.post("")
async def complete(body: ChatBody, engine: Parts, key: Key, request: Request) -> Response:
    """Answer a conversation; a client that hangs up ends its answer."""
    chat = body.request(await source_of(engine, body.model), engine.profile)
    begin = partial(_begun, engine, key, chat)
    work = _stream(begin, chat, body) if body.stream else _whole(begin, chat)
    return await unless_gone(request, work)


async def _stream(begin: Begin, chat: ChatRequest, body: ChatBody) -> Response:
    answer = await begin()
    completion = _Completion.of(chat, answer)
    return _Stream(answer, completion, wants_usage=body.wants_usage)


async def _whole(begin: Begin, chat: ChatRequest) -> Response:
    answer = await begin()
    try:
        return JSONResponse(await _Completion.of(chat, answer).whole(answer.pieces))
    finally:
        await answer.pieces.aclose()


async def _begun(engine: Engine, key: str, request: ChatRequest) -> Answer:
    try:
        answer = await engine.backend.answer(request)
    except PromptTooLong as exc:
        raise _too_long(request, exc.prompt_tokens) from None
    except ChatRefused as exc:
        message = f"The model `{request.model.name}` can't read these messages: {exc}"
        raise bad_request(message, param="messages", code="invalid_value") from None
    except Busy as exc:
        message = "Too many chats are waiting. Please try again later."
        raise too_busy(message, exc.retry_after_s) from None
    except ModelUnavailable as exc:
        raise model_unavailable(request.model.name, exc) from None
    engine.usage.add(key, Kind.PROMPT, answer.prompt_tokens)
    return replace(answer, pieces=CountedPieces(answer.pieces, engine.usage, key))


class _Stream(StreamingResponse):
    """A streamed answer; whatever happens to the client, the answer ends with it."""

    def __init__(self, answer: Answer, completion: "_Completion", *, wants_usage: bool) -> None:
        frames = completion.frames(answer, wants_usage=wants_usage)
        super().__init__(frames, media_type="text/event-stream")
        self._pieces = answer.pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._pieces.aclose()


@dataclass(slots=True)
class _Completion:
    """One completion as OpenAI's JSON."""

    id: str
    created_at: int
    model: str
    prompt_tokens: int
    completion_tokens: int = 0

    @classmethod
    def of(cls, chat: ChatRequest, answer: Answer) -> "_Completion":
        """A completion that begins now."""
        name = new_id("chatcmpl-", 29)
        return cls(name, int(time.time()), chat.model.name, answer.prompt_tokens)

    async def whole(self, pieces: Pieces) -> dict[str, Any]:
        """The answer as one object."""
        text, finish_reason = "", "stop"
        async for piece in pieces:
            text += piece.text
            self.completion_tokens += piece.n_tokens
            finish_reason = piece.finish_reason or finish_reason
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": text, "refusal": None, "annotations": []},
            "logprobs": None,
            "finish_reason": finish_reason,
        }
        return self._object("chat.completion", [choice]) | {"usage": self._usage()}

    async def frames(self, answer: Answer, *, wants_usage: bool) -> AsyncIterator[str]:
        """The answer as server-sent events; comments tell of its place in the queue."""
        yield self._chunk({"role": "assistant", "content": "", "refusal": None}, None)
        finish_reason = "stop"
        try:
            async for piece in _with_queue(answer):
                if isinstance(piece, str):
                    yield piece
                    continue
                self.completion_tokens += piece.n_tokens
                finish_reason = piece.finish_reason or finish_reason
                if piece.text:
                    yield self._chunk({"content": piece.text}, None)
        except Exception:
            # The status line was sent long ago, so the stream itself must report the error.
            _log.exception("answer %s broke", self.id)
            fault = ApiError(500, "The server had an error while answering.", kind=SERVER_ERROR)
            yield _frame(fault.body())
            return
        yield self._chunk({}, finish_reason)
        if wants_usage:
            yield _frame(self._object("chat.completion.chunk", []) | {"usage": self._usage()})
        yield "data: [DONE]\n\n"

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return _frame(self._object("chat.completion.chunk", [choice]))

    def _object(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created_at,
            "model": self.model,
            "choices": choices,
        }

    def _usage(self) -> dict[str, int]:
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
        }


async def _with_queue(answer: Answer) -> AsyncIterator[Piece | str]:
    """The pieces; before the first one, comments that say how many answers it waits for.

    https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes
    """
    first = asyncio.ensure_future(anext(answer.pieces, None))
    try:
        while not first.done():
            await asyncio.wait([first], timeout=QUEUE_INTERVAL_S)
            if not first.done():
                yield f": queue {answer.n_before()}\n\n"
    finally:
        first.cancel()
    if (piece := first.result()) is None:
        return
    yield piece
    async for piece in answer.pieces:
        yield piece


def _frame(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"


def _too_long(request: ChatRequest, prompt_tokens: int) -> ApiError:
    limit = request.model.base_model.context_tokens
    asked = request.max_tokens or 0
    message = (
        f"This model's maximum context length is {limit} tokens. However, you requested "
        f"{prompt_tokens + asked} tokens ({prompt_tokens} in the messages, {asked} in the "
        "completion). Please reduce the length of the messages or completion."
    )
    return bad_request(message, param="messages", code="context_length_exceeded")
