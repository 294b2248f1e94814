import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from telegram import Bot

from bot.delivery.poster import Poster
from bot.delivery.rate_limits import RateLimits
from bot.delivery.requests import Reachability, TelegramRequest
from tests.fakes import Telegram
from tests.telegram_people import People, Person


@pytest.fixture(autouse=True)
def _durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's new way with durations; the old one warns, and warnings are errors here."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def telegram() -> Telegram:
    found = Telegram()
    for chat_id in (5, 6, 7):
        found.start(chat_id)
    return found


@pytest.fixture
async def pace() -> RateLimits:
    return RateLimits(asyncio.get_running_loop().time)


@pytest.fixture
def known() -> set[int]:
    """Ids of messages that we know."""
    return set()


@pytest.fixture
def poster(telegram: Telegram, pace: RateLimits, known: set[int]) -> Poster:
    async def known_ids(above: int) -> set[int]:
        return {message_id for message_id in known if message_id > above}

    return Poster(telegram.bot, pace, known_ids, telegram.reachability)


@pytest.fixture
async def started() -> AsyncIterator[Callable[[Any], asyncio.Task[Any]]]:
    """Run something in the background until the test ends."""
    tasks: list[asyncio.Task[Any]] = []

    def start(work: Any) -> asyncio.Task[Any]:
        tasks.append(asyncio.create_task(work))
        return tasks[-1]

    yield start
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


# The real sandbox, where files go over real connections

_numbers = itertools.count(1)


@pytest.fixture
def reachability() -> Reachability:
    """Of the sandbox."""
    return Reachability()


@pytest.fixture
async def real_bot(url: str, reachability: Reachability) -> AsyncIterator[Bot]:
    """The library's bot, as `app.build_telegram` makes it, at the sandbox."""
    bot = Bot(
        f"{1000 + next(_numbers)}:{'A' * 35}",
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=TelegramRequest(reachability, read_timeout=20, httpx_kwargs={"trust_env": False}),
    )
    async with bot:
        yield bot


@pytest.fixture
async def people(url: str, real_bot: Bot) -> AsyncIterator[People]:
    async with People(url, real_bot.id) as everyone:
        yield everyone


@pytest.fixture
async def anna(people: People) -> Person:
    """A person who has started the bot."""
    person = await people.person(5_000_000 + next(_numbers), "Анна")
    await person.says("/start")
    return person
