"""The heart on a real database and a Telegram of ours."""

import asyncio
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram.error import InvalidToken
from telegram.ext import JobQueue

from bot.app import TelegramApplication, build_telegram
from bot.delivery.polling import MOST_REFUSALS
from bot.delivery.poster import Poster
from bot.delivery.rate_limits import RateLimits
from bot.edge.feature import Tick
from bot.edge.schedule import MOST_FAILURES, Schedule, copying
from bot.heart.heart import Heart
from bot.storage import lock
from tests.clocks import until
from tests.composition import ADMIN, SECOND_ADMIN, SETTINGS, BotParts
from tests.e2e.commands import free_port
from tests.fakes import Telegram

COPY_FAILED = "Не удалась ежедневная копия базы"
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
    queues: list[tuple[TelegramApplication, JobQueue[Any]]] = []
    stack = ExitStack()

    async def start(
        telegram: Telegram | None = None, ticks: Sequence[Tick] = (), **settings: Any
    ) -> Beating:
        port = free_port()
        parts.begin(**{"health_listen": f"127.0.0.1:{port}", "beat_s": 1.0} | settings)
        telegram = telegram or Telegram()
        for admin_id in (ADMIN, SECOND_ADMIN):
            telegram.start(admin_id)
        await telegram.bot.initialize()

        async def none_known(above: int) -> set[int]:
            return set()

        poster = Poster(telegram.bot, RateLimits(), none_known, telegram.reachability)
        application = build_telegram(SETTINGS)  # its queue holds no reference to it
        queue = application.job_queue
        assert queue is not None
        schedule = Schedule(queue, ticks)
        await queue.start()
        queues.append((application, queue))
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
    for _, queue in queues:
        await queue.stop(wait=False)
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


def damage(database: Path) -> None:
    """A page that the bot seldom reads, as a bad disk would."""
    with closing(sqlite3.connect(database)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'trials'"
        (page,) = connection.execute(sql).fetchone()
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 200)


async def test_a_copy_that_fails_is_told(beating, parts):
    """Its reason is often a damaged database, which nothing else notices for long."""
    await parts.database.checkpoint()
    parts.begin()
    path = parts.core.settings.database_path
    whole = path.read_bytes()
    damage(path)
    tick = replace(copying(parts.core), interval_s=0.05, first_s=0)
    it = await beating(ticks=[tick])

    (text,) = await until(lambda: it.told(COPY_FAILED))
    assert "SQLITE_CORRUPT" in text
    assert (await it.asked()).json()["problems"] == ["copy"]

    path.write_bytes(whole)
    await until(lambda: it.told(WELL))


async def test_work_that_always_fails_is_told(beating):
    """That it comes again and again does not count as life."""
    n = 0

    async def fail() -> None:
        nonlocal n
        n += 1
        if n != MOST_FAILURES:
            raise ZeroDivisionError

    it = await beating(ticks=[Tick(name="watch jobs", run=fail, interval_s=0.05, first_s=0)])

    (text,) = await until(lambda: it.told("Регулярная работа"))
    assert "watch jobs" in text
    assert n >= 2 * MOST_FAILURES
    assert (await it.asked()).json()["problems"] == ["work"]


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
