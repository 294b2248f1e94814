"""The whole world of a test: sandbox, engine, the proxy between, and the real bot as a process."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import children
from bot.children import Child
from tests.openai_schema import check_request, check_response
from tests.proxy import Exchange, Proxy
from tests.telegram_people import People, Person
from tests.telegram_schema import check_call

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
    settings: dict[str, str]
    admin: Person
    tester: Person
    bot: Child | None = None

    async def start_bot(self, **settings: str) -> Child:
        """Start the bot as a process of its own; *settings* replace the usual ones for good."""
        self.settings.update(settings)
        self.bot = await children.start(
            "bot", "run", log=self.folder / "bot.log", env=self.settings, cwd=self.folder
        )
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

    async def check_calls(self) -> None:
        """Every call of the bot so far fits the official schema of the Bot API."""
        if SPECS.exists():
            for call in await self.people.calls():
                check_call(call["method"], call["params"])

    def jobs_created(self) -> list[Exchange]:
        """Every attempt of the bot to create a fine-tuning job."""
        return self.proxy.sent("POST", "/v1/fine_tuning/jobs")

    def asked(self) -> list[list[dict[str, Any]]]:
        """The messages of every chat request so far."""
        return [seen.json["messages"] for seen in self.proxy.sent("POST", "/v1/chat/completions")]


@asynccontextmanager
async def world(
    folder: Path,
    *,
    engine: Mapping[str, str] | None = None,
    sandbox: tuple[str, ...] = (),
    start_bot: bool = True,
    **settings: str,
) -> AsyncIterator[World]:
    """Start it all, in *folder*; at the end every request of the bot has been checked.

    Args:
        folder: Where databases and logs go.
        engine: Options of `python -m engine` without their dashes.
        sandbox: Further options of `python -m sandbox`.
        start_bot: Whether the bot runs from the beginning.
        settings: Variables of the bot, besides the usual ones.
    """
    pace = {
        "running-seconds": "1.5",
        "validating-seconds": "0.1",
        "queued-seconds": "0.1",
        "tokens-per-second": "0",
        "first-token-seconds": "0",
    } | dict(engine or {})
    options = [part for name, value in pace.items() for part in (f"--{name}", value)]
    async with AsyncExitStack() as stack:
        engine_child = await stack.enter_async_context(
            children.running(
                "engine", "--port", "0", "--data", str(folder / "engine"), "--keys", API_KEY,
                *options, log=folder / "engine.log", env=CODE,
            )
        )  # fmt: skip
        sandbox_child = await stack.enter_async_context(
            children.running(
                "sandbox", "--port", "0", *sandbox, log=folder / "sandbox.log", env=CODE
            )
        )
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
            }
            | CODE
            | settings,
        )
        if start_bot:
            await everything.start_bot()
        try:
            yield everything
        finally:
            if everything.bot is not None and everything.bot.is_running:
                await everything.bot.stop()
        await everything.check_calls()
        proxy.check()


def check_exchange(exchange: Exchange) -> None:
    """The bot's request and the engine's answer fit OpenAI's official schema."""
    if not SPECS.exists() or not exchange.status:
        return
    path = exchange.path.removeprefix("/v1")
    check_request(exchange.method, path, exchange.headers, exchange.body)
    headers = {"content-type": exchange.content_type}
    check_response(exchange.method, path, exchange.status, headers, exchange.answer)
