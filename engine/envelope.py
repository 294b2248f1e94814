"""Gives each request an id, checks its API key, counts it and logs bugs."""

import logging
import secrets
import time
from contextlib import nullcontext

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.access import check_key
from engine.errors import ApiError
from engine.metrics import Metrics
from engine.quotas import Quotas
from engine.routes.watch import HEALTH, METRICS

MAX_BODY_BYTES = 32 * 1024 * 1024
"""Limit for any request but an upload; a million tokens, the longest context, are about 8 MB."""
UPLOADS = "/v1/files"
"""This route reads its body chunk by chunk and has its own limit."""
CHATS = "/chat/completions"
"""The end of a chat's path, also of a deployed model's."""
_log = logging.getLogger(__name__)


class Envelope:
    """An ASGI application around another one.

    It is plain ASGI: Starlette's own middleware runs inside its handler for bugs, and costs a task
    for each streamed answer.
    """

    def __init__(
        self, app: ASGIApp, keys: frozenset[str], quotas: Quotas, metrics: Metrics
    ) -> None:
        self._app = app
        self._keys = keys
        self._open = {("GET", HEALTH)} if keys else {("GET", HEALTH), ("GET", METRICS)}
        """What needs no key. A server without keys listens on loopback only."""
        self._quotas = quotas
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection's request, or pass the lifespan on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = f"req_{secrets.token_hex(16)}"
        scope["request_id"] = request_id

        began, status = time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        try:
            key = ""
            if (scope["method"], scope["path"]) not in self._open:
                key = check_key(self._keys, Headers(scope=scope).get("authorization"))
            scope["key"] = key
            body = receive if scope["path"] == UPLOADS else _limited(receive)
            is_chat = scope["method"] == "POST" and scope["path"].endswith(CHATS)
            with self._quotas.answering(key) if is_chat else nullcontext():
                await self._app(scope, body, send_with_id)
        except ApiError as error:
            answer = JSONResponse(error.body(), error.status, headers=error.headers)
            await answer(scope, receive, send_with_id)
        except Exception:
            # `faults` has answered already, unless the answer had begun. Then the server closes
            # the connection, because the answer is not complete.
            _log.exception("%s %s broke (%s)", scope["method"], scope["path"], request_id)
        finally:
            self._metrics.add_request(scope, status, time.perf_counter() - began)


def _limited(receive: Receive) -> Receive:
    """The same body; 413 when it is too large."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY_BYTES:
            raise HTTPException(413, f"The request is larger than {MAX_BODY_BYTES} bytes.")
        return message

    return counted
