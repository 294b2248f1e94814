"""Only Telegram's own answers count as answers, whoever speaks in its place."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import httpx
import pytest
from telegram.error import NetworkError, RetryAfter, TimedOut

from bot.delivery.rate_limits import retry_after_s
from bot.delivery.requests import (
    CALL_S,
    DOWNLOAD_S,
    LONGEST_PAUSE_S,
    MOST_BYTES,
    MOST_FILE_BYTES,
    USUAL_PAUSE_S,
    LongAnswer,
    Reachability,
    TelegramRequest,
)
from tests.clocks import VirtualLoop, in_real_time, now, until

LOOP = VirtualLoop


@pytest.fixture
def reachability() -> Reachability:
    return Reachability()


async def ask(reachability: Reachability, status: int, body: Any, method: str = "POST") -> Any:
    content = (body if isinstance(body, str) else json.dumps(body)).encode()
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=content))
    options = {"transport": transport, "trust_env": False}
    async with TelegramRequest(reachability, httpx_kwargs=options) as request:
        return await request.do_request("http://telegram/bot1/getMe", method)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"ok": True, "result": True}),
        (200, {"ok": True, "result": []}),
        (200, {"ok": True, "result": 0}),
        (400, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}),
        (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}),
        (403, {"ok": False, "error_code": 403, "description": "Forbidden", "parameters": {}}),
        (500, {"ok": False, "error_code": 500, "description": "Internal Server Error"}),
    ],
)
async def test_telegrams_answer_is_given_on(reachability, status, body):
    """And notes that Telegram can be reached, whatever it says."""
    began = now()
    assert not reachability.has_answered_since(began)

    assert await ask(reachability, status, body) == (status, json.dumps(body).encode())

    assert reachability.has_answered_since(began)


@pytest.mark.parametrize("status", [200, 201, 301, 400, 401, 403, 404, 409, 500, 502, 511])
@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>Blocked</html>",
        '{"ok":true,"resu',
        "null",
        "7",
        [],
        {},
        {"ok": True},
        {"ok": True, "result": None},
        {"ok": "true", "result": True},
        {"ok": False},
        {"ok": False, "error_code": 418, "description": "teapot"},
        {"ok": False, "error_code": 403, "description": None},
        {"ok": False, "error_code": 403, "description": "?", "parameters": [1]},
        {"error": "blocked by policy"},
    ],
)
async def test_other_answers_are_none(reachability, status, body):
    with pytest.raises(NetworkError):
        await ask(reachability, status, body)

    assert not reachability.has_answered_since(now())


@pytest.mark.parametrize(
    ("parameters", "seconds"),
    [
        ({"retry_after": 5}, 5),
        ({"retry_after": 1.2}, 2),
        ({"retry_after": 10**9}, LONGEST_PAUSE_S),
        ({"retry_after": 1e300}, LONGEST_PAUSE_S),
        ({"retry_after": 0}, USUAL_PAUSE_S),
        ({"retry_after": -5}, USUAL_PAUSE_S),
        ({"retry_after": "5"}, USUAL_PAUSE_S),
        ({"retry_after": True}, USUAL_PAUSE_S),
        ({"retry_after": float("nan")}, USUAL_PAUSE_S),
        ({}, USUAL_PAUSE_S),
        ([], USUAL_PAUSE_S),
        (None, USUAL_PAUSE_S),
    ],
)
async def test_slow_down_is_a_pause_of_some_seconds(reachability, parameters, seconds):
    body = {"ok": False, "error_code": 429, "description": "Too Many", "parameters": parameters}

    with pytest.raises(RetryAfter) as raised:
        await ask(reachability, 429, body)

    assert retry_after_s(raised.value) == seconds


async def test_content_of_a_file_is_no_answer(reachability):
    """Whatever it contains."""
    assert await ask(reachability, 200, "<html>", method="GET") == (200, b"<html>")


async def test_whoever_waits_goes_on_with_the_next_answer(reachability, started):
    async def wait(seconds: float) -> float:
        await reachability.wait(seconds)
        return now()

    long, short = started(wait(60)), started(wait(2))
    assert await short == 2
    await ask(reachability, 200, {"ok": True, "result": True})

    assert await long == 2


@pytest.mark.parametrize("pause_s", [4, 1e6])
async def test_an_answer_that_only_drips_is_given_up(reachability, pause_s):
    """Nobody else's messages wait for a connection that is open and no more."""

    class Dripping(httpx.AsyncByteStream):
        async def __aiter__(self):
            while True:
                await asyncio.sleep(pause_s)
                yield b" "

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Dripping()))
    options = {"transport": transport, "trust_env": False}
    async with TelegramRequest(reachability, httpx_kwargs=options) as request:
        with pytest.raises(TimedOut):
            await request.do_request("http://telegram/bot1/sendMessage", "POST")

    assert now() == pytest.approx(CALL_S, abs=1)


@pytest.mark.parametrize(
    ("method", "most"), [("POST", MOST_BYTES), ("GET", MOST_FILE_BYTES)], ids=["answer", "file"]
)
async def test_an_answer_without_an_end_does_not_fill_the_memory(reachability, method, most):
    """No more is read than an answer or a file of Telegram may have."""
    n_bytes = 0

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self):
            nonlocal n_bytes
            while True:
                n_bytes += 65_536
                yield b" " * 65_536

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Endless()))
    options = {"transport": transport, "trust_env": False}
    async with TelegramRequest(reachability, httpx_kwargs=options) as request:
        with pytest.raises(LongAnswer):
            await request.do_request("http://telegram/bot1/getUpdates", method)

    assert most < n_bytes <= most + 65_536
    assert not reachability.has_answered_since(now())


async def test_a_file_that_only_drips_ends_without_anybody_waiting(reachability, started):
    """So those of earlier tries do not come in beside the latest for long."""
    is_over = asyncio.Event()

    class Dripping(httpx.AsyncByteStream):
        async def __aiter__(self):
            while True:
                await asyncio.sleep(4)
                yield b" "

        async def aclose(self):
            is_over.set()

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Dripping()))
    options = {"transport": transport, "trust_env": False}
    async with TelegramRequest(reachability, httpx_kwargs=options) as request:
        waiting = started(request.do_request("http://telegram/file/bot1/a.jsonl", "GET"))
        await asyncio.sleep(1)
        waiting.cancel()
        await is_over.wait()

    assert now() == pytest.approx(DOWNLOAD_S, abs=1)


@in_real_time
async def test_calls_that_are_cancelled_leave_no_connection_behind(reachability):
    """At whichever step; each would take a place in the pool until there is none left."""
    open_now: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_now.add(writer)
        with suppress(ConnectionError):
            while await reader.read(65_536):
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 25\r\n\r\n" + ANSWER)
        writer.close()
        open_now.discard(writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot1/getMe"
    async with TelegramRequest(reachability, httpx_kwargs={"trust_env": False}) as request:
        for n_steps in range(60):
            calls = [asyncio.create_task(request.do_request(url, "POST")) for _ in range(2)]
            for _ in range(n_steps):
                await asyncio.sleep(0)
            calls[0].cancel()
            assert await calls[1] == (200, ANSWER)
            await asyncio.gather(*calls, return_exceptions=True)
        assert len(open_now) <= 4
    server.close()
    await until(lambda: not open_now)


ANSWER = b'{"ok":true,"result":true}'
