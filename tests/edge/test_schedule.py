"""Repeating work comes whatever the wall clock says and whatever a run does."""

import asyncio
import datetime as dtm
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from bot.app import build_telegram
from bot.edge.feature import Tick
from bot.edge.schedule import Schedule
from tests.clocks import HurriedLoop, until
from tests.composition import SETTINGS

LOOP = HurriedLoop
INTERVAL_S = 0.02
"""By the wall clock, which the JobQueue keeps; the loop's own clock is faster."""


@asynccontextmanager
async def ticking(
    run: Callable[[int], Awaitable[None]],
) -> AsyncIterator[tuple[Schedule, list[int]]]:
    """A schedule of one tick, and the numbers of its runs so far."""
    came: list[int] = []

    async def tick() -> None:
        came.append(len(came) + 1)
        await run(len(came))

    application = build_telegram(SETTINGS)
    queue = application.job_queue
    assert queue is not None
    await queue.start()
    schedule = Schedule(queue, [Tick(name="look", run=tick, interval_s=INTERVAL_S, first_s=0)])
    await schedule.start()
    try:
        yield schedule, came
    finally:
        await schedule.close()
        await queue.stop(wait=False)


async def test_a_wall_clock_that_is_set_back_stops_nothing_for_long():
    """Then the next run seems to lie hours ahead; the loop's clock knows better."""

    async def nothing(_: int) -> None: ...

    async with ticking(nothing) as (schedule, came):
        await until(lambda: len(came) >= 3)
        ahead = dtm.datetime.now(dtm.UTC) + dtm.timedelta(hours=3)
        schedule._jobs[0].job.modify(next_run_time=ahead)
        n = len(came)

        await until(lambda: len(came) >= n + 5)


async def test_a_failure_is_not_the_end(caplog: pytest.LogCaptureFixture):
    async def fail(_: int) -> None:
        raise ZeroDivisionError

    async with ticking(fail) as (_, came):
        await until(lambda: len(came) >= 5)

    assert "The tick 'look' failed" in caplog.text


async def test_a_run_that_hangs_is_given_up():
    """And none begins while it lasts."""
    running: set[int] = set()
    most = 0

    async def hang(n: int) -> None:
        nonlocal most
        running.add(n)
        most = max(most, len(running))
        try:
            await (asyncio.Event().wait() if n == 2 else asyncio.sleep(0))
        finally:
            running.discard(n)

    async with ticking(hang) as (_, came):
        await until(lambda: len(came) >= 5)

    assert most == 1
