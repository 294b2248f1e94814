"""The whole world of a test: sandbox, engine, the proxy between, and the real bot as a process."""

import asyncio
import functools
import inspect
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from bot.runtime import children
from bot.runtime.children import Child
from tests import forkserver
from tests.openai_schema import check_request, check_response
from tests.proxy import Exchange, Proxy
from tests.telegram_people import People, Person
from tests.telegram_schema import check_call

Json = dict[str, Any]

ROOT = Path(__file__).parents[1]
DATASET = ROOT / "data" / "natasha_finetuning_20251125_153356.jsonl"
ADMIN, SECOND_ADMIN, TESTER, STRANGER = 1001, 1003, 1002, 2001
BOT_TOKEN = "123456:" + "AbCdEfGhIjKlMnOpQrStUvWxYz_01234567"
API_KEY = "sk-sandbox-0123456789abcdefghij"
CODE = {"PYTHONPATH": str(ROOT)}
"""The children run this checkout, wherever their working folder is."""
SPECS = ROOT.parent / "shared" / "specs"


@dataclass(slots=True)
class World:
    """Everything that a test may touch."""

    folder: Path
    sandbox: Child
    engine: Child
    proxy: Proxy
    people: People
    account: AsyncOpenAI
    """The same account at the engine, used by somebody else, past the proxy."""
    python: Sequence[str]
    """What runs the bot, in the place of `python -m`."""
    settings: dict[str, str]
    admin: Person
    tester: Person
    bot: Child | None = None

    async def start_bot(self, **settings: str) -> Child:
        """Start the bot as a process of its own; *settings* replace the usual ones for good."""
        self.settings.update(settings)
        self.bot = await children.start(
            "bot", "run", log=self.folder / "bot.log", env=self.settings, cwd=self.folder,
            python=self.python,
        )  # fmt: skip
        return self.bot

    async def kill_bot(self) -> None:
        """`kill -9`."""
        assert self.bot is not None
        await self.bot.kill()

    async def stop_bot(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self.bot is not None
        return await self.bot.stop()

    async def restart_bot(self) -> None:
        """`kill -9`, then start again."""
        await self.kill_bot()
        await self.start_bot()

    async def stop_sandbox(self) -> None:
        """The sandbox that runs now."""
        await self.sandbox.stop()

    async def restart_sandbox(self, *options: str) -> None:
        """Another sandbox in the place of the old one, which takes all its memory with it."""
        port = self.sandbox.ready.rsplit(":", maxsplit=1)[1]
        await self.stop_sandbox()
        log = self.folder / "sandbox.log"
        self.sandbox = await children.start("sandbox", "--port", port, *options, log=log, env=CODE)

    async def engine_jobs(self) -> list[Json]:
        """Every job that the engine really has, newest first."""
        page = await self.account.fine_tuning.jobs.list(limit=100)
        return [job.model_dump() for job in page.data]

    async def jobs_of_ours(self) -> list[Json]:
        """The engine's jobs that were trained on a file which the bot has uploaded."""
        sent = {seen.json["training_file"] for seen in self.jobs_created()}
        seeds = {seen.json["seed"] for seen in self.jobs_created()}
        jobs = await self.engine_jobs()
        return [job for job in jobs if job["training_file"] in sent and job["seed"] in seeds]

    def stored(self, query: str, **params: object) -> list[tuple[Any, ...]]:
        """Rows of the bot's database, read from outside; for what no person can see."""
        with closing(sqlite3.connect(self.settings["DATABASE_PATH"], timeout=10)) as database:
            rows = database.execute(query, params).fetchall()
            database.commit()
        return rows

    async def settled(self, n_updates: int) -> None:
        """Wait until the bot has had that many updates, and has answered every one of them."""

        def is_settled() -> bool:
            ((n, open_updates),) = self.stored("SELECT count(*), sum(done_at IS NULL) FROM inbox")
            waiting = "SELECT 1 FROM outbox WHERE sent_at IS NULL AND is_parked = 0"
            return n >= n_updates and not open_updates and not self.stored(waiting)

        await eventually(is_settled, timeout=180)

    async def check_calls(self) -> None:
        """Every call of the bot so far fits the official schema of the Bot API."""
        if SPECS.exists():
            for call in await self.people.calls():
                check_call(call["method"], call["params"])

    def jobs_created(self) -> list[Exchange]:
        """Every attempt of the bot to create a fine-tuning job."""
        return self.proxy.sent("POST", "/v1/fine_tuning/jobs")

    def asked_for_people(self) -> list[Exchange]:
        """What was asked of the provider; without what the bot asks by itself.

        That is when models end, and what a plan would take; neither changes anything there.
        """
        of_its_own = self.proxy.sent("GET", "/v1/models/.*")
        of_its_own += self.proxy.sent("POST", "/v1/engine/estimates")
        return [seen for seen in self.proxy.exchanges if seen not in of_its_own]

    def asked(self) -> list[list[Json]]:
        """The messages of every chat request so far."""
        return [seen.json["messages"] for seen in self.proxy.sent("POST", "/v1/chat/completions")]


@asynccontextmanager
async def world(
    folder: Path,
    *,
    engine: Mapping[str, str] | None = None,
    sandbox: tuple[str, ...] = (),
    start_bot: bool = True,
    is_forked: bool = True,
    **settings: str,
) -> AsyncIterator[World]:
    """Start it all, in *folder*; at the end every request of the bot has been checked.

    Args:
        folder: Where databases and logs go.
        engine: Options of `python -m engine` without their dashes.
        sandbox: Further options of `python -m sandbox`.
        start_bot: Whether the bot runs from the beginning.
        is_forked: Whether the bot is forked, which saves its imports; else it is
            `python -m bot`, as everywhere outside of tests.
        settings: Variables of the bot, besides the usual ones.
    """
    pace = {
        "running-seconds": "1.5",
        "validating-seconds": "0.1",
        "queued-seconds": "0.1",
        "tokens-per-second": "0",
        "first-token-seconds": "0",
        "shutdown-date": "2099-01-14",  # no test shall hear of an end that it did not order
    } | dict(engine or {})
    options = [part for name, value in pace.items() for part in (f"--{name}", value)]
    engine_data = ("--data", str(folder / "engine"), "--keys", API_KEY)
    async with AsyncExitStack() as stack:
        engine_child, sandbox_child = await asyncio.gather(
            children.start(
                "engine", "--port", "0", *engine_data, *options,
                log=folder / "engine.log", env=CODE, python=forkserver.python(),
            ),
            children.start(
                "sandbox", "--port", "0", *sandbox,
                log=folder / "sandbox.log", env=CODE, python=forkserver.python(),
            ),
        )  # fmt: skip
        stack.push_async_callback(engine_child.stop)
        http = DefaultAsyncHttpxClient(trust_env=False, verify=False)
        account = AsyncOpenAI(base_url=engine_child.ready, api_key=API_KEY, http_client=http)
        stack.push_async_callback(account.close)
        proxy = await stack.enter_async_context(Proxy(engine_child.ready).running())
        proxy.on_seen = check_exchange
        people = await stack.enter_async_context(
            People(sandbox_child.ready, bot_id=int(BOT_TOKEN.split(":", maxsplit=1)[0]))
        )
        everything = World(
            folder=folder,
            sandbox=sandbox_child,
            engine=engine_child,
            proxy=proxy,
            people=people,
            account=account,
            python=forkserver.python() if is_forked else (sys.executable, "-m"),
            admin=await people.person(ADMIN, "Мария"),
            tester=await people.person(TESTER, "Олег"),
            settings={
                "TELEGRAM_BOT_TOKEN": BOT_TOKEN,
                "TELEGRAM_API_URL": sandbox_child.ready,
                "OPENAI_API_KEY": API_KEY,
                "OPENAI_BASE_URL": proxy.url,
                "ADMIN_IDS": str(ADMIN),
                "TESTER_IDS": str(TESTER),
                "DATASET_PATH": str(DATASET),
                "DATABASE_PATH": str(folder / "data" / "bot.sqlite3"),
                "LOG_PATH": str(folder / "logs" / "bot.log"),
                "LOG_LEVEL": "DEBUG",
                "POLL_INTERVAL_S": "0.2",
                "HEALTH_LISTEN": "off",
            }
            | CODE
            | settings,
        )
        stack.push_async_callback(everything.stop_sandbox)
        if start_bot:
            await everything.start_bot()
        try:
            yield everything
        finally:
            if everything.bot is not None and everything.bot.is_running:
                await everything.bot.stop()
        await everything.check_calls()
        proxy.check()


async def eventually(condition: Callable[[], Any], *, timeout: float = 60) -> Any:
    """Wait until *condition*, which may be a coroutine function, holds; return what it gave."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + timeout
    while True:
        found = condition()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return found
        assert clock() < deadline, f"{condition} did not come true in {timeout} s"
        await asyncio.sleep(0.05)


def check_exchange(exchange: Exchange) -> None:
    """The bot's request and the engine's answer fit OpenAI's official schema."""
    if SPECS.exists() and exchange.status:
        # The checker splits names at an encoded slash.
        path = exchange.path.removeprefix("/v1").replace("%2F", "-")
        headers = tuple(exchange.headers.items())
        _check_request(exchange.method, path, headers, exchange.body)
        answer = (exchange.status, exchange.content_type, exchange.answer)
        _check_response(exchange.method, path, *answer)


# The bot looks at jobs again and again, and judging a request takes longer than answering it.
@functools.lru_cache(maxsize=1000)
def _check_request(
    method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes
) -> None:
    check_request(method, path, dict(headers), body)


@functools.lru_cache(maxsize=1000)
def _check_response(method: str, path: str, status: int, content_type: str, answer: bytes) -> None:
    check_response(method, path, status, {"content-type": content_type}, answer)
