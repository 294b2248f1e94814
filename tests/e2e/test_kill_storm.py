"""`kill -9` again and again, while people write and a job runs: nothing is lost or doubled.

The moments, the messages and their order come from a seed, which a failure names:
KILL_STORM_SEED=7 python -m pytest tests/e2e/test_kill_storm.py
"""

import asyncio
import json
import os
import random
import sqlite3
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from bot.runtime import children
from tests.e2e.chats import CURSOR
from tests.e2e.dangers import LINE, is_card
from tests.e2e.training import is_judged, trained
from tests.proxy import Exchange
from tests.telegram_people import Json, Person, log, words
from tests.world import ADMIN, API_KEY, CODE, DATASET, SECOND_ADMIN, TESTER, World, world

SEED = int(os.environ.get("KILL_STORM_SEED", "20261122"))
KILLS = 30
LIFE_S = (0.2, 1.5)
"""How long a bot lives at least and at most, from its start on; it is ready after about 0.2."""
N_MESSAGES = 7
"""Of each tester. The first three come at once, the others whenever the seed says so."""
COMMANDS = ("/id", "/ID@Natasha_123456_bot")
"""Each tester also writes these, in another lane than words."""
SLASHED = ("/ - это дробь? {}", "/привет, Наташа, это {}", "/etc/{} - где это?")
"""Words that begin like a command; each is asked once by each tester."""
JOB_S = 20.0
"""The job ends while the storm still blows."""
SLOW_S = 0.2
"""How late Telegram answers in the storm: many a bot dies between a message and its answer."""
TESTERS = (TESTER, 1011, 1012, 1013, 1014)


@dataclass(slots=True)
class Talk:
    """What one tester writes, and when."""

    tester: Person
    texts: list[str]
    moments: list[float]
    """Shares of the storm, one for each text."""
    start: int = 0
    """Messages up to this id were there before the storm."""
    said: list[str] = field(default_factory=list)

    async def speak(self, storm_s: float) -> None:
        """Write all of it, each text at its moment, whether the bot lives or not."""
        clock = asyncio.get_running_loop().time
        begin = clock()
        for text, moment in zip(self.texts, self.moments, strict=True):
            await asyncio.sleep(max(0.0, begin + moment * storm_s - clock()))
            await self.tester.says(text)

    async def shown(self) -> list[str]:
        """What the bot has said to the tester since, oldest first; help cards apart."""
        return [words(message) for message in await self._said() if not is_help(message)]

    async def helped(self) -> list[str]:
        """The help cards that are shown now, and the lines that are left of earlier ones."""
        return [words(message) for message in await self._said() if is_help(message)]

    async def _said(self) -> list[Json]:
        return [
            message
            for message in await self.tester.chat()
            if message["from"]["is_bot"] and message["message_id"] > self.start
        ]


def is_help(message: Json) -> bool:
    """Some of the dataset's questions are of people in danger, who get a card, too."""
    return is_card(message) or words(message) == LINE


async def test_thirty_kills_lose_and_double_nothing(tmp_path):
    """Each message gets one answer, the engine's; the job's end is told once to each admin."""
    print(f"KILL_STORM_SEED={SEED}")
    chance = random.Random(SEED)
    async with world(
        tmp_path,
        engine={"running-seconds": "0.5"},
        ADMIN_IDS=f"{ADMIN},{SECOND_ADMIN}",
        TESTER_IDS=",".join(map(str, TESTERS)),
    ) as everything:
        second = await everything.people.person(SECOND_ADMIN, "Вера")
        await second.says("/start")
        await second.sees("Здравствуйте")
        await trained(everything)
        talks = await prepare(everything, chance)

        async with slow_engine(everything):
            admins = [(admin, await newest_id(admin)) for admin in (everything.admin, second)]
            await start_job(everything.admin)
            lives = [chance.uniform(*LIFE_S) for _ in range(KILLS)]
            await everything.kill_bot()
            for method in ("sendMessage", "editMessageText"):
                await everything.people.fault(method, "hold_after", seconds=SLOW_S, times=10_000)
            speakers = [asyncio.create_task(talk.speak(sum(lives))) for talk in talks]
            await storm(everything, lives)
            await everything.people.no_faults()
            await everything.start_bot()
            await asyncio.gather(*speakers)
            for talk in talks:
                await settled(talk)
            for admin, start in admins:
                await admin.sees(is_judged, timeout=30, after=start)
            await idle(everything)
            assert await everything.stop_bot() == 0

        for talk in talks:
            await check_talk(everything, talk)
        for admin, start in admins:
            await check_admin(admin, start)
        assert len(everything.jobs_created()) == 2
        check_database(everything)


