"""Work is kept in order for each key, is never overlooked, and never waits for another key."""

import asyncio
import logging

import pytest

from bot.runtime import workers
from bot.runtime.workers import Workers
from tests.clocks import VirtualLoop, now, settle

LOOP = VirtualLoop


class Drains:
    """A drain with a memory."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.ended: list[str] = []
        self.cancelled: list[str] = []
        self.failures = 0
        self.holds: dict[str, asyncio.Event] = {}

    async def __call__(self, key: str) -> None:
        self.began.append(key)
        try:
            if key in self.holds:
                await self.holds[key].wait()
        except asyncio.CancelledError:
            self.cancelled.append(key)
            raise
        if self.failures:
            self.failures -= 1
            raise ZeroDivisionError
        self.ended.append(key)


@pytest.fixture
def drains() -> Drains:
    return Drains()


@pytest.fixture
async def work(drains: Drains) -> Workers[str]:
    return Workers("test", drains)


async def test_wake_looks(work: Workers[str], drains: Drains):
    work.wake("a")
    await work.idle("a")

    assert drains.ended == ["a"]


async def test_wake_during_the_work_looks_once_more(work: Workers[str], drains: Drains):
    """However often: what came meanwhile is found by one more look, and by one task at a time."""
    drains.holds["a"] = asyncio.Event()
    work.wake("a")
    await settle()
    for _ in range(5):
        work.wake("a")
    await settle()
    assert drains.began == ["a"]

    drains.holds["a"].set()
    await work.idle("a")

    assert drains.began == drains.ended == ["a", "a"]


async def test_wake_after_the_work_looks_again(work: Workers[str], drains: Drains):
    for _ in range(3):
        work.wake("a")
        await work.idle("a")

    assert drains.ended == ["a"] * 3


async def test_key_that_hangs_holds_up_no_other(work: Workers[str], drains: Drains):
    drains.holds["a"] = asyncio.Event()
    for key in "abc":
        work.wake(key)
    await work.idle("b")
    await work.idle("c")

    assert drains.ended == ["b", "c"]
    await work.close()


async def test_failure_is_logged_and_tried_again(
    work: Workers[str], drains: Drains, caplog: pytest.LogCaptureFixture
):
    """A bug does not stop the work for good, and is not tried a thousand times a second."""
    drains.failures = 2

    work.wake("a")
    await work.idle("a")

    assert drains.ended == ["a"]
    assert now() == pytest.approx(3 * workers.RETRY_DELAY_S)
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 2
    assert errors[0].exc_info is not None


async def test_pauses_after_failures_grow_up_to_a_minute(work: Workers[str], drains: Drains):
    """What fails may cost money each time. After a success they are short again."""
    drains.failures = 6
    work.wake("a")
    await work.idle("a")
    assert now() == pytest.approx(5 + 10 + 20 + 40 + 60 + 60)

    began = now()
    drains.failures = 1
    work.wake("a")
    await work.idle("a")
    assert now() - began == pytest.approx(5)


@pytest.mark.parametrize(("after_s", "next_s"), [(2, 5), (50, 50)])
async def test_new_work_ends_a_long_pause(
    work: Workers[str], drains: Drains, after_s: float, next_s: float
):
    """But work that comes every second is not tried every second."""
    drains.failures = 5
    work.wake("a")
    await asyncio.sleep(5 + 10 + 20 + 40 + 1)
    assert len(drains.began) == 5
    began = 5 + 10 + 20 + 40

    asyncio.get_running_loop().call_later(after_s - 1, work.wake, "a")
    await work.idle("a")

    assert now() - began == pytest.approx(next_s)


async def test_close_stops_at_once_and_takes_no_more(work: Workers[str], drains: Drains):
    drains.holds["a"] = asyncio.Event()
    work.wake("a")
    await settle()

    await work.close()
    work.wake("b")
    await settle()

    assert drains.cancelled == ["a"]
    assert drains.began == ["a"]
    assert now() == 0


async def test_close_with_grace_lets_what_runs_end(work: Workers[str], drains: Drains):
    """But begins nothing new, though it was woken."""
    drains.holds["a"] = asyncio.Event()
    work.wake("a")
    await settle()
    work.wake("a")
    asyncio.get_running_loop().call_later(1, drains.holds["a"].set)

    await work.close(grace_s=2)

    assert (drains.began, drains.ended, drains.cancelled) == (["a"], ["a"], [])
    assert now() == pytest.approx(1)


async def test_grace_has_an_end(work: Workers[str], drains: Drains):
    drains.holds["a"] = asyncio.Event()
    work.wake("a")
    await settle()

    await work.close(grace_s=2)

    assert drains.cancelled == ["a"]
    assert now() == pytest.approx(2)


async def test_close_while_waiting_for_another_try(work: Workers[str], drains: Drains):
    drains.failures = 10
    work.wake("a")
    await settle()

    await work.close()

    assert drains.began == ["a"]


async def test_close_with_nothing_to_do(work: Workers[str]):
    await work.close(grace_s=2)

    assert now() == 0


async def test_clean_up_that_waits_for_an_answer_is_not_waited_for():
    """The end of the program does not depend on a server that says nothing."""

    async def stubborn(key: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.Event().wait()

    work = Workers("test", stubborn)
    work.wake("a")
    await settle()

    await work.close()

    assert now() == pytest.approx(workers.CLEAN_UP_S)
