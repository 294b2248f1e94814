"""A small server on this machine that plays the dialects of chat servers, over real HTTP.

It writes its bytes itself, so it can cut them anywhere and go away in the middle of an answer.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

Json = dict[str, Any]

STREAM = "text/event-stream; charset=utf-8"
PLAIN = "application/json"
_PIECE_BYTES = 7
"""Cuts letters of several bytes, tags and fields of events."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An HTTP answer."""

    body: bytes
    content_type: str = STREAM
    status: int = 200
    goes_away: bool = False
    """The connection ends where more was promised."""

    @property
    def cut(self) -> "Reply":
        return replace(self, goes_away=True)


Play = Callable[[Json], Reply]
"""Answers the JSON of a request."""


@dataclass(kw_only=True)
class DialectServer:
    """The server; `asked` has what it was asked, the newest last."""

    url: str
    asked: list[Json] = field(default_factory=list)


@asynccontextmanager
async def dialect_server(play: Play) -> AsyncIterator[DialectServer]:
    """Serve on a port of this machine."""
    asked: list[Json] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.lower().splitlines()
            if line.startswith(b"content-length:")
        )
        asked.append(json.loads(await reader.readexactly(length)))
        reply = play(asked[-1])
        writer.write(
            f"HTTP/1.1 {reply.status} X\r\nContent-Type: {reply.content_type}\r\n"
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode()
        )
        for start in range(0, len(reply.body), _PIECE_BYTES):
            piece = reply.body[start : start + _PIECE_BYTES]
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
        if not reply.goes_away:
            writer.write(b"0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield DialectServer(url=f"http://127.0.0.1:{port}/v1", asked=asked)


def events(*data: Json | str, between: str = "\n\n") -> Reply:
    """Server-sent events: dictionaries as JSON, texts as they are."""
    rows = [row if isinstance(row, str) else f"data: {said(row)}" for row in data]
    return Reply(body="".join(row + between for row in rows).encode())


def plain(body: object, **more: Any) -> Reply:
    """JSON without events."""
    return Reply(body=said(body).encode(), **({"content_type": PLAIN} | more))


def refusal(status: int, message: str, **error: Any) -> Reply:
    """OpenAI's form of a refusal."""
    return plain({"error": {"message": message, "code": None, **error}}, status=status)


def choice(reason: str | None = None, **fields: Any) -> Json:
    """A chunk or an answer with one choice."""
    return {"choices": [{"index": 0, "finish_reason": reason, **fields}]}


def delta(content: object, reason: str | None = None, **fields: Any) -> Json:
    """A chunk that adds words."""
    return choice(reason, delta={"content": content, **fields})


def message(content: object, reason: str | None = None, **fields: Any) -> Json:
    """What has `message` in place of `delta`."""
    return choice(reason, message={"role": "assistant", "content": content, **fields})


def said(body: object) -> str:
    return json.dumps(body, ensure_ascii=False)
