"""`/chat/completions`, plain and streamed."""

import json
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response, StreamingResponse

from engine.backends import ChatRequest, Piece
from engine.errors import SERVER_ERROR, ApiError, bad_request
from engine.ids import new_id
from engine.parts import Parts
from engine.routes.chat_request import ChatBody
from engine.routes.models import source_of

router = APIRouter(prefix="/chat/completions")
_log = logging.getLogger(__name__)


@router.post("")
async def complete(body: ChatBody, engine: Parts) -> Response:
    """Answer a conversation."""
    request = body.request(await source_of(engine, body.model), engine.profile)
    prompt_tokens = await engine.backend.prompt_tokens(request)
    _check_length(request, prompt_tokens)
    answer = _Answer(new_id("chatcmpl-", 29), int(time.time()), body.model, prompt_tokens)
    pieces = engine.backend.generate(request)
    if body.stream:
        frames = answer.frames(pieces, wants_usage=body.wants_usage)
        return StreamingResponse(frames, media_type="text/event-stream")
    return JSONResponse(await answer.whole(pieces))


@dataclass(slots=True)
class _Answer:
    """One completion as OpenAI's JSON."""

    id: str
    created_at: int
    model: str
    prompt_tokens: int
    completion_tokens: int = 0

    async def whole(self, pieces: AsyncIterator[Piece]) -> dict[str, Any]:
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

    async def frames(
        self, pieces: AsyncIterator[Piece], *, wants_usage: bool
    ) -> AsyncIterator[str]:
        """The answer as server-sent events."""
        yield self._chunk({"role": "assistant", "content": "", "refusal": None}, None)
        finish_reason = "stop"
        try:
            async for piece in pieces:
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


def _frame(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"


def _check_length(request: ChatRequest, prompt_tokens: int) -> None:
    limit = request.model.base_model.context_tokens
    asked = request.max_tokens or 0
    if prompt_tokens + asked > limit:
        message = (
            f"This model's maximum context length is {limit} tokens. However, you requested "
            f"{prompt_tokens + asked} tokens ({prompt_tokens} in the messages, {asked} in the "
            "completion). Please reduce the length of the messages or completion."
        )
        raise bad_request(message, param="messages", code="context_length_exceeded")
