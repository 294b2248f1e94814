"""Starting while Telegram can't be reached or stumbles, or another process holds the database."""

import asyncio
import os
import re
import resource
import signal
import sqlite3
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.runtime.children import loopback_environment
from bot.storage import lock
from tests.e2e.commands import free_port, run
from tests.proxy import Proxy
from tests.world import CODE, world

UNAUTHORIZED = {"ok": False, "error_code": 401, "description": "Unauthorized"}
REFUSED = {"ok": False, "error_code": 400, "description": "Bad Request: not today"}


async def test_a_bot_that_waits_for_telegram_can_be_stopped(tmp_path):
    """Nobody answers at Telegram's address: the bot keeps trying, and SIGTERM still ends it."""
    nobody = f"http://127.0.0.1:{free_port()}"
    async with world(tmp_path, start_bot=False) as everything:
        settings = everything.settings | CODE | {"TELEGRAM_API_URL": nobody}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=tmp_path, env=loopback_environment(settings),
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stderr is not None
        async for line in process.stderr:
            if b"Telegram can't be reached" in line:
                break

        process.send_signal(signal.SIGTERM)

        assert await asyncio.wait_for(process.wait(), 20) == 0


def refused(telegram: Proxy, method: str, status: int, body: Any, *, times: int) -> None:
    telegram.fault("POST", f"/bot[^/]*/{method}", "answer", status=status, body=body, times=times)


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook", "setWebhook"])
async def test_a_single_401_ends_no_start(tmp_path, method):
    """What says so may be a server of Telegram's that is just starting itself."""
    port = free_port()
    webhook = {
        "WEBHOOK_URL": f"http://127.0.0.1:{port}",
        "WEBHOOK_LISTEN": f"127.0.0.1:{port}",
        "WEBHOOK_SECRET": "s3cret-s3cret",
    }
    async with (
        world(tmp_path, start_bot=False) as everything,
        Proxy(everything.sandbox.ready).running() as telegram,
    ):
        refused(telegram, method, 401, UNAUTHORIZED, times=1)
        await everything.start_bot(
            TELEGRAM_API_URL=telegram.url, **(webhook if method == "setWebhook" else {})
        )

        await everything.admin.says("/id")
        await everything.admin.sees("Ваш ID в Telegram")

        assert len(telegram.sent("POST", f"/bot[^/]*/{method}")) >= 2


async def test_a_token_that_nobody_knows_is_said_after_some_questions(tmp_path):
    """With the code that says: another start does not help."""
    async with (
        world(tmp_path, start_bot=False) as everything,
        Proxy(everything.sandbox.ready).running() as telegram,
    ):
        refused(telegram, "getMe", 401, UNAUTHORIZED, times=99)
        settings = everything.settings | {"TELEGRAM_API_URL": telegram.url}
        code, output = await run("run", FOLDER=str(tmp_path), **settings)

        assert len(telegram.sent("POST", "/bot[^/]*/getMe")) == 4

    assert code == 2
    assert output.endswith("TELEGRAM_BOT_TOKEN: Telegram does not know this token\n")


async def test_a_refusal_at_the_start_is_logged(tmp_path):
    """A bot that says that it is ready and hears nobody must not be silent about it."""
    async with (
        world(tmp_path, start_bot=False) as everything,
        Proxy(everything.sandbox.ready).running() as telegram,
    ):
        refused(telegram, "deleteWebhook", 400, REFUSED, times=2)
        await everything.start_bot(TELEGRAM_API_URL=telegram.url)

        await everything.admin.says("/id")
        await everything.admin.sees("Ваш ID в Telegram")

        log = Path(everything.settings["LOG_PATH"]).read_text(encoding="utf-8")

    assert log.count("Telegram refuses a request of the start: Not today") == 1


@contextmanager
def full(database: Path):
    """The program that starts meanwhile may write no file beyond 64 kB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def no_room_for_the_copy(database: Path):
    """An upgrade is due, and its copy of the database would be too large."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE ballast (words TEXT)")
        connection.execute("INSERT INTO ballast VALUES (:words)", {"words": "x" * 100_000})
        connection.execute("PRAGMA user_version = 1")
    with full(database):
        yield


@contextmanager
def damaged(database: Path):
    database.write_bytes(b"certainly no database" * 1000)
    yield


@contextmanager
def too_new(database: Path):
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA user_version = 9999")
    yield


@pytest.mark.parametrize(
    ("trouble", "code", "said"),
    [
        (full, 75, r"bot\.sqlite3: disk I/O error|full"),
        (no_room_for_the_copy, 75, "no copy can be kept"),
        (lock.hold, 75, "another bot process uses it"),
        (damaged, 2, "file is not a database"),
        (too_new, 2, "the database has version 9999"),
    ],
)
async def test_only_what_passes_is_worth_another_start(tmp_path, trouble, code, said):
    """systemd starts the bot again after every code but 2."""
    async with world(tmp_path, start_bot=False) as everything:
        database = Path(everything.settings["DATABASE_PATH"])
        database.parent.mkdir(parents=True, exist_ok=True)
        with trouble(database):
            ended, output = await run("run", FOLDER=str(tmp_path), **everything.settings)

    assert ended == code
    assert re.search(said, output)
    assert "Traceback" not in output


async def test_a_locked_database_ends_the_start_in_a_line_and_delays_no_stop(tmp_path):
    """A forgotten editor of databases is enough for that."""
    async with world(tmp_path, is_forked=False) as everything:
        await everything.admin.says("/id")
        await everything.admin.sees("Ваш ID в Telegram")
        path = everything.settings["DATABASE_PATH"]
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for n in range(9):
                await everything.tester.says(f"Вопрос {n}")
            assert everything.bot is not None
            process = everything.bot.process
            os.kill(process.pid, signal.SIGTERM)
            # SQLite alone waits for ten seconds, for each write.
            assert await asyncio.wait_for(process.wait(), 60) == 0

            code, output = await run("run", FOLDER=str(tmp_path), **everything.settings)
            assert (code, output) == (75, f"{path}: database is locked\n")

        await everything.start_bot()
        await everything.settled(10)
