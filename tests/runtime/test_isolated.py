"""Work in a child process: what comes back, what ends it, and that it never stays behind."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bot.dataset.validation.scan import validate
from bot.errors import BadValue, DatasetMissing, TooMuchWork
from bot.gateways.tokenizer import count_tokens
from bot.runtime.isolated import run_isolated
from tests.runtime import isolated_jobs
from tests.world import CODE, DATASET, eventually

pytestmark = pytest.mark.processes


async def test_the_result_comes_back():
    assert await run_isolated(isolated_jobs.doubled, 4, plus=1) == 9


async def test_the_child_may_have_variables_of_its_own():
    """This process does not get them."""
    name = "ONLY_FOR_THE_CHILD"

    assert await run_isolated(os.getenv, name, environment={name: "yes"}) == "yes"
    assert name not in os.environ


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only Linux has it")
async def test_the_kernel_ends_the_child_before_us():
    """Where memory runs out, a file that is checked is given up, and the bot lives."""
    score = Path("/proc/self/oom_score_adj")

    assert int(await run_isolated(Path.read_text, score)) > int(score.read_text())


async def test_validation_says_the_same_as_here():
    """A report with its findings and mappings survives the way."""
    assert await run_isolated(validate, DATASET, encoding="o200k_base") == validate(
        DATASET, encoding="o200k_base"
    )


async def test_an_answer_may_be_long():
    assert len(await run_isolated(isolated_jobs.long_answer, 10_000_000)) == 10_000_000


@pytest.mark.parametrize(
    ("job", "args", "error", "params"),
    [
        (isolated_jobs.refuses, (Path("x"),), DatasetMissing, {"path": Path("x")}),
        (
            isolated_jobs.refuses_a_value,
            (),
            BadValue,
            {"name": "epochs", "value": "<51>", "allowed": "1-50"},
        ),
    ],
)
async def test_what_people_are_told_arrives_as_it_is(job, args, error, params):
    with pytest.raises(error) as caught:
        await run_isolated(job, *args)

    assert caught.value.params == params


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (isolated_jobs.breaks, "LookupError: the bug's own words"),
        (isolated_jobs.leaves, "SystemExit: 3"),
        (isolated_jobs.answers_the_unsayable, "lambda"),
    ],
)
async def test_a_bug_shows_where_it_is(job, said):
    """The log gets the child's own traceback."""
    with pytest.raises(RuntimeError) as caught:
        await run_isolated(job)

    assert said in str(caught.value.__cause__)
    assert "isolated_child.py" in str(caught.value.__cause__)


@pytest.mark.parametrize("job", [isolated_jobs.hungry, isolated_jobs.dies])
async def test_too_much_memory_and_a_crash_are_said_to_the_person(job, capfd):
    with pytest.raises(TooMuchWork):
        await run_isolated(job)


async def test_too_much_time_is_said_to_the_person(tmp_path):
    file = tmp_path / "id"

    with pytest.raises(TooMuchWork):
        await run_isolated(isolated_jobs.tells_its_id, file, timeout_s=2)

    assert not psutil.pid_exists(int(file.read_text()))


async def test_a_call_that_never_lets_go_of_the_lock_is_ended_too():
    """Its watching thread gets no turn, so only the kernel and we can end it."""
    with pytest.raises(TooMuchWork):
        await run_isolated(isolated_jobs.holds_on, timeout_s=1)


async def test_cancelling_ends_the_child_before_it_returns(tmp_path):
    file = tmp_path / "id"
    work = asyncio.create_task(run_isolated(isolated_jobs.tells_its_id, file))
    child = await eventually(lambda: _id_in(file))

    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work

    assert not psutil.pid_exists(child)


async def test_cancelling_at_any_moment_leaves_nothing_behind():
    """Before the child is there, while it starts, while it works."""
    for wait_s in (0, 0.001, 0.005, 0.02, 0.1, 0.3):
        work = asyncio.create_task(run_isolated(isolated_jobs.busy, 600))
        await asyncio.sleep(wait_s)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    assert _children() == []


def test_a_loop_that_closes_ends_the_child(tmp_path):
    """asyncio.run cancels what is left; no task, transport or process stays.

    The child has its order by then. While its pipes are being connected, asyncio (3.11.7) would
    cancel that as well, and wait for ever for the end of a pipe that it has not got.
    """
    file = tmp_path / "id"

    async def start_and_leave() -> None:
        task = asyncio.create_task(run_isolated(isolated_jobs.tells_its_id, file))
        await eventually(lambda: _id_in(file))
        assert not task.done()

    asyncio.run(start_and_leave())

    assert _children() == []


@pytest.mark.parametrize(
    ("job", "timeout_s"), [("tells_its_id", 600), ("tells_its_id_and_holds_on", 2)]
)
async def test_a_child_ends_with_a_parent_that_is_killed(tmp_path, job, timeout_s):
    """Not even `kill -9` leaves one behind; one that never lets go of the lock, the kernel ends."""
    file = tmp_path / "id"
    order = f"be_the_parent({job!r}, {str(file)!r}, {timeout_s})"
    script = f"from tests.runtime.isolated_jobs import *; {order}"
    parent = subprocess.Popen([sys.executable, "-c", script], env=os.environ | CODE, cwd=tmp_path)
    child = psutil.Process(await eventually(lambda: _id_in(file)))

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    await eventually(lambda: _is_gone(child), timeout=60)


async def test_the_loop_runs_on_while_the_child_works():
    """The chats have their turns: the loop comes round many times in a second of hard work."""
    work = asyncio.create_task(run_isolated(isolated_jobs.busy, 1))
    rounds = 0
    while not work.done():
        await asyncio.sleep(0.005)
        rounds += 1

    assert await work == "done"
    assert rounds > 10


async def test_a_child_is_modest():
    """Chats come first, and libraries that the work does not need are not loaded."""
    niceness, n_strangers = await run_isolated(isolated_jobs.limits)

    assert niceness == min(19, os.nice(0) + 5)
    assert n_strangers == 0


async def test_the_native_libraries_fit_into_its_memory():
    texts = [f"Пример номер {n} о том, как слышать себя" for n in range(500)]

    counted, n_alike = await run_isolated(isolated_jobs.tokens_and_likeness, texts)

    assert counted == sum(count_tokens(text, "o200k_base") for text in texts)
    assert n_alike == 500


def _id_in(file: Path) -> int | None:
    return int(text) if file.exists() and (text := file.read_text()) else None


def _children() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if "bot.runtime.isolated_child" in child.cmdline()
    ]


def _is_gone(process: psutil.Process) -> bool:
    """Or nobody has buried it yet: its parent is dead, and not every container has an init."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
