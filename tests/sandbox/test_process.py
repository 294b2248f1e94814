"""`python -m sandbox` as a process: it starts with one line and ends at once."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from bot.runtime import children
from tests.sandbox.conftest import BotClient
from tests.telegram_people import People

BOT_TOKEN = f"42:{'A' * 35}"


def client(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, trust_env=False, verify=False, timeout=30)


@pytest.mark.parametrize("how", ["SIGTERM", "end of stdin"])
async def test_it_ends_at_once_with_everything_open(tmp_path: Path, how):
    """An open page, a long poll and a held call do not keep it."""
    child = await children.start("sandbox", "--port", "0", log=tmp_path / "log")
    async with client(child.ready) as http, http.stream("GET", "/sandbox/events") as events:
        assert events.status_code == 200
        order = {"method": "getMe", "kind": "hold", "seconds": 60}
        await http.post("/sandbox/faults", json=order)
        poll = asyncio.create_task(http.get(f"/bot{BOT_TOKEN}/getUpdates?timeout=30"))
        held = asyncio.create_task(http.get(f"/bot{BOT_TOKEN}/getMe"))
        while not await _is_waiting(http):
            await asyncio.sleep(0.01)
        clock = asyncio.get_running_loop().time
        began = clock()

        if how == "SIGTERM":
            code = await child.stop()
        else:
            assert child.process.stdin is not None
            child.process.stdin.close()
            code = await child.process.wait()
            await child.stop()

        took = clock() - began
        await asyncio.gather(poll, held, return_exceptions=True)
    assert code == 0
    assert took < 20  # the calls are held for 30 and 60 s
    assert (tmp_path / "log").read_text() == f"sandbox: ready {child.ready}\n"


async def _is_waiting(http: httpx.AsyncClient) -> bool:
    """Whether the held call has taken its fault: both calls have arrived by then."""
    return not (await http.get("/sandbox/faults")).json()


async def test_a_request_that_was_cut_off_is_no_call(tmp_path: Path):
    """What a killed bot had not sent to its end is not taken for a call without parameters."""
    async with (
        children.running("sandbox", "--port", "0", log=tmp_path / "log") as child,
        client(child.ready) as http,
    ):
        address = httpx.URL(child.ready)
        _, writer = await asyncio.open_connection(address.host, address.port)
        head = (
            f"POST /bot{BOT_TOKEN}/setMyCommands HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n"
        )
        writer.write(head.encode() + b"commands=")
        await writer.drain()
        writer.transport.abort()
        await http.get(f"/bot{BOT_TOKEN}/getMe")

        calls = (await http.get("/sandbox/calls")).json()

    assert [call["method"] for call in calls] == ["getMe"]


async def test_only_the_tokens_that_count(tmp_path: Path):
    arguments = ("--port", "0", "--token", BOT_TOKEN, "--token", f"43:{'A' * 35}")
    async with (
        children.running("sandbox", *arguments, log=tmp_path / "log") as child,
        client(child.ready) as http,
    ):
        statuses = [
            (await http.get(f"/bot{bot_token}/getMe")).status_code
            for bot_token in (BOT_TOKEN, f"43:{'A' * 35}", f"43:{'B' * 35}", f"44:{'A' * 35}")
        ]
        unknown_bot = await http.get("/sandbox/bots/44/chats/1")

    assert statuses == [200, 200, 401, 401]
    assert unknown_bot.status_code == 404


async def test_users_and_limits_from_the_command_line(tmp_path: Path):
    arguments = ("--port", "0", "--limits", "--user", "7:Анна:ru:admin", "--user", "8:Boris")
    async with children.running("sandbox", *arguments, log=tmp_path / "log") as child:
        bot = BotClient(child.ready, 42)
        async with bot.http, People(child.ready, 42) as people:
            assert await people.request("GET", "/sandbox/users") == [
                {"id": 7, "is_bot": False, "first_name": "Анна", "language_code": "ru"},
                {"id": 8, "is_bot": False, "first_name": "Boris"},
            ]
            assert await people.request("GET", "/sandbox/roles") == {"7": "admin"}
            await bot.call("getMe")
            anna = await people.person(7)
            await anna.says("/start")
            responses = [await bot.raw("sendMessage", chat_id=7, text="x") for _ in range(4)]
            await bot.call("sendChatAction", chat_id=7, action="typing")
            recorded = [call["status"] for call in await people.calls("sendMessage")]

    assert [response.status_code for response in responses] == [200, 200, 200, 429]
    assert responses[-1].json()["parameters"] == {"retry_after": 1}
    assert recorded == [200, 200, 200, 429]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "0.0.0.0 is not this machine alone"),
        (["--user", "Анна"], "'Анна' is not ID:NAME[:LANGUAGE[:ROLE]]"),
    ],
)
def test_wrong_arguments(arguments, words):
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**os.environ, "COLUMNS": "300", "PYTHONIOENCODING": "utf-8"},
    )

    assert done.returncode == 2
    assert words in done.stderr


async def test_a_taken_port_is_said(tmp_path: Path, url: str):
    port = url.rpartition(":")[2]

    with pytest.raises(children.ChildDied, match="address already in use"):
        await children.start("sandbox", "--port", port, log=tmp_path / "log")