async def prepare(everything: World, chance: random.Random) -> list[Talk]:
    """Five testers, and for each of them texts that nobody else sends."""
    lines = DATASET.read_text(encoding="utf-8").splitlines()
    questions = sorted({json.loads(line)["messages"][-2]["content"] for line in lines})
    picked = chance.sample(questions, len(TESTERS) * N_MESSAGES)
    talks = []
    for number, tester_id in enumerate(TESTERS):
        tester = await everything.people.person(tester_id, f"Тестировщик {number}")
        await tester.says("/start")
        await tester.sees("Здравствуйте")
        texts = picked[number * N_MESSAGES : (number + 1) * N_MESSAGES]
        for text in (*COMMANDS, *(text.format(tester_id) for text in SLASHED)):
            texts.insert(chance.randrange(1, len(texts) + 1), text)
        moments = [0.0] * 3 + sorted(chance.random() for _ in texts[3:])
        talks.append(Talk(tester, texts, moments, start=await newest_id(tester)))
    return talks


@asynccontextmanager
async def slow_engine(everything: World) -> AsyncIterator[None]:
    """The engine anew, at its old address, with a long job and answers that are typed slowly."""
    await everything.engine.stop()
    async with children.running(
        "engine", "--port", str(httpx.URL(everything.engine.ready).port),
        "--data", str(everything.folder / "engine"), "--keys", API_KEY,
        "--running-seconds", str(JOB_S), "--validating-seconds", "1", "--queued-seconds", "1",
        "--first-token-seconds", "0.1", "--tokens-per-second", "120",
        log=everything.folder / "engine.log", env=CODE,
    ):  # fmt: skip
        yield


async def start_job(admin: Person) -> None:
    """Start a second training, and wait until the provider has it."""
    await admin.says("/train suffix=storm epochs=2")
    await admin.presses("train:start:2", await admin.sees("План №2"))
    await admin.sees(lambda message: "storm" in words(message) and "ftjob-" in words(message))


async def storm(everything: World, lives: list[float]) -> None:
    """Start a bot for each of *lives*, and end it after so many seconds as `kill -9` does."""
    with (everything.folder / "bot.log").open("ab") as file:
        for life_s in lives:
            bot = await asyncio.create_subprocess_exec(
                *everything.python, "bot", "run", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env=children.loopback_environment(everything.settings), cwd=everything.folder,
            )  # fmt: skip
            assert bot.stdout is not None
            output = asyncio.create_task(bot.stdout.read())
            await asyncio.sleep(life_s)
            bot.kill()
            file.write(await output)  # which ends when the bot itself is gone
            await bot.wait()


async def newest_id(person: Person) -> int:
    """The id of the newest message in the chat."""
    return max(int(message["message_id"]) for message in await person.chat())


async def settled(talk: Talk, timeout_s: float = 60) -> None:
    """Wait until the last word in the chat is whole and everything could have been answered."""

    def n_whole(messages: list[Json]) -> int:
        new = [m for m in messages if m["from"]["is_bot"] and m["message_id"] > talk.start]
        return sum(CURSOR not in words(message) for message in new)

    try:
        async with asyncio.timeout(timeout_s):
            while n_whole(await talk.tester.chat()) < len(talk.texts):
                await asyncio.sleep(0.2)
    except TimeoutError:
        chat = log(await talk.tester.chat())
        pytest.fail(f"seed {SEED}: tester {talk.tester.id} waits for answers:\n{chat}")


async def idle(everything: World, timeout_s: float = 20) -> None:
    """Wait until the bot has nothing to do: inbox, outbox and cards are done."""
    left: Counter[str] = Counter()
    try:
        async with asyncio.timeout(timeout_s):
            while left := left_over(everything):
                await asyncio.sleep(0.2)
    except TimeoutError:
        pytest.fail(f"seed {SEED}: still to do: {dict(left)}")


