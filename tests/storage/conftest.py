from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain import Dataset, Hyperparameters
from bot.storage.database import Database
from bot.storage.datasets import DatasetStore
from tests.blank import open_blank
from tests.storage.rows import report_of

PARAMETERS = Hyperparameters(
    base_model="gpt-4.1-mini-2025-04-14",
    n_epochs=3,
    learning_rate_multiplier=0.1,
    suffix="natasha-v1",
)


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
