import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.pace import Pace
from bot.delivery.poster import Poster
from bot.storage.database import Database
from tests.blank import open_blank
from tests.clocks import HurriedLoop
from tests.fakes import Telegram


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    of_module = getattr(getattr(item, "module", None), "LOOP", HurriedLoop)
    return {"loop": getattr(getattr(item, "obj", None), "loop", of_module)}


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
async def pace() -> Pace:
    return Pace(asyncio.get_running_loop().time)


@pytest.fixture
def known() -> set[int]:
    """Ids of messages that we know."""
    return set()


@pytest.fixture
def poster(telegram: Telegram, pace: Pace, known: set[int]) -> Poster:
    async def known_ids(above: int) -> set[int]:
        return {message_id for message_id in known if message_id > above}

    return Poster(telegram.bot, pace, known_ids)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_blank(tmp_path / "bot.sqlite3")
    yield opened
    await opened.close()


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
