"""A webhook stores what Telegram brings, and nobody else gets further than the secret."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import pytest

from bot.delivery.webhook import MOST_BYTES, Webhook
from bot.domain import JsonDict
from bot.errors import CannotStart
from tests.e2e.commands import free_port

SECRET = "s3cret-s3cret"
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
UPDATE: JsonDict = {
    "update_id": 7,
    "message": {"text": "привет\u0000", "from_a_later_version": [1, None]},
}


class Inbox:
    def __init__(self) -> None:
        self.updates: list[JsonDict] = []
        self.is_full = False

    async def accept(self, updates: Sequence[JsonDict]) -> None:
        if self.is_full:
            raise OSError("no space left")
        self.updates += updates


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@asynccontextmanager
async def serving(inbox: Inbox, listen: str = "127.0.0.1") -> AsyncIterator[int]:
    """Yields the port, once Telegram would know the address."""
    port, is_known = free_port(), asyncio.Event()

    async def register() -> None:
        is_known.set()

    webhook = Webhook(listen=f"{listen}:{port}", secret=SECRET, accept=inbox.accept)
    task = asyncio.create_task(webhook.run(register))
    try:
        await is_known.wait()
        yield port
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.mark.parametrize("listen", ["127.0.0.1", ""])
async def test_update_is_stored_as_it_came(inbox: Inbox, listen: str):
    async with serving(inbox, listen) as port, httpx.AsyncClient(timeout=None) as client:
        url = f"http://127.0.0.1:{port}/telegram"
        answer = await client.post(url, json=UPDATE, headers=HEADERS)

    assert (answer.status_code, inbox.updates) == (200, [UPDATE])


async def test_what_could_not_be_stored_is_brought_again(inbox: Inbox):
    inbox.is_full = True
    async with serving(inbox) as port, httpx.AsyncClient(timeout=None) as client:
        url = f"http://127.0.0.1:{port}/telegram"
        assert (await client.post(url, json=UPDATE, headers=HEADERS)).status_code == 500
        inbox.is_full = False
        assert (await client.post(url, json=UPDATE, headers=HEADERS)).status_code == 200

    assert inbox.updates == [UPDATE]


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("POST", "/telegram", {}, UPDATE, 403),
        ("POST", "/telegram", {"X-Telegram-Bot-Api-Secret-Token": SECRET[:-1]}, UPDATE, 403),
        ("POST", "/telegram", {"X-Telegram-Bot-Api-Secret-Token": "ü"}, UPDATE, 403),
        ("GET", "/telegram", {}, None, 403),
        ("GET", "/telegram", HEADERS, None, 405),
        ("POST", "/", HEADERS, UPDATE, 404),
        ("POST", "/telegram", HEADERS, [UPDATE], 400),
        ("POST", "/telegram", HEADERS, {"message": {}}, 400),
        ("POST", "/telegram", HEADERS, {"update_id": "7"}, 400),
        ("POST", "/telegram", HEADERS, b"\xff{", 400),
        ("POST", "/telegram", HEADERS, b'{"update_id": 8, "x": ' + b"[" * 300_000, 400),
    ],
)
async def test_everything_else_is_refused(
    inbox: Inbox, method: str, path: str, headers: dict[str, str], body: object, status: int
):
    async with serving(inbox) as port, httpx.AsyncClient(timeout=None) as client:
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = await client.request(
            method, f"http://127.0.0.1:{port}{path}", content=content, headers=raw
        )

    assert (answer.status_code, inbox.updates) == (status, [])


async def test_stranger_is_refused_before_the_body_comes(inbox: Inbox):
    async with serving(inbox) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /telegram HTTP/1.1\r\nhost: x\r\ncontent-length: 900000\r\n\r\n{")

        assert (await reader.readline()).startswith(b"HTTP/1.1 403")
        writer.close()


@pytest.mark.parametrize("is_chunked", [False, True])
async def test_body_is_bounded(inbox: Inbox, is_chunked: bool):
    """Nobody fills the memory: what is longer is not read to its end."""

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b" " * 10_000

    content = parts() if is_chunked else b" " * (MOST_BYTES + 1)
    async with serving(inbox) as port, httpx.AsyncClient(timeout=None) as client:
        url = f"http://127.0.0.1:{port}/telegram"
        try:
            answer = await client.post(url, content=content, headers=HEADERS)
        except httpx.TransportError:
            pass  # closed while it was being sent
        else:
            assert answer.status_code == 400
        assert (await client.post(url, json=UPDATE, headers=HEADERS)).status_code == 200

    assert inbox.updates == [UPDATE]


async def test_a_port_that_there_is_not_is_named(inbox: Inbox):
    """In one line, like a port that is taken."""
    webhook = Webhook(listen="127.0.0.1:99999", secret=SECRET, accept=inbox.accept)

    async def never() -> None:
        raise AssertionError

    with pytest.raises(CannotStart, match=r"WEBHOOK_LISTEN: 127\.0\.0\.1:99999: ports end at"):
        await webhook.run(never)


async def test_taken_port_is_named(inbox: Inbox):
    async with serving(inbox) as port:
        webhook = Webhook(listen=f"127.0.0.1:{port}", secret=SECRET, accept=inbox.accept)

        async def never() -> None:
            raise AssertionError

        with pytest.raises(CannotStart, match=f"WEBHOOK_LISTEN: 127.0.0.1:{port}: Address"):
            await webhook.run(never)
