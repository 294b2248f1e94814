"""The heart on a real database and a Telegram of ours."""

import asyncio
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram.error import InvalidToken

from bot.app import build_telegram
from bot.delivery.polling import MOST_REFUSALS
from bot.delivery.poster import Poster
from bot.delivery.rate_limits import RateLimits
from bot.edge.schedule import Schedule
from bot.heart.heart import Heart
from bot.storage import lock
from tests.clocks import until
from tests.composition import ADMIN, SECOND_ADMIN, SETTINGS, BotParts
from tests.e2e.commands import free_port
from tests.fakes import Telegram

REPLACED, LOCKED, WELL = (
    "Файлы базы данных подменили", "База данных недоступна", "снова всё в",
)  # fmt: skip


@dataclass
class Beating:
    """A heart that beats, and what it beats in."""

    parts: BotParts
    telegram: Telegram
    heart: Heart
    beating: "asyncio.Task[None]"
    path: Path
    url: str

    def told(self, part: str, admin_id: int = ADMIN) -> list[str]:
        return [text for text in self.telegram.texts(admin_id) if part in text]

    async def asked(self, path: str = "/healthz", **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, timeout=None) as client:
            return await client.get(self.url + path, headers=headers)


@pytest.fixture
async def beating(parts: BotParts) -> AsyncIterator[Callable[..., Any]]:
    tasks: list[asyncio.Task[None]] = []
    stack = ExitStack()

    async def start(telegram: Telegram | None = None, **settings: Any) -> Beating:
        port = free_port()
        parts.begin(**{"health_listen": f"127.0.0.1:{port}", "beat_s": 1.0} | settings)
        telegram = telegram or Telegram()
        for admin_id in (ADMIN, SECOND_ADMIN):
            telegram.start(admin_id)
        await telegram.bot.initialize()

        async def none_known(above: int) -> set[int]:
            return set()

        poster = Poster(telegram.bot, RateLimits(), none_known, telegram.reachability)
        queue = build_telegram(SETTINGS).job_queue
        assert queue is not None
        schedule = Schedule(queue, [])
        await schedule.start()
        assert schedule._watch is not None
        tasks.append(schedule._watch)
        path = parts.core.settings.database_path
        stack.enter_context(lock.hold(path))
        heart = Heart(core=parts.core, bot=telegram.bot, poster=poster, schedule=schedule)
        tasks.append(asyncio.create_task(heart.run()))
        await until(lambda: heart.report().facts.free_bytes > 10**8, "a first look")
        return Beating(parts, telegram, heart, tasks[-1], path, f"http://127.0.0.1:{port}")

    yield start
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    stack.close()


async def test_healthz_as_json_and_as_text(beating):
    it = await beating()

    found = await it.asked()
    assert (found.status_code, found.json()["status"]) == (200, "ok")
    assert found.headers["content-type"] == "application/json; charset=utf-8"
    for asked in (it.asked("/healthz?text"), it.asked(Accept="text/plain")):
        assert (await asked).text.startswith("status: ok\nproblems: none\n")
    assert (await it.asked("/")).status_code == 404


async def test_healthz_fails_when_telegram_is_silent(beating):
    it = await beating(silent_s=5.0)

    async def is_failing() -> bool:
        found = await it.asked()
        return (found.status_code, found.json()["problems"]) == (503, ["silence"])

    await until(is_failing)
    assert it.telegram.texts(ADMIN) == []


async def test_where_somebody_listens_the_bot_goes_without(beating):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        it = await beating(health_listen=f"127.0.0.1:{other.getsockname()[1]}")
        it.path.unlink()

        await until(lambda: it.told(REPLACED))


