"""Sets up the repeating jobs of the JobQueue."""

import asyncio
import datetime as dtm
import time
from collections.abc import Iterable
from functools import partial
from typing import Any

from telegram.ext import CallbackContext, JobQueue

from bot.edge.core import Core
from bot.edge.feature import Tick
from bot.storage.copies import folder_of, keep_copy
from bot.storage.database import Transaction

KEPT_S = 2 * 24 * 3600
"""How long handled updates and sent messages are stored."""
SWEEP_INTERVAL_S = 3600
CHECKPOINT_INTERVAL_S = 30
COPY_INTERVAL_S = 3600


def schedule(queue: "JobQueue[Any]", ticks: Iterable[Tick]) -> None:
    """Set up the repeating jobs; runs that are late are merged into one."""

    async def run(context: CallbackContext[Any, Any, Any, Any], *, tick: Tick) -> None:
        await tick.run()

    for tick in ticks:
        queue.run_repeating(
            partial(run, tick=tick),
            interval=tick.interval_s,
            first=tick.first_s,
            name=tick.name,
            job_kwargs={"coalesce": True, "misfire_grace_time": None},
        )


def sweeping(core: Core) -> Tick:
    """The tick that deletes old handled updates and sent messages."""

    async def sweep() -> None:
        before = int(time.time()) - KEPT_S

        async def work(tx: Transaction) -> None:
            await core.inbox.prune(tx, before=before)
            await core.outbox.prune(tx, before=before)

        await core.database.write(work)

    return Tick(name="sweep", run=sweep, interval_s=SWEEP_INTERVAL_S, first_s=60)


def checkpointing(core: Core) -> Tick:
    """The tick that keeps the database's main file up to date, for people who copy only that."""
    return Tick(
        name="checkpoint",
        run=core.database.checkpoint,
        interval_s=CHECKPOINT_INTERVAL_S,
        first_s=CHECKPOINT_INTERVAL_S,
    )


def copying(core: Core) -> Tick:
    """The tick that keeps a copy of the database for each of the last days."""
    path = core.settings.database_path

    async def copy() -> None:
        day = f"{dtm.datetime.now(core.settings.zone):%Y%m%d}"
        if not (folder_of(path) / f"daily-{day}.sqlite3").is_file():
            await asyncio.to_thread(keep_copy, path, "daily", day)

    return Tick(name="copy", run=copy, interval_s=COPY_INTERVAL_S, first_s=COPY_INTERVAL_S / 2)
