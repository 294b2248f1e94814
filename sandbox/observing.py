"""The part of the sandbox's own API for observing and faults. See `docs/sandbox.md`."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from sandbox.asking import json_body, query_id, seconds, whole_number
from sandbox.errors import Refused
from sandbox.world import World

PAGE = Path(__file__).parent / "page"
HEARTBEAT_S = 15.0
_MAX_WAIT_S = 60.0
_PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    # A bot's messages must not run scripts or load pictures; blob: is for a picture to send.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:",
}
_SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


class ObserverApi:
    """The page, files, events, recorded calls, faults."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """The routes and their handlers."""
        return [
            Route("/", self.page),
            Route("/page/{file}", self.page),
            Route("/sandbox/files/{file_id}", self.file),
            Route("/sandbox/events", self.events),
            Route("/sandbox/calls", self.calls),
            Route("/sandbox/faults", self.faults),
            Route("/sandbox/faults", self.order_fault, methods=["POST"]),
            Route("/sandbox/faults", self.forget_faults, methods=["DELETE"]),
            Route("/sandbox/network", self.network),
            Route("/sandbox/network", self.set_network, methods=["PUT"]),
            Route("/sandbox/network", self.calm_network, methods=["DELETE"]),
        ]

    async def page(self, request: Request) -> Response:
        """The chat page and its files."""
        path = PAGE / Path(request.path_params.get("file", "index.html")).name
        if not path.is_file():
            raise Refused(404, f"the page has no file {path.name}")
        return FileResponse(path, headers=_PAGE_HEADERS)

    async def file(self, request: Request) -> Response:
        """A file's bytes; all but pictures are downloads, so that no file runs as a page."""
        file = self._world.files.get(request.path_params["file_id"])
        if file is None:
            raise Refused(404, "there is no such file")
        is_shown = file.dimensions is not None and file.mime_type in _SHOWN_INLINE
        disposition = "inline" if is_shown else "attachment"
        headers = {
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(file.name)}",
            "Content-Security-Policy": "sandbox",
        }
        return Response(file.content, media_type=_safe_type(file.mime_type), headers=headers)

    async def events(self, request: Request) -> Response:
        """Server-sent events."""
        after = request.headers.get("last-event-id") or request.query_params.get("after")
        stream = self._stream(
            self._world.events.last if after is None else whole_number(after, "after"),
            bot_id=query_id(request, "bot_id"),
            chat_id=query_id(request, "chat_id"),
        )
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def calls(self, request: Request) -> Response:
        """Recorded Bot API calls; waits for the first one if the query says so."""
        query = request.query_params
        after = whole_number(query.get("after", "0"), "after")
        method = query.get("method")
        clock = asyncio.get_running_loop().time
        deadline = clock() + min(seconds(query.get("wait", "0")), _MAX_WAIT_S)
        log = self._world.calls
        while not (calls := log.after(after, method)) and clock() < deadline:
            if self._world.closing.is_set:
                break
            await log.changed.wait(deadline - clock())
        return JSONResponse([call.as_json() for call in calls])

    async def faults(self, request: Request) -> Response:
        """The ordered faults, with the remaining counts."""
        return JSONResponse([fault.as_json() for fault in self._world.faults.all()])

    async def order_fault(self, request: Request) -> Response:
        """Order a fault."""
        return JSONResponse({"id": self._world.faults.order(await json_body(request)).id})

    async def forget_faults(self, request: Request) -> Response:
        """Remove all faults."""
        self._world.faults.clear()
        return JSONResponse({})

    async def network(self, request: Request) -> Response:
        """The bad networks, with what happened to calls so far."""
        return JSONResponse([weather.as_json() for weather in self._world.network.all()])

    async def set_network(self, request: Request) -> Response:
        """Make the network bad, for one bot or for all."""
        return JSONResponse(self._world.network.set(await json_body(request)).as_json())

    async def calm_network(self, request: Request) -> Response:
        """Make the network good for all."""
        self._world.network.calm()
        return JSONResponse({})

    async def _stream(
        self, last: int, *, bot_id: int | None, chat_id: int | None
    ) -> AsyncIterator[str]:
        events = self._world.events
        yield ": hello\n\n"
        while not self._world.closing.is_set:
            newest = events.last
            for event in events.after(last, bot_id=bot_id, chat_id=chat_id):
                data = json.dumps(event.data, ensure_ascii=False)
                yield f"id: {event.number}\nevent: {event.name}\ndata: {data}\n\n"
            # Others may have come while an event was being sent: wait only when none has.
            last = max(last, newest)
            if events.last <= last and not await events.changed.wait(HEARTBEAT_S):
                yield ": still here\n\n"


def _safe_type(mime_type: str) -> str:
    is_plain = mime_type.isascii() and mime_type.isprintable() and "/" in mime_type
    return mime_type if is_plain else "application/octet-stream"