async def test_a_replaced_file_is_told_to_every_admin(beating):
    it = await beating()
    old = it.path.rename(it.path.with_name("old"))
    it.path.write_bytes(old.read_bytes())

    await until(lambda: it.told(REPLACED) and it.told(REPLACED, SECOND_ADMIN))
    assert (await it.asked()).json()["problems"] == ["replaced"]

    it.path.unlink()
    old.rename(it.path)
    await until(lambda: it.told(WELL) and it.told(WELL, SECOND_ADMIN))
    assert len(it.telegram.texts(ADMIN)) == 2
    assert [call.params.get("disable_notification") for call in it.telegram.sent(ADMIN)] == [
        "false", "true",
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["-wal", ".lock"])
async def test_a_file_beside_the_database_that_is_gone_is_told(beating, ending):
    """What is new is only in the WAL; without the lock a second bot could start."""
    it = await beating()
    gone = it.path.with_name(it.path.name + ending)
    gone.unlink()

    (text,) = await until(lambda: it.told(REPLACED))
    assert gone.name in text
    assert (await it.asked()).json()["problems"] == ["replaced"]


async def test_a_locked_database_is_told_past_it(beating):
    it = await beating()
    with closing(sqlite3.connect(it.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await until(lambda: it.told(LOCKED))
        other.execute("ROLLBACK")

    await until(lambda: it.told(WELL))


async def test_it_is_known_how_long_a_message_waits(beating):
    """Here nothing sends what the outbox holds."""
    it = await beating()
    await it.parts.database.write(
        lambda tx: it.parts.outbox.post(tx, 7, key="k", payload={"text": "?"}, now=0)
    )

    await until(lambda: it.heart.report().facts.waiting_s > 60)


async def six_incidents(it: Beating) -> None:
    await it.parts.database.write(
        lambda tx: tx.execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6)
            INSERT INTO outbox (key, chat_id, kind, payload, floor_id, created_at, sent_at)
            SELECT 'k' || i, 7, 'refused', '{}', 0, unixepoch(), unixepoch() FROM n
            """
        )
    )


async def test_incidents_are_counted(beating):
    it = await beating()
    await six_incidents(it)

    await until(lambda: it.told("Слишком много сбоев: 6"))


async def test_who_could_not_be_told_is_told_later(beating):
    it = await beating()
    it.telegram.breaks(httpx.ConnectError, chat_id=ADMIN, times=3)
    it.telegram.answers(403, "Forbidden: bot was blocked by the user", chat_id=SECOND_ADMIN)
    it.path.unlink()

    await until(lambda: it.told(REPLACED))
    await asyncio.sleep(5)
    assert len(it.told(REPLACED)) == 1
    assert it.told(REPLACED, SECOND_ADMIN) == []


async def test_what_it_says_is_not_taken_for_a_lost_message(beating):
    it = await beating()
    await six_incidents(it)  # of all problems the one that leaves the database as it is
    await until(lambda: it.told("Слишком много сбоев: 6"))

    async def is_known() -> bool:
        return it.telegram.ids(ADMIN)[0] in await it.parts.outbox.known_ids(above=0)

    await until(is_known)


HOOK = "https://natasha.example"


@pytest.mark.parametrize(
    ("info", "said"),
    [
        (
            {
                "url": f"{HOOK}/telegram", "pending_update_count": 3,
                "last_error_date": int(time.time()), "last_error_message": "Connection refused",
            },
            "Connection refused",
        ),
        ({"url": "https://other.example/secret", "pending_update_count": 0}, "another webhook"),
        ({"url": "", "pending_update_count": 0}, "no webhook"),
    ],
)  # fmt: skip
async def test_a_webhook_that_is_not_reached_is_told(beating, info, said):
    """What Telegram says when it is asked once a minute; never the address of somebody else."""
    telegram = Telegram()
    for _ in range(20):
        telegram.talks_nonsense({"has_custom_certificate": False} | info, method="getWebhookInfo")
    it = await beating(webhook_url=HOOK, telegram=telegram)

    (text,) = await until(lambda: it.told("не доходят до вебхука"))
    assert said in text
    assert "secret" not in text


async def test_a_lost_token_ends_a_bot_behind_a_webhook(beating):
    """Only what getMe says three times counts."""
    telegram = Telegram()
    telegram.answers(401, "Unauthorized", method="getWebhookInfo")
    it = await beating(webhook_url=HOOK, telegram=telegram)
    await asyncio.sleep(10)
    assert not it.beating.done()

    telegram.answers(401, "Unauthorized", method="getWebhookInfo")
    telegram.answers(401, "Unauthorized", method="getMe", times=MOST_REFUSALS)
    with pytest.raises(InvalidToken):
        await it.beating
