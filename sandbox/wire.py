"""Reads Bot API requests, writes JSON answers, and cuts connections.

This is plain ASGI: routing and request objects would cost more time than the calls.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.errors import TelegramError, bad_request
from sandbox.files import MAX_UPLOAD_BYTES
from sandbox.params import Params, Upload, decoded
from sandbox.shapes import Json

_ROOM_FOR_FIELDS = 4_000_000
_JSON_HEADERS = [(b"content-type", b"application/json")]


class ClientGone(Exception):
    """The client disconnected before its request was complete, or while its call was waiting."""


class SandboxProtocol(H11Protocol):
    """uvicorn's HTTP; it also gives the application the connection, so that it can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Store the connection of a new client."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Cut the connection without an answer."""
    scope["state"]["transport"].abort()
    await disconnected(receive)


async def disconnected(receive: Receive) -> None:
    """Wait until the client has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def answer_json(
    send: Send, status: int, payload: Any, *, retry_after: int | None = None
) -> None:
    """Send an answer in JSON; *retry_after* seconds, if any, are a header too."""
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    waiting = [] if retry_after is None else [(b"retry-after", str(retry_after).encode())]
    await answer_bytes(send, status, body, [*_JSON_HEADERS, *waiting])


async def answer_bytes(
    send: Send,
    status: int,
    body: bytes,
    headers: list[tuple[bytes, bytes]],
    *,
    is_half: bool = False,
) -> None:
    """Send an answer; *is_half* sends half of it, and the caller then cuts the connection."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    sent = body[: len(body) // 2] if is_half else body
    await send({"type": "http.response.body", "body": sent, "more_body": is_half})


async def read_params(scope: Scope, receive: Receive) -> Params:
    """The parameters of a request: of its query, and of its form or JSON body.

    Raises:
        TelegramError: when the body cannot be read.
        ClientGone: when the client disconnected before it was complete.
    """
    body = await _body(receive)
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    if not body:
        return Params(decoded(query), {})
    headers = Headers(scope=scope)
    kind = headers.get("content-type", "")
    uploads: dict[str, Upload] = {}
    try:
        if kind.startswith("application/json"):
            pairs = list(_json_object(body).items())
        elif kind.startswith("multipart/form-data"):
            pairs = await _multipart(headers, body, uploads)
        else:
            pairs = parse_qsl(body.decode(), keep_blank_values=True)
    except (ValueError, MultiPartException) as exc:
        raise bad_request(f"can't parse the request's body: {exc}") from exc
    return Params(decoded([*query, *pairs]), uploads)


async def _body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        if chunk := message.get("body", b""):
            chunks.append(chunk)
            size += len(chunk)
        if size > MAX_UPLOAD_BYTES + _ROOM_FOR_FIELDS:
            raise TelegramError(413, "Request Entity Too Large")
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _json_object(body: bytes) -> Json:
    value = json.loads(body)
    if not isinstance(value, dict):
        raise ValueError("expected an Object")
    if rb"\ud" in body.lower():
        json.dumps(value, ensure_ascii=False).encode()  # ValueError for half a character
    return value


async def _multipart(
    headers: Headers, body: bytes, uploads: dict[str, Upload]
) -> list[tuple[str, Any]]:
    async def stream() -> AsyncIterator[bytes]:
        yield body
        yield b""

    parser = MultiPartParser(headers, stream(), max_part_size=_ROOM_FOR_FIELDS)  # type: ignore[arg-type]
    pairs: list[tuple[str, Any]] = []
    form = await parser.parse()
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            uploads[name] = Upload(value.filename or "file", value.content_type, await value.read())
        else:
            pairs.append((name, value))
    await form.close()
    return pairs
