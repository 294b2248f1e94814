"""The Bot API over HTTP: `/bot{token}/{method}` and `/file/bot{token}/{file_path}`."""

import asyncio
import inspect
import logging
import time
from typing import Any

from starlette.types import Receive, Scope, Send

from sandbox.bots import Bot
from sandbox.calls import RecordedCall
from sandbox.errors import Refused, TelegramError
from sandbox.faults import Fault
from sandbox.methods import METHODS
from sandbox.methods.call import Call
from sandbox.shapes import Json
from sandbox.wire import ClientGone, answer_bytes, answer_json, disconnected, hang_up, read_params
from sandbox.world import World

_log = logging.getLogger(__name__)
_HTML = [(b"content-type", b"text/html")]
_BAD_GATEWAY = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n</body>\r\n</html>\r\n"
)
DOWNLOAD = "download"
"""The method that faults of downloads name."""
DROPPED = 0
"""The recorded status of a call whose connection was cut."""


class BotApi:
    """The ASGI application that bots call."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call of a method."""
        bot_token, _, name = scope["path"].removeprefix("/bot").partition("/")
        official, method = METHODS.get(name.lower(), (name, None))
        exchange = _Exchange(self._world, official, scope, receive, send)
        try:
            exchange.bot = self._authorized(bot_token)
            params = await read_params(scope, receive)
            exchange.params = params.recorded
            if method is None:
                raise TelegramError(404, "Not Found")
        except TelegramError as error:
            await exchange.finish(*_failure(error))
            return
        except ClientGone:
            return
        call = Call(self._world, exchange.bot, params)
        fault = self._world.faults.take(official.lower(), call.bot.id, params.get("chat_id"))
        if fault is not None and await exchange.before(fault):
            return
        try:
            if self._world.limits is not None:
                self._world.limits.check(official.lower(), call.bot.id, params.get("chat_id"))
            result = method(call)
            if inspect.isawaitable(result):
                result = await _unless_gone(result, receive)
            answer: tuple[int, Json] = (200, {"ok": True, "result": result})
        except TelegramError as error:
            answer = _failure(error)
        except ClientGone:
            return
        except Exception as exc:
            _log.exception("%s failed", official)
            answer = _failure(TelegramError(500, f"Internal Server Error: {exc!r}"))
        if fault is not None and await exchange.after(fault, answer[1]):
            return
        await exchange.finish(*answer)

    async def download(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one download of a file, which is not recorded."""
        bot_token, _, path = scope["path"].removeprefix("/file/bot").partition("/")
        try:
            bot = self._authorized(bot_token)
        except TelegramError as error:
            await answer_json(send, *_failure(error))
            return
        fault = self._world.faults.take(DOWNLOAD, bot.id, None)
        if fault is not None:
            exchange = _Exchange(self._world, DOWNLOAD, scope, receive, send)
            if await exchange.before(fault):
                return
        if (file := self._world.files.at(path)) is None:
            await answer_json(send, *_failure(TelegramError(404, "Not Found")))
            return
        headers = [(b"content-type", b"application/octet-stream")]
        if fault is not None and fault.kind == "drop_after":
            await answer_bytes(send, 200, file.content, headers, is_half=True)
            await hang_up(scope, receive)
            return
        if fault is not None and fault.kind == "hold_after":
            await self._world.closing.sleep(fault.number)
        await answer_bytes(send, 200, file.content, headers)

    def _authorized(self, bot_token: str) -> Bot:
        try:
            return self._world.authorize(bot_token)
        except Refused:
            raise TelegramError(401, "Unauthorized") from None


class _Exchange:
    """One request: its answer, its record, and the faults ordered for it."""

    def __init__(
        self, world: World, method: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self.bot: Bot | None = None
        self.params: Json = {}
        self._world = world
        self._at = time.time()
        self._method = method
        self._scope = scope
        self._receive = receive
        self._send = send

    async def before(self, fault: Fault) -> bool:
        """Apply a fault before the call; False when the call still has to run."""
        match fault.kind:
            case "retry_after":
                seconds = int(fault.number)
                words = f"Too Many Requests: retry after {seconds}"
                await self.finish(*_failure(TelegramError(429, words, retry_after=seconds)))
            case "status":
                error = TelegramError(int(fault.number), "Internal Server Error")
                await self.finish(*_failure(error))
            case "bad_gateway_html":
                self._record(502, _BAD_GATEWAY.decode())
                await answer_bytes(self._send, 502, _BAD_GATEWAY, _HTML)
            case "drop_before":
                await self._drop(None)
            case "hold":
                if not await self._world.closing.sleep(fault.number):
                    return False
                await self._drop(None)
            case _:
                return False
        return True

    async def after(self, fault: Fault, response: Json) -> bool:
        """Apply a fault after the call; False when its answer still has to be sent."""
        if fault.kind == "drop_after":
            await self._drop(response)
            return True
        if fault.kind == "hold_after":
            await self._world.closing.sleep(fault.number)
        return False

    async def finish(self, status: int, response: Json) -> None:
        """Record the call and answer it."""
        # Empty polls are not recorded: there are too many.
        if self._method != "getUpdates" or response.get("result") != []:
            self._record(status, response)
        await answer_json(self._send, status, response)

    async def _drop(self, response: Json | None) -> None:
        self._record(DROPPED, response)
        await hang_up(self._scope, self._receive)

    def _record(self, status: int, response: Any) -> None:
        if self._method == DOWNLOAD:
            return
        log = self._world.calls
        log.add(
            RecordedCall(
                n=log.last + 1,
                at=self._at,
                bot_id=self.bot.id if self.bot else 0,
                method=self._method,
                params=self.params,
                status=status,
                response=response,
            )
        )


async def _unless_gone(work: Any, receive: Receive) -> Any:
    """Wait for *work* until the client disconnects: the poll of a killed bot must end."""
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(disconnected(receive))
    try:
        await asyncio.wait([working, watching], return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone
        return working.result()
    finally:
        for task in (working, watching):
            task.cancel()


def _failure(error: TelegramError) -> tuple[int, Json]:
    answer: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.retry_after is not None:
        answer["parameters"] = {"retry_after": error.retry_after}
    return error.code, answer
