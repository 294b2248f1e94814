"""The repeating work: jobs of the JobQueue, and a look by the monotonic clock that they come."""

import asyncio
import datetime as dtm
import logging
import time
from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from telegram.ext import CallbackContext, Job, JobQueue

from bot.edge.core import Core
from bot.edge.feature import Tick
from bot.storage.copies import LEAST_FREE_BYTES, folder_of, keep_copy
from bot.storage.database import Transaction

KEPT_S = 2 * 24 * 3600
"""How long handled updates and sent messages are stored."""
SWEEP_INTERVAL_S = 3600
CHECKPOINT_INTERVAL_S = 30
COPY_INTERVAL_S = 3600
MOST_INTERVALS: Final = 3
"""A run that has not ended after so many of its intervals is given up, and the next one comes."""
LEAST_PATIENCE_S: Final = 60
MOST_FAILURES: Final = 3
"""What fails so often in a row does not end without a person."""
COPY: Final = "copy"

_logger = logging.getLogger(__name__)


class Schedule:
    """The repeating jobs of the JobQueue; they are set up anew when nothing ticks any more.

    The JobQueue keeps time by the wall clock: set back by hours, it would sleep for hours. A
    failure is logged, a run that hangs is given up, and no run overlaps with the next one.
    """

    def __init__(self, queue: "JobQueue[Any]", ticks: Iterable[Tick]) -> None:
        self._queue = queue
        self._ticks = list(ticks)
        self._jobs: list[Job[Any]] = []
        self._watch: asyncio.Task[None] | None = None
        self._ticked_at = 0.0
        self._failures: dict[str, tuple[int, Exception]] = {}
        """By name of a tick whose last run failed: how many runs in a row did, and why the last."""

    @property
    def age_s(self) -> float:
        """How long ago something ticked last, by the loop's clock; the start counts."""
        return asyncio.get_running_loop().time() - self._ticked_at

    @property
    def failing(self) -> list[str]:
        """The names of ticks that come and always fail."""
        return sorted(name for name, (n, _) in self._failures.items() if n >= MOST_FAILURES)

    def failure(self, name: str) -> Exception | None:
        """Why the last run of that tick failed; None: it did not."""
        return self._failures[name][1] if name in self._failures else None

    async def start(self) -> None:
        """Let them tick."""
        self._ticked_at = asyncio.get_running_loop().time()
        self._set_up()
        self._watch = asyncio.create_task(self._take_up(), name="schedule")

    async def close(self) -> None:
        """Let nothing tick any more; the library ends what runs."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        self._remove()

    def _set_up(self) -> None:
        self._remove()
        self._jobs = [
            self._queue.run_repeating(
                partial(self._run, tick=tick),
                interval=tick.interval_s,
                first=tick.first_s,
                name=tick.name,
                job_kwargs={"coalesce": True, "misfire_grace_time": None},
            )
            for tick in self._ticks
        ]

    def _remove(self) -> None:
        for job in self._jobs:
            job.schedule_removal()
        self._jobs = []

    async def _take_up(self) -> None:
        usual_s = min((tick.interval_s for tick in self._ticks), default=0)
        patience_s = max(MOST_INTERVALS * usual_s, LEAST_PATIENCE_S)
        while True:
            await asyncio.sleep(patience_s)
            if self.age_s >= patience_s:
                _logger.warning("Nothing ticks any more: the repeating jobs are set up anew")
                self._set_up()

    async def _run(self, _: CallbackContext[Any, Any, Any, Any], *, tick: Tick) -> None:
        self._ticked_at = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(max(MOST_INTERVALS * tick.interval_s, LEAST_PATIENCE_S)):
                await tick.run()
            self._failures.pop(tick.name, None)
        except Exception as exc:
            n_before, _before = self._failures.get(tick.name, (0, None))
            self._failures[tick.name] = n_before + 1, exc
            _logger.exception("The tick %r failed", tick.name)


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
            await asyncio.to_thread(keep_copy, path, "daily", day, spare_bytes=LEAST_FREE_BYTES)

    return Tick(name=COPY, run=copy, interval_s=COPY_INTERVAL_S, first_s=COPY_INTERVAL_S / 2)
