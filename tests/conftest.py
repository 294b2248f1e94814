"""What the tests of several features start from."""

import asyncio
import importlib.util
import os
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
from tests.engine.lora.tiny import make_base
from tests.rows import report_of

PROCESSES = {
    "browser",
    "e2e",
    "engine",
    "reliability",
    "sandbox",
    "url",
    "other_process",
    "installed",
}
"""Folders whose tests start processes, and the fixtures that do."""
REAL_TIME = {"browser", "drift", "e2e", "engine", "gateways", "reliability", "runtime", "sandbox"}
"""Folders whose tests wait for real processes; everywhere else waiting takes no time."""
TRAINING = ("torch", "transformers", "peft", "trl", "accelerate", "safetensors")
"""What the extra `lora` brings."""


def folders_of(item: pytest.Item) -> set[str]:
    return set(item.path.relative_to(item.config.rootpath).parts)


def pytest_configure(config: pytest.Config) -> None:
    """Be as nice as the engine's children that train, or the other tests would starve them."""
    os.nice(max(0, 10 - os.nice(0)))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what starts processes by its folder or its fixtures; other tests mark themselves.

    Tests that train real weights run only where they are asked for: `make test-slow`.
    """
    for item in items:
        if PROCESSES & (folders_of(item) | set(getattr(item, "fixturenames", ()))):
            item.add_marker("processes")
    if "weights" not in config.option.markexpr:
        trains = [item for item in items if item.get_closest_marker("weights")]
        config.hook.pytest_deselected(items=trains)
        items[:] = [item for item in items if not item.get_closest_marker("weights")]


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


@pytest.fixture(scope="session")
def extra() -> None:
    """Skip without the extra `lora`; where CI=true, a missing one is a fault."""
    missing = [name for name in TRAINING if importlib.util.find_spec(name) is None]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"the extra `lora` is missing: {', '.join(missing)}")
    if missing:
        pytest.skip(f"needs the extra `lora`: {', '.join(missing)} is missing")


@pytest.fixture(scope="session")
def tiny_base(extra: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a base of a tenth of a million parameters."""
    return make_base(tmp_path_factory.mktemp("bases") / "tiny")
