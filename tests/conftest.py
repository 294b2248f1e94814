"""What the tests of several features start from."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.dataset.store import DatasetStore
from bot.domain.datasets import Dataset
from bot.storage.database import Database
from tests.blank import open_blank
from tests.clocks import HurriedLoop
from tests.composition import House
from tests.rows import report_of

REAL_TIME = {"browser", "drift", "e2e", "engine", "gateways", "runtime", "sandbox"}
"""Folders whose tests wait for real processes; everywhere else waiting takes no time."""


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """A test, or else its module, may name another loop as `loop` or `LOOP`."""
    is_real = REAL_TIME & set(item.path.relative_to(config.rootpath).parts)
    usual = asyncio.new_event_loop if is_real else HurriedLoop
    of_module = getattr(getattr(item, "module", None), "LOOP", usual)
    return {"loop": getattr(getattr(item, "obj", None), "loop", of_module)}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    found = await House.open(tmp_path)
    yield found
    await found.close()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_blank(tmp_path / "bot.sqlite3")
    yield opened
    await opened.close()


@pytest.fixture
async def dataset(database: Database) -> Dataset:
    store = DatasetStore(database)
    return await database.write(
        lambda tx: store.remember(tx, report_of("aa"), path="a.jsonl", name="a", now=1)
    )
