"""Ours and the floor as processes, beside one sandbox and one engine, and people who write."""

import asyncio
import compileall
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from benchmarks.table import cpu_s
from bot.runtime import children
from bot.runtime.children import Child
from tests.proxy import Exchange, Proxy
from tests.telegram_people import People, Person

BASE_MODEL = "gpt-4.1-mini-2025-04-14"
SYSTEM_PROMPT = "Ты Наташа."
KEY = "sk-benchmark-0123456789abcdefghij"
ROOT = Path(__file__).parents[1]
N_QUESTIONS = 10
ANSWER_CHARACTERS = 480
FIRST_ID = 5000
"""The people's Telegram ids begin here."""


def question(number: int) -> str:
    return f"Вопрос номер {number}: что мне делать дальше?"


def answer(number: int) -> str:
    """480 characters, which begin with their number."""
    text = (
        f"Ответ {number}. " + "Представь тропу в лесу на рассвете и сделай по ней один шаг. " * 10
    )
    return text[: ANSWER_CHARACTERS - 1] + "?"


@dataclass(slots=True)
class Stage:
    """The servers, and the instant model that both rivals ask."""

    folder: Path
    sandbox_url: str
    proxy: Proxy
    model: str
    answered_at: list[float]
    """Unix time of each answer's last byte, as the proxy saw it."""

    def settings(self, bot_token: str) -> dict[str, str]:
        """What either rival is told."""
        return {
            "TELEGRAM_BOT_TOKEN": bot_token,
            "TELEGRAM_API_URL": self.sandbox_url,
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": self.proxy.url,
            "CHAT_MODEL": self.model,
            "SYSTEM_PROMPT": SYSTEM_PROMPT,
            "PYTHONPATH": str(ROOT),
        }


@dataclass(slots=True)
class Rival:
    """A running bot and its people."""

    name: str
    child: Child
    people: People
    started_s: float
    database: Path

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self.child.process.pid)

    def cpu_s(self) -> float:
        """Processor time so far."""
        return cpu_s(self.process)

    def memory_mb(self) -> float:
        """What of it is in memory, shared pages included (RSS)."""
        return float(self.process.memory_info().rss) / 1e6

    async def calls(self, *methods: str, after: int = 0) -> list[dict[str, Any]]:
        """Its calls of these methods so far; of all of them where none is named."""
        found = await self.people.calls(after=after)
        return [call for call in found if not methods or call["method"] in methods]

    async def crowd(self, n: int, *, first: int = FIRST_ID) -> list[Person]:
        """So many people, each with a chat of their own."""
        ids = range(first, first + n)
        return list(await asyncio.gather(*(self.people.person(id_, f"Ч{id_}") for id_ in ids)))


@asynccontextmanager
async def stage(folder: Path, *options: str) -> AsyncIterator[Stage]:
    """Sandbox (with *options*), engine with a trained model that answers at once, and a proxy."""
    pace = {
        "validating-seconds": "0", "queued-seconds": "0", "running-seconds": "0.1",
        "tokens-per-second": "0", "first-token-seconds": "0",
    }  # fmt: skip
    engine_options = [part for name, value in pace.items() for part in (f"--{name}", value)]
    code = {"PYTHONPATH": str(ROOT)}
    # As an installed bot is: without it, where nothing may be kept, each start takes 0.3 s more.
    compileall.compile_dir(ROOT / "bot", quiet=1)
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(
            children.running(
                "engine", "--port", "0", "--data", str(folder / "engine"), *engine_options,
                log=folder / "engine.log", env=code,
            )
        )  # fmt: skip
        sandbox = await stack.enter_async_context(
            children.running(
                "sandbox", "--port", "0", *options, log=folder / "sandbox.log", env=code
            )
        )
        proxy = await stack.enter_async_context(Proxy(engine.ready).running())
        found = Stage(folder, sandbox.ready, proxy, await _train(engine.ready), [])

        def seen(exchange: Exchange) -> None:
            if exchange.path.endswith("/chat/completions"):
                found.answered_at.append(time.time())

        proxy.on_seen = seen
        yield found


@asynccontextmanager
async def ours(at: Stage, number: int, database: Path | None = None) -> AsyncIterator[Rival]:
    """`python -m bot run`; *number* makes it a bot of its own."""
    token = f"{number}:" + "A" * 35
    database = database or at.folder / f"bot-{number}" / "bot.sqlite3"
    ids = ",".join(str(FIRST_ID + n) for n in range(400))
    settings = at.settings(token) | {
        "ADMIN_IDS": "1", "TESTER_IDS": ids, "DATABASE_PATH": str(database),
        "DATASET_PATH": str(at.folder / "examples.jsonl"), "DAILY_MESSAGES_PER_TESTER": "0",
        "LOG_PATH": str(at.folder / f"bot-{number}.log"),
    }  # fmt: skip
    async with _running("ours", at, number, ("bot", "run"), settings, database) as rival:
        yield rival


@asynccontextmanager
async def floor(at: Stage, number: int) -> AsyncIterator[Rival]:
    """`benchmarks/floor.py`."""
    settings = at.settings(f"{number}:" + "A" * 35)
    async with _running("floor", at, number, ("benchmarks.floor",), settings, Path()) as rival:
        yield rival


@asynccontextmanager
async def _running(
    name: str, at: Stage, number: int, command: Sequence[str], settings: dict[str, str], db: Path
) -> AsyncIterator[Rival]:
    started = time.perf_counter()
    log = at.folder / f"{name}-{number}.out"
    async with (
        children.running(*command, log=log, env=settings, cwd=at.folder) as child,
        People(at.sandbox_url, bot_id=number) as people,
    ):
        yield Rival(name, child, people, time.perf_counter() - started, db)


async def _train(url: str) -> str:
    """A model that gives `answer(n)` to `question(n)`."""
    lines = [
        {
            "messages": [
                {"role": "system", "content": SYSTEM_PROMPT},
                {"role": "user", "content": question(n)},
                {"role": "assistant", "content": answer(n)},
            ]
        }
        for n in range(N_QUESTIONS)
    ]
    data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    http = DefaultAsyncHttpxClient(trust_env=False, verify=False)
    async with AsyncOpenAI(base_url=url, api_key=KEY, http_client=http) as account:
        file = await account.files.create(file=("x.jsonl", data), purpose="fine-tune")
        job = await account.fine_tuning.jobs.create(model=BASE_MODEL, training_file=file.id)
        while job.fine_tuned_model is None:
            await asyncio.sleep(0.1)
            job = await account.fine_tuning.jobs.retrieve(job.id)
            assert job.status not in ("failed", "cancelled"), job
        return job.fine_tuned_model
