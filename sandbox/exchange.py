"""One request to the Bot API: its answer, its record, and the fault ordered for it."""

import time
from typing import Any

from starlette.types import Receive, Scope, Send

from sandbox.bots import Bot
from sandbox.calls import RecordedCall
from sandbox.errors import TelegramError
from sandbox.faults import Fault, OddAnswer
from sandbox.shapes import Json
from sandbox.wire import answer_bytes, answer_json, hang_up
from sandbox.world import World

_HTML = "text/html"
_BAD_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n</body>\r\n</html>\r\n"
)
DOWNLOAD = "download"
"""The method that faults of downloads name."""
DROPPED = 0
"""The recorded status of a call whose connection was cut."""


class Exchange:
    """One request and what it is answered."""

    def __init__(
        self, world: World, method: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self.bot: Bot | None = None
        self.params: Json = {}
        """As recorded."""
        self._world = world
        self._at = time.time()
        self.method = method
        self._scope = scope
        self._receive = receive
        self._send = send

    async def before(self, fault: Fault) -> bool:
        """Apply a fault before the call; False when the call still has to run."""
        match fault.kind:
            case "retry_after":
                seconds = int(fault.number)
                words = f"Too Many Requests: retry after {seconds}"
                await self.finish(*failure(TelegramError(429, words, retry_after=seconds)))
            case "status":
                error = TelegramError(int(fault.number), "Internal Server Error")
                await self.finish(*failure(error))
            case "bad_gateway_html":
                await self._finish_odd(OddAnswer(_BAD_GATEWAY, _HTML, 502, executed=False))
            case "drop_before":
                await self.drop(None)
            case "hold":
                if not await self._world.closing.sleep(fault.number):
                    return False
                await self.drop(None)
            case _:
                if fault.odd is None or (fault.odd.executed and self.method != DOWNLOAD):
                    return False
                await self._finish_odd(fault.odd)
        return True

    async def after(self, fault: Fault, response: Json) -> bool:
        """Apply a fault after the call; False when its answer still has to be sent."""
        if fault.kind == "drop_after":
            await self.drop(response)
            return True
        if fault.odd is not None:
            await self._finish_odd(fault.odd)
            return True
        if fault.kind == "hold_after":
            await self._world.closing.sleep(fault.number)
        return False

    async def finish(self, status: int, response: Json) -> None:
        """Record the call and answer it."""
        # Empty polls are not recorded: there are too many.
        if self.method != "getUpdates" or response.get("result") != []:
            self._record(status, response)
        retry_after = response.get("parameters", {}).get("retry_after")
        await answer_json(self._send, status, response, retry_after=retry_after)

    async def drop(self, response: Json | None) -> None:
        """Record the call and cut its connection; None: it did no work."""
        self._record(DROPPED, response)
        await hang_up(self._scope, self._receive)

    async def _finish_odd(self, odd: OddAnswer) -> None:
        self._record(odd.status, odd.body)
        kind = [(b"content-type", odd.content_type.encode("latin-1", "replace"))]
        await answer_bytes(self._send, odd.status, odd.body.encode(), kind)

    def _record(self, status: int, response: Any) -> None:
        if self.method == DOWNLOAD:
            return
        log = self._world.calls
        log.add(
            RecordedCall(
                n=log.last + 1,
                at=self._at,
                bot_id=self.bot.id if self.bot else 0,
                method=self.method,
                params=self.params,
                status=status,
                response=response,
            )
        )


def failure(error: TelegramError) -> tuple[int, Json]:
    """The status and the JSON of an error."""
    answer: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.retry_after is not None:
        answer["parameters"] = {"retry_after": error.retry_after}
    return error.code, answer
