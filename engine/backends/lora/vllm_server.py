"""Speaks to a vLLM server, and turns its errors into ours.

The routes: https://docs.vllm.ai/en/latest/serving/openai_compatible_server/ (looked up 2026-11-29).
"""

import json
import logging
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import httpx2

from engine.backends import Busy, ChatRefused, Piece
from engine.backends.lora.chat_worker import RETRY_S, WorkerGone
from engine.backends.lora.speaker.text import Thought

_TIMEOUT = httpx2.Timeout(30.0, connect=5.0, read=300.0)
"""Seconds; the server may let a chat wait long for its first token."""
_RETRY_S = 5
"""When a busy server does not say when to try again."""
_SHOWN_CHARACTERS = 500
"""Of an error's text."""
_log = logging.getLogger(__name__)


class Unknown(Exception):
    """The server knows no such model or route."""


class VllmServer:
    """The routes of a vLLM server.

    Each method raises `Unknown` for 404, `ChatRefused` for 400, `Busy` for 429 and 503, and
    `WorkerGone` for everything else that goes wrong.
    """

    def __init__(self, url: str, key: str) -> None:
        """Nothing is asked yet; see `VllmChats`."""
        self._http = httpx2.AsyncClient(
            base_url=url.rstrip("/").removesuffix("/v1"),
            headers={"authorization": f"Bearer {key}"} if key else {},
            timeout=_TIMEOUT,
            follow_redirects=False,
            trust_env=False,
        )

    async def models(self) -> list[dict[str, Any]]:
        """What it serves; adapters have a `parent`."""
        response = await self._send(self._http.build_request("GET", "/v1/models"))
        return list(_json(response)["data"])

    async def count(self, chat: Mapping[str, Any]) -> int:
        """The tokens of a chat's messages in the model's template."""
        return int(_json(await self.post("/tokenize", chat))["count"])

    async def open(self, chat: Mapping[str, Any]) -> httpx2.Response:
        """Begin a streamed answer; the caller closes it."""
        request = self._http.build_request("POST", "/v1/chat/completions", json=chat)
        return await self._send(request, stream=True)

    async def post(self, path: str, body: Mapping[str, Any]) -> httpx2.Response:
        """Send *body* and read the response."""
        return await self._send(self._http.build_request("POST", path, json=body))

    async def close(self) -> None:
        """Close the connections; answers break."""
        await self._http.aclose()

    async def _send(self, request: httpx2.Request, *, stream: bool = False) -> httpx2.Response:
        try:
            response = await self._http.send(request, stream=stream)
            if response.status_code != httpx2.codes.OK:
                await response.aread()
        except httpx2.TimeoutException as exc:
            raise WorkerGone("the vLLM server does not answer in time", rest_s=RETRY_S) from exc
        except httpx2.ConnectError as exc:
            raise WorkerGone("the vLLM server can't be reached", rest_s=RETRY_S) from exc
        except httpx2.HTTPError as exc:
            raise WorkerGone("the vLLM server has not answered") from exc
        if response.status_code != httpx2.codes.OK:
            raise _problem(response)
        return response


class VllmPieces:
    """The pieces of a streamed answer; closing them ends it at the server."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self._thought = Thought()
        self._n_tokens = 0
        """Tokens so far, as the server counts."""
        self._n_told = 0
        self._finish_reason: str | None = None
        self._pieces = self._read()

    def __aiter__(self) -> "VllmPieces":
        return self

    async def __anext__(self) -> Piece:
        return await anext(self._pieces)

    async def aclose(self) -> None:
        """End the answer."""
        await self._pieces.aclose()
        await self._response.aclose()

    async def _read(self) -> AsyncGenerator[Piece, None]:
        try:
            async for line in self._response.aiter_lines():
                if not line.startswith("data:") or line.endswith("[DONE]"):
                    continue
                if text := self._text(json.loads(line.removeprefix("data:"))):
                    yield self._piece(text)
        except (httpx2.HTTPError, ValueError, LookupError) as exc:
            raise WorkerGone("the connection to the vLLM server broke") from exc
        if self._finish_reason is None:
            raise WorkerGone("the vLLM server has not ended its answer")
        reason = "length" if self._finish_reason == "length" else "stop"
        yield self._piece(self._thought.end(), finish_reason=reason)

    def _text(self, chunk: Mapping[str, Any]) -> str:
        """The text that a chunk adds."""
        if "error" in chunk:
            raise WorkerGone("the vLLM server had an error while answering")
        if usage := chunk.get("usage"):
            self._n_tokens = usage["completion_tokens"]
        text = ""
        for choice in chunk["choices"]:
            self._finish_reason = choice.get("finish_reason") or self._finish_reason
            text += self._thought.feed(choice["delta"].get("content") or "")
        return text

    def _piece(self, text: str, finish_reason: str | None = None) -> Piece:
        n_tokens = self._n_tokens - self._n_told
        self._n_told = self._n_tokens
        return Piece(text=text, n_tokens=n_tokens, finish_reason=finish_reason)


def _problem(response: httpx2.Response) -> Exception:
    """What a response that is not 200 means."""
    status, text = response.status_code, _error_text(response)
    _log.warning("the vLLM server answers %d: %s", status, text)
    if status == httpx2.codes.NOT_FOUND:
        return Unknown(text)
    if status == httpx2.codes.BAD_REQUEST:
        return ChatRefused(text)
    if status in (httpx2.codes.TOO_MANY_REQUESTS, httpx2.codes.SERVICE_UNAVAILABLE):
        wait = response.headers.get("retry-after", "")
        return Busy(int(wait) if wait.isascii() and wait.isdigit() else _RETRY_S)
    if status in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
        return WorkerGone("the vLLM server does not accept our key", rest_s=RETRY_S)
    # It may be this chat alone, so the others do not pass the server over.
    return WorkerGone(f"the vLLM server answers with HTTP status {status}")


def _error_text(response: httpx2.Response) -> str:
    try:
        values = response.json()
        text = values.get("error", values).get("message") or response.text
    except (ValueError, AttributeError):
        text = response.text
    return str(text)[:_SHOWN_CHARACTERS]


def _json(response: httpx2.Response) -> dict[str, Any]:
    try:
        values = response.json()
    except ValueError as exc:
        raise WorkerGone("the vLLM server's answer is not JSON", rest_s=RETRY_S) from exc
    if not isinstance(values, dict):
        raise WorkerGone("the vLLM server's answer is not an object", rest_s=RETRY_S)
    return values
