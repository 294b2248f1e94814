"""A reverse proxy between the bot and its provider: it records, and it breaks things to order."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
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
    """drop_before, drop_after, hold_before, hold_after (for `seconds`), answer (status, body)."""
    times: int = 1
    seconds: float = 0
    status: int = 500
    body: Any = None
    happened: asyncio.Event = field(default_factory=asyncio.Event)

    def fits(self, exchange: Exchange) -> bool:
        """Whether it is this request that goes wrong."""
        is_path = re.fullmatch(self.path, exchange.path.split("?")[0]) is not None
        return self.times > 0 and self.method == exchange.method and is_path


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
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()[:2]
        prefix = httpx.URL(self._target).path.rstrip("/")
        self.url = f"http://{host}:{port}{prefix}"
        try:
            yield self
        finally:
            server.close()
            await self._client.aclose()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, h11.RemoteProtocolError, httpx.HTTPError):
            connection = h11.Connection(h11.SERVER)
            while await self._one(connection, reader, writer):
                connection.start_next_cycle()
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
            fault.happened.set()
            if fault.kind == "drop_before":
                return False
            if fault.kind == "hold_before":
                await asyncio.sleep(fault.seconds)
            if fault.kind == "answer":
                body = json.dumps(fault.body).encode()
                await _answer(connection, writer, exchange, fault.status, body)
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
            if fault is not None and fault.kind in ("drop_after", "hold_after"):
                exchange.answer = await response.aread()
                exchange.status = 0
                if fault.kind == "drop_after":
                    return False
                await asyncio.sleep(fault.seconds)
            kept = [(k, v) for k, v in response.headers.items() if k not in _NOT_KEPT]
            head = h11.Response(
                status_code=response.status_code, headers=[*kept, ("transfer-encoding", "chunked")]
            )
            writer.write(connection.send(head) or b"")
            if exchange.answer:
                writer.write(connection.send(h11.Data(data=exchange.answer)) or b"")
            else:
                async for chunk in response.aiter_bytes():
                    exchange.answer += chunk
                    writer.write(connection.send(h11.Data(data=chunk)) or b"")
                    await writer.drain()
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


async def _answer(
    connection: h11.Connection,
    writer: asyncio.StreamWriter,
    exchange: Exchange,
    status: int,
    body: bytes,
) -> None:
    exchange.status, exchange.answer = status, body
    headers = [("content-type", "application/json"), ("content-length", str(len(body)))]
    for event in (
        h11.Response(status_code=status, headers=headers),
        h11.Data(data=body),
        h11.EndOfMessage(),
    ):
        writer.write(connection.send(event) or b"")
    await writer.drain()
