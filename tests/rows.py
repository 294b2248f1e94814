"""Things to store."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.delivery.inbox_store import Incoming
from bot.domain.datasets import Dataset, TokenStatistics, ValidationReport
from bot.domain.training import TrainingRun
from bot.storage.database import Database
from bot.storage.migrations import scripts
from bot.training.store import RunStore
from tests.composition import PARAMETERS


def report_of(sha256: str, *, prompt: str = "Ты Наташа.", n_tokens: int = 900) -> ValidationReport:
    return ValidationReport(
        n_examples=10,
        n_messages=30,
        tokens=TokenStatistics(
            encoding="o200k_base", total=n_tokens, smallest=80, median=90, largest=100
        ),
        system_prompts={prompt: 10},
        findings=[],
        n_errors=0,
        sha256=sha256,
        size_bytes=1000,
    )


def update_of(
    update_id: int, chat_id: int = 5, lane: str = "talk", message_id: int = 0
) -> Incoming:
    return Incoming(
        update_id=update_id,
        chat_id=chat_id,
        lane=lane,
        message_id=message_id,
        payload=f'{{"update_id": {update_id}}}',
    )


async def values(database: Database) -> dict[str, str]:
    """The table `settings`, which serves these tests as a notebook."""
    return {row["key"]: row["value"] for row in await database.rows("SELECT * FROM settings")}


async def plan(
    database: Database, runs: RunStore, dataset: Dataset, request_id: int = 1, **options
) -> TrainingRun:
    parameters = options.pop("parameters", PARAMETERS)
    details = {"seed": 7, "price_usd": 0.92, "asked_by": 5, "now": 100, "expires_at": 200}
    await database.write(
        lambda tx: runs.plan(
            tx, parameters, dataset=dataset, request_id=request_id, **(details | options)
        )
    )
    run = await runs.of_request(request_id)
    assert run is not None
    return run


def older_database(path: Path, version: int) -> Path:
    """A database as an older version of the bot left it."""
    with closing(sqlite3.connect(path)) as connection:
        for script in scripts()[:version]:
            connection.executescript(script)
        connection.execute(
            "INSERT INTO people (id, name, first_seen_at, last_seen_at) VALUES (7, 'Анна', 1, 1)"
        )
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.commit()
    return path
