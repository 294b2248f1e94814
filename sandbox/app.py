"""The ASGI application; sends each request to its part."""

import re
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.acting import ActingApi
from sandbox.bot_api import BotApi
from sandbox.control import PeopleApi
from sandbox.errors import Refused, TelegramError
from sandbox.guard import is_ours
from sandbox.observing import ObserverApi
from sandbox.wire import answer_json
from sandbox.world import World

_BOT = re.compile(r"/bot[^/]+/")
_FILE = re.compile(r"/file/bot[^/]+/")


def build(world: World) -> ASGIApp:
    """The ASGI application of a world: the Bot API, the sandbox's own API, the page."""
    bot_api = BotApi(world)
    own = Starlette(
        routes=[
            *PeopleApi(world).routes(),
            *ActingApi(world).routes(),
            *ObserverApi(world).routes(),
        ],
        exception_handlers=dict.fromkeys((Refused, TelegramError, HTTPException), _refused),
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if _BOT.match(path):
            await bot_api(scope, receive, send)
        elif _FILE.match(path):
            await bot_api.download(scope, receive, send)
        elif is_ours(Headers(scope=scope)):
            await own(scope, receive, _with_nosniff(send))
        else:
            await answer_json(send, 403, {"error": "the sandbox serves its own page only"})

    return app


def _with_nosniff(send: Send) -> Send:
    async def send_with_nosniff(message: Any) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"x-content-type-options", b"nosniff")]
        await send(message)

    return send_with_nosniff


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, Refused):
        return JSONResponse({"error": error.sentence}, status_code=error.status)
    if isinstance(error, HTTPException):
        return JSONResponse({"error": error.detail}, status_code=error.status_code)
    assert isinstance(error, TelegramError)
    return JSONResponse({"error": error.description}, status_code=400)
