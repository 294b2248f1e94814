"""A reverse proxy between the bot and its provider: it records, and it breaks things to order."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import h11
import httpx

Json = dict[str, Any]
Seen = Callable[["Exchange"], None]

_NOT_KEPT = ("connection", "transfer-encoding", "content-length", "content-encoding")


@dataclass(slots=True)
class Exchange:
    """One request of the bot, and what came back."""

    method: str
    path: str
    """With the query."""
    headers: dict[str, str]
    body: bytes
    status: int = 0
    """0 while there is no answer, and for a dropped one."""
    answer: bytes = b""
    content_type: str = ""
    """Of the answer."""

    @property
    def json(self) -> Json:
        """The request's body."""
        decoded: Json = json.loads(self.body)
        return decoded


@dataclass(slots=True)
class Fault:
    """Something that goes wrong with the next matching request."""

    method: str
    path: str
    """A regular expression for the whole path without the query."""
    kind: str
    """drop_before, drop_after, hold_before, hold_midway, hold_after, answer (`status`, `body`),
    cut (the first half of the answer passes), drip (a byte of it every 50 ms)."""
    times: int = 1
    seconds: float = 600
    """How long a request or an answer is held, unless `released` is set before."""
    status: int = 500
    body: Any = None
    """Bytes are sent as they are, as a page of HTML; anything else as JSON. A function gets the
    request and returns one of these."""
    n_events: int = 1
    """hold_midway: so many events of a streamed answer still pass."""
    happened: asyncio.Event = field(default_factory=asyncio.Event)
    """The request has come and, for a fault after the provider's answer, that answer too."""
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def fits(self, exchange: Exchange) -> bool:
        """Whether it is this request that goes wrong."""
        is_path = re.fullmatch(self.path, exchange.path.split("?")[0]) is not None
        return self.times > 0 and self.method == exchange.method and is_path

    async def hold(self) -> None:
        """Hold the request or the answer until it is released or the time is up."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.released.wait(), self.seconds)

    async def spoil(self, answer: bytes, send: Callable[[bytes], Awaitable[None]]) -> None:
        """Let half of an answer pass, or drip it until that is released."""
        if self.kind == "cut":
            await send(answer[: len(answer) // 2])
            return
        for n in range(len(answer)):
            await send(answer[n : n + 1])
            if self.released.is_set():
                return
            await asyncio.sleep(0.05)

    async def hold_midway(self, answer: bytes) -> None:
        """Hold a streamed answer once so many of its events have passed."""
        if answer.count(b"data: ") >= self.n_events:
            self.happened.set()
            await self.hold()


class Proxy:
    """Stands before a provider; `url` takes the place of its address."""

    def __init__(self, target: str) -> None:
        self._target = target
        self.url = ""
        self.exchanges: list[Exchange] = []
        self.faults: list[Fault] = []
        self.on_seen: Seen = lambda exchange: None
        """Called with every whole exchange; raising here fails `check`."""
        self.rewrite: Callable[[Exchange], None] = lambda exchange: None
        """May change a request before it goes on: a provider that ignores things."""
        self._violations: list[BaseException] = []
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._server: asyncio.Server | None = None
        self._is_away = False
        self._client = httpx.AsyncClient(trust_env=False, timeout=120, verify=False)

    def fault(self, method: str, path: str, kind: str, **details: Any) -> Fault:
        """Order a fault."""
        fault = Fault(method, path, kind, **details)
        self.faults.append(fault)
        return fault

    def sent(self, method: str, path: str) -> list[Exchange]:
        """The requests so far with that method and path (a regular expression, no query)."""
        return [
            seen
            for seen in self.exchanges
            if seen.method == method and re.fullmatch(path, seen.path.split("?")[0])
        ]

    def check(self) -> None:
        """Raise what `on_seen` has raised."""
        if self._violations:
            raise self._violations[0]

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Proxy"]:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()[:2]
        prefix = httpx.URL(self._target).path.rstrip("/")
        self.url = f"http://{host}:{port}{prefix}"
        try:
            yield self
        finally:
            self._server.close()
            for task in filter(None, self._connections.values()):
                task.cancel()
            await self._client.aclose()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Refuse every connection meanwhile, and cut those that there are."""
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()[:2]
        self._server.close()
        self._is_away = True
        for writer in list(self._connections):
            writer.transport.abort()
        try:
            yield
        finally:
            self._is_away = False
            self._server = await asyncio.start_server(self._serve, host, port)

    @asynccontextmanager
    async def unreachable(self) -> AsyncIterator[None]:
        """Let nobody connect meanwhile, and refuse nobody; cut the connections that there are."""
        async with self.away():
            host, port = httpx.URL(self.url).host, httpx.URL(self.url).port
            with socket.socket() as full, socket.socket() as first:
                full.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                full.bind((host, port))
                full.listen(0)  # one connection waits; the kernel answers no other
                first.connect((host, port))
                yield

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_away:  # it was accepted just before
            writer.transport.abort()
            return
        self._connections[writer] = asyncio.current_task()
        # A cancelled one was held when the test ended.
        broken = (ConnectionError, h11.RemoteProtocolError, httpx.HTTPError, asyncio.CancelledError)
        with suppress(*broken):
            connection = h11.Connection(h11.SERVER)
            while await self._one(connection, reader, writer):
                connection.start_next_cycle()
        del self._connections[writer]
        with suppress(ConnectionError):
            writer.close()

    async def _one(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        exchange = await _request(connection, reader)
        if exchange is None:
            return False
        self.exchanges.append(exchange)
        fault = next((fault for fault in self.faults if fault.fits(exchange)), None)
        if fault is not None:
            fault.times -= 1
            if fault.kind in ("drop_before", "hold_before", "answer"):
                fault.happened.set()
            if fault.kind == "drop_before":
                return False
            if fault.kind == "hold_before":
                await fault.hold()
                if (
                    reader.at_eof() or writer.is_closing()
                ):  # whoever asked is dead: what never left has not happened
                    return False
            if fault.kind == "answer":
                await _answer(connection, writer, exchange, fault)
                return connection.our_state is h11.DONE
        self.rewrite(exchange)
        whole = await self._forward(connection, writer, exchange, fault)
        self._look(exchange)
        return whole

    async def _forward(
        self,
        connection: h11.Connection,
        writer: asyncio.StreamWriter,
        exchange: Exchange,
        fault: Fault | None,
    ) -> bool:
        origin = str(httpx.URL(self._target).copy_with(path="/")).rstrip("/")
        headers = {k: v for k, v in exchange.headers.items() if k not in ("host", "content-length")}
        async with self._client.stream(
            exchange.method, f"{origin}{exchange.path}", headers=headers, content=exchange.body
        ) as response:
            exchange.status = response.status_code
            exchange.content_type = response.headers.get("content-type", "")
            if fault is not None and fault.kind in ("drop_after", "hold_after", "cut", "drip"):
                exchange.answer = await response.aread()
                exchange.status = 0
                fault.happened.set()
                if fault.kind == "drop_after":
                    return False
                if fault.kind == "hold_after":
                    await fault.hold()
                    exchange.status = response.status_code
            kept = [(k, v) for k, v in response.headers.items() if k not in _NOT_KEPT]
            head = h11.Response(
                status_code=response.status_code, headers=[*kept, ("transfer-encoding", "chunked")]
            )
            writer.write(connection.send(head) or b"")
            if fault is not None and fault.kind in ("cut", "drip"):
                await fault.spoil(exchange.answer, lambda part: _send(connection, writer, part))
                return False
            if exchange.answer:
                await _send(connection, writer, exchange.answer)
            else:
                async for chunk in response.aiter_bytes():
                    exchange.answer += chunk
                    await _send(connection, writer, chunk)
                    if fault is not None and fault.kind == "hold_midway":
                        await fault.hold_midway(exchange.answer)
        writer.write(connection.send(h11.EndOfMessage()) or b"")
        await writer.drain()
        return connection.our_state is h11.DONE

    def _look(self, exchange: Exchange) -> None:
        try:
            self.on_seen(exchange)
        except BaseException as exc:
            self._violations.append(exc)


async def _request(connection: h11.Connection, reader: asyncio.StreamReader) -> Exchange | None:
    exchange: Exchange | None = None
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(65_536))
        elif isinstance(event, h11.Request):
            headers = {k.decode(): v.decode() for k, v in event.headers}
            exchange = Exchange(event.method.decode(), event.target.decode(), headers, b"")
        elif isinstance(event, h11.Data):
            assert exchange is not None
            exchange.body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            return exchange
        else:  # the bot closed the connection
            return None


async def _send(connection: h11.Connection, writer: asyncio.StreamWriter, part: bytes) -> None:
    writer.write(connection.send(h11.Data(data=part)) or b"")
    await writer.drain()


async def _answer(
    connection: h11.Connection,
    writer: asyncio.StreamWriter,
    exchange: Exchange,
    fault: Fault,
) -> None:
    given = fault.body(exchange) if callable(fault.body) else fault.body
    is_page = isinstance(given, bytes)
    body = given if is_page else json.dumps(given).encode()
    exchange.status, exchange.answer = fault.status, body
    kind = "text/html" if is_page else "application/json"
    headers = [("content-type", kind), ("content-length", str(len(body)))]
    for event in (
        h11.Response(status_code=fault.status, headers=headers),
        h11.Data(data=body),
        h11.EndOfMessage(),
    ):
        writer.write(connection.send(event) or b"")
    await writer.drain()
