"""What the tests of several features start from."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.dataset.store import DatasetStore
from bot.domain.datasets import Dataset
from bot.runtime import children
from bot.storage.database import Database
from tests.blank import open_blank
from tests.clocks import HurriedLoop
from tests.composition import BotParts
from tests.rows import report_of

PROCESSES = {"browser", "e2e", "engine", "sandbox", "url", "other_process", "installed"}
"""Folders whose tests start processes, and the fixtures that do."""
REAL_TIME = {"browser", "drift", "e2e", "engine", "gateways", "runtime", "sandbox"}
"""Folders whose tests wait for real processes; everywhere else waiting takes no time."""


def folders_of(item: pytest.Item) -> set[str]:
    return set(item.path.relative_to(item.config.rootpath).parts)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts processes by its folder or its fixtures; other tests mark themselves."""
    for item in items:
        if PROCESSES & (folders_of(item) | set(getattr(item, "fixturenames", ()))):
            item.add_marker("processes")


@pytest.fixture(autouse=True)
def _needs_its_mark(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that starts Python without being marked fails: `make test-fast` relies on the mark."""
    start = subprocess.Popen

    def refuse(command: Any, *args: Any, **options: Any) -> Any:
        if sys.executable in command:
            pytest.fail("starts a process: mark it `processes`")
        return start(command, *args, **options)

    if request.node.get_closest_marker("processes") is None:
        monkeypatch.setattr(subprocess, "Popen", refuse)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """A test, or else its module, may name another loop as `loop` or `LOOP`."""
    usual = asyncio.new_event_loop if REAL_TIME & folders_of(item) else HurriedLoop
    of_module = getattr(getattr(item, "module", None), "LOOP", usual)
    return {"loop": getattr(getattr(item, "obj", None), "loop", of_module)}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """One sandbox for all tests that need no world of their own."""
    log = tmp_path_factory.mktemp("sandbox") / "log"
    async with children.running("sandbox", "--port", "0", log=log) as child:
        yield child.ready


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[BotParts]:
    found = await BotParts.open(tmp_path)
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
