"""The Bot API over HTTP: `/bot{token}/{method}` and `/file/bot{token}/{file_path}`."""

import asyncio
import inspect
import logging
from typing import Any

from starlette.types import Receive, Scope, Send

from sandbox.bots import Bot
from sandbox.errors import Refused, TelegramError
from sandbox.exchange import DOWNLOAD, Exchange, failure
from sandbox.methods import METHODS
from sandbox.methods.call import Call
from sandbox.network import Passage
from sandbox.shapes import Json
from sandbox.wire import ClientGone, answer_bytes, answer_json, disconnected, hang_up, read_params
from sandbox.world import World

_log = logging.getLogger(__name__)


class _CutShort(Exception):
    """The hole in the network began while the call was waiting."""


class BotApi:
    """The ASGI application that bots call."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call of a method."""
        bot_token, _, name = scope["path"].removeprefix("/bot").partition("/")
        official, method = METHODS.get(name.lower(), (name, None))
        exchange = Exchange(self._world, official, scope, receive, send)
        try:
            exchange.bot = self._authorized(bot_token)
            params = await read_params(scope, receive)
            exchange.params = params.recorded
            if method is None:
                raise TelegramError(404, "Not Found: method not found")
            await self._run(exchange, method, Call(self._world, exchange.bot, params), receive)
        except TelegramError as error:
            await exchange.finish(*failure(error))
        except _CutShort:
            await exchange.drop(None)
        except ClientGone:
            return

    async def _run(self, exchange: Exchange, method: Any, call: Call, receive: Receive) -> None:
        name, chat_id = exchange.method.lower(), call.params.get("chat_id")
        passage = self._world.network.passage(name, call.bot.id, chat_id)
        if not await passage.there():
            raise _CutShort
        fault = self._world.faults.take(name, call.bot.id, chat_id)
        if fault is not None and await exchange.before(fault):
            return
        try:
            if self._world.limits is not None:
                self._world.limits.check(name, call.bot.id, chat_id)
            result = method(call)
            if inspect.isawaitable(result):
                result = await _unless_gone(result, receive, passage)
            answer: tuple[int, Json] = (200, {"ok": True, "result": result})
        except TelegramError as error:
            answer = failure(error)
        except (_CutShort, ClientGone):
            raise
        except Exception as exc:
            _log.exception("%s failed", exchange.method)
            answer = failure(TelegramError(500, f"Internal Server Error: {exc!r}"))
        if fault is not None and await exchange.after(fault, answer[1]):
            return
        if not await passage.back():
            await exchange.drop(answer[1])
            return
        await exchange.finish(*answer)

    async def download(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one download of a file, which is not recorded."""
        bot_token, _, path = scope["path"].removeprefix("/file/bot").partition("/")
        try:
            bot = self._authorized(bot_token)
        except TelegramError as error:
            await answer_json(send, *failure(error))
            return
        exchange = Exchange(self._world, DOWNLOAD, scope, receive, send)
        passage = self._world.network.passage(DOWNLOAD, bot.id, None)
        if not await passage.there():
            await exchange.drop(None)
            return
        fault = self._world.faults.take(DOWNLOAD, bot.id, None)
        if fault is not None and await exchange.before(fault):
            return
        if (file := self._world.files.at(path)) is None:
            await answer_json(send, *failure(TelegramError(404, "Not Found")))
            return
        if fault is not None and fault.kind == "hold_after":
            await self._world.closing.sleep(fault.number)
        is_cut = fault is not None and fault.kind == "drop_after"
        is_half = is_cut or not await passage.back()
        headers = [(b"content-type", b"application/octet-stream")]
        await answer_bytes(send, 200, file.content, headers, is_half=is_half)
        if is_half:
            await hang_up(scope, receive)

    def _authorized(self, bot_token: str) -> Bot:
        try:
            return self._world.authorize(bot_token)
        except Refused:
            raise TelegramError(401, "Unauthorized") from None


async def _unless_gone(work: Any, receive: Receive, passage: Passage) -> Any:
    """Wait for *work* until the client disconnects or the network breaks.

    The poll of a killed bot must end.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(disconnected(receive))
    breaking = asyncio.ensure_future(passage.is_in_hole(None))
    tasks = (working, leaving, breaking)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        if breaking.done() and breaking.result():
            raise _CutShort
        if leaving.done():
            raise ClientGone
        return await working  # the sandbox ends, and with it the call
    finally:
        for task in tasks:
            task.cancel()