def left_over(everything: World) -> "Counter[str]":
    """How much of what is not done, by kind."""
    waiting = {
        "updates": "SELECT count(*) FROM inbox WHERE done_at IS NULL",
        "messages": "SELECT count(*) FROM outbox WHERE sent_at IS NULL",
        "cards": "SELECT count(*) FROM cards WHERE is_stale != 0",
        "trials": "SELECT count(*) FROM trials WHERE state = 'pending'",
        "jobs": "SELECT count(*) FROM jobs WHERE is_over = 0",
    }
    found = {name: next(rows(everything, sql))[0] for name, sql in waiting.items()}
    return Counter({name: n for name, n in found.items() if n})


async def check_talk(everything: World, talk: Talk) -> None:
    """The chat shows exactly the engine's answers, in order, and history was whole each time."""
    questions = [text for text in talk.texts if text not in COMMANDS]
    turns = [
        (row["user_text"], row["assistant_text"])
        for row in rows(
            everything,
            "SELECT user_text, assistant_text FROM turns WHERE person_id = ? ORDER BY id",
            talk.tester.id,
        )
    ]
    shown = await talk.shown()
    story = f"seed {SEED}, tester {talk.tester.id}:\n{log(await talk.tester.chat())}"
    assert [question for question, _ in turns] == questions, story
    assert not [text for text in shown if CURSOR in text], story
    answers = [answer for _, answer in turns]
    told = [f"Ваш ID в Telegram: {talk.tester.id} (это не телефон)"] * len(COMMANDS)
    assert Counter(shown) == Counter([*answers, *told]), story
    assert [text for text in shown if text in answers] == answers, story
    query = "SELECT 1 FROM danger_messages WHERE person_id = ? AND card_id = request_id"
    n_cards = len(list(rows(everything, query, talk.tester.id)))
    helped = await talk.helped()
    assert helped.count(LINE) <= n_cards, story
    assert bool(n_cards) <= len(helped) - helped.count(LINE) <= n_cards, story

    streamed = answered(everything)
    before: list[str] = []
    for question, answer in turns:
        asked = [seen for seen in streamed if seen.json["messages"][-1]["content"] == question]
        assert answer in [full_text(seen) for seen in asked], story
        for seen in asked:
            assert [part["content"] for part in seen.json["messages"][1:-1]] == before, story
        before += [question, answer]


async def check_admin(admin: Person, start: int) -> None:
    """Since the storm began: one end with answers, one card of the job, in its last state."""
    chat = [message for message in await admin.chat() if message["from"]["is_bot"]]
    story = f"seed {SEED}, admin {admin.id}:\n{log(chat)}"
    since = [words(message) for message in chat if message["message_id"] > start]
    beginnings = ["✅ storm · обучилась", "✅ storm готова · "]
    if admin.id == ADMIN:
        beginnings.append("План №2 запущен")
    for beginning in beginnings:
        assert sum(text.startswith(beginning) for text in since) == 1, f"{beginning}, {story}"
    assert len(since) == len(beginnings), story


def answered(everything: World) -> list[Exchange]:
    """The chat requests of testers whose answer went through to its end."""
    asked = everything.proxy.sent("POST", "/v1/chat/completions")
    return [seen for seen in asked if b"[DONE]" in seen.answer]


def full_text(exchange: Exchange) -> str:
    """The whole text of a streamed answer."""
    frames = [
        json.loads(line.removeprefix("data: "))
        for line in exchange.answer.decode().splitlines()
        if line.startswith("data: {")
    ]
    return "".join(
        choice["delta"].get("content") or "" for frame in frames for choice in frame["choices"]
    )


def check_database(everything: World) -> None:
    """The file is sound, and nothing in it waits or was given up."""
    assert [row[0] for row in rows(everything, "PRAGMA integrity_check")] == ["ok"]
    assert list(rows(everything, "PRAGMA foreign_key_check")) == []
    assert left_over(everything) == {}
    assert next(rows(everything, "SELECT count(*) FROM inbox WHERE is_dead"))[0] == 0


def rows(everything: World, sql: str, *values: Any) -> Iterator[sqlite3.Row]:
    """The rows of a query in the bot's database."""
    with closing(sqlite3.connect(everything.settings["DATABASE_PATH"], timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        yield from connection.execute(sql, values).fetchall()
