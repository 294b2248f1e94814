"""What surrounds every request: its id, its key, and the log of what broke."""

import logging
import secrets

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.access import Keys
from engine.errors import ApiError

MAX_BODY_BYTES = 32 * 1024 * 1024
"""Of any request but an upload; a million tokens, the longest context, are about 8 MB."""
UPLOADS = "/v1/files"
"""The route that reads its body chunk by chunk and has a limit of its own."""
_log = logging.getLogger(__name__)


class Envelope:
    """An ASGI application around another one.

    Plain ASGI, because Starlette's own middleware sits inside its handler of bugs, and would cost
    a task for each streamed answer.
    """

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection's request, or pass the lifespan on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = f"req_{secrets.token_hex(16)}"
        scope["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        try:
            self._keys.check(Headers(scope=scope).get("authorization"))
            body = receive if scope["path"] == UPLOADS else _limited(receive)
            await self._app(scope, body, send_with_id)
        except ApiError as error:
            await JSONResponse(error.body(), error.status)(scope, receive, send_with_id)
        except Exception:
            # `faults` has answered already, unless the answer broke in its middle; then the
            # connection is closed, because it is not complete.
            _log.exception("%s %s broke (%s)", scope["method"], scope["path"], request_id)


def _limited(receive: Receive) -> Receive:
    """The same body, but too much of it is a 413."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY_BYTES:
            raise HTTPException(413, f"The request is larger than {MAX_BODY_BYTES} bytes.")
        return message

    return counted
