"""The barest HTTP client there is, so that on two cores the server is measured, and not it.

    python -m benchmarks.plain_http PORT N_CHATS MODEL

keeps so many streamed chats at a server, each beginning again when it has ended, until its standard
input ends; then it prints how many have ended, how many failed, and their median duration.
"""

import asyncio
import json
import statistics
import sys
import time
from dataclasses import dataclass, field

KEY = "sk-load-0123456789"
QUESTION = "Мне грустно, и я не знаю, с чего начать. Что бы ты сказала мне сегодня утром?"


@dataclass
class Connection:
    """One connection that stays open."""

    port: int
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, method: str, path: str, body: object = None) -> asyncio.StreamReader:
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
        )
        reader, writer = self.streams
        writer.write(head.encode() + content)
        head_lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        self.status = int(head_lines[0].split()[1])
        lengths = [line for line in head_lines if line.startswith(b"content-length:")]
        self.length = int(lengths[0].split(b":")[1]) if lengths else None
        return reader

    async def ask(self, method: str, path: str, body: object = None) -> bytes:
        """The body of an answer; an error is an error."""
        reader = await self.send(method, path, body)
        assert self.length is not None
        content = await reader.readexactly(self.length)
        if self.status >= 400:
            raise OSError(f"{self.status}: {content[:200]!r}")
        return content

    async def chat(self, model: str) -> int:
        """Read a streamed answer to its end; how many pieces it had."""
        messages = [{"role": "user", "content": QUESTION}]
        body = {"model": model, "messages": messages, "stream": True}
        reader = await self.send("POST", "/v1/chat/completions", body)
        if self.status >= 400:
            raise OSError(str(self.status))
        n_pieces, rest = 0, b""
        while not rest.endswith(b"\r\n0\r\n\r\n"):
            piece = await reader.read(65_536)
            if not piece:
                raise OSError("cut off")
            n_pieces += piece.count(b"data: ")
            rest = (rest + piece)[-7:]
        return n_pieces

    def close(self) -> None:
        if self.streams:
            self.streams[1].close()


@dataclass
class Chats:
    """How the chats went."""

    durations: list[float] = field(default_factory=list)
    n_pieces: int = 0
    n_failed: int = 0

    async def keep(self, port: int, model: str, nth: int) -> None:
        connection = Connection(port)
        await asyncio.sleep(nth * 0.01)
        while True:
            began = time.perf_counter()
            try:
                n_pieces = await connection.chat(model)
                self.n_pieces += n_pieces
                self.durations.append(time.perf_counter() - began)
            except (OSError, asyncio.IncompleteReadError):
                self.n_failed += 1
                connection = Connection(port)
                await asyncio.sleep(1)


async def _main(port: int, n_chats: int, model: str) -> None:
    chats, began = Chats(), time.perf_counter()
    tasks = [asyncio.create_task(chats.keep(port, model, n)) for n in range(n_chats)]
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    seconds, ended = time.perf_counter() - began, chats.durations
    middle = statistics.median(ended) if ended else 0.0
    rates = [len(ended) / seconds, chats.n_pieces / seconds, middle, chats.n_failed]
    print(json.dumps(rates), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
