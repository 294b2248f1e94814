"""`kill -9` at any moment costs time and nothing else."""

import json
import os
import random
import signal
from pathlib import Path

import pytest
from openai import AsyncOpenAI

from tests.engine.conftest import client
from tests.engine.lora.running import (
    at_step,
    ended,
    job_folder,
    job_in,
    kill,
    lora_engine,
    messages,
    metrics,
    no_workers,
    start,
    supervised,
    until,
    worker_of,
    workers,
)
from tests.engine.lora.tiny import chat_rows

SEED = 12
ROWS = "".join(json.dumps(row) + "\n" for row in chat_rows(10)).encode()
EPOCHS = 20
STEPS = 10 * EPOCHS
LONG = supervised(n_epochs=EPOCHS, batch_size=1, learning_rate_multiplier=4)


async def listed_models(api: AsyncOpenAI) -> list[str]:
    return [model.id for model in (await api.models.list()).data if model.id.startswith("ft:")]


def moments() -> list[tuple[str, int]]:
    """Ten moments: who is killed, and after which step; before 0 the job reads its files."""
    rng = random.Random(SEED)
    steps = sorted(rng.sample(range(1, STEPS - 10), 6))
    reading = [("child", -1), ("server", -1)]
    starting = [("child", 0)]
    training = [(rng.choice(("child", "server")), step) for step in steps]
    return [*reading, *starting, *training, ("server", STEPS)]


async def reach(api: AsyncOpenAI, folder: Path, job_id: str, step: int) -> None:
    """Wait for a moment in a job's life."""
    if step < 0:
        await worker_of(folder / "examine")
    elif step == 0:
        await job_in(api, job_id, "running")
        await worker_of(folder)
    elif step < STEPS:
        await at_step(api, job_id, step)
    else:

        async def look() -> bool:
            return (folder / "models" / f"step-{STEPS}").exists()

        await until(look)


@pytest.mark.slow
async def test_ten_kills_change_nothing(lora_url, tmp_path, lora_base):
    """Server and child are killed ten times; losses and model are those of an unbroken job."""
    async with client(lora_url) as api:
        unbroken = await start(api, ROWS, method=LONG)
        expected_job = await ended(api, unbroken)
        expected = await metrics(api, unbroken)
    job_id, left = "", moments()
    while left:
        async with lora_engine(tmp_path, lora_base) as (server, api):
            job_id = job_id or await start(api, ROWS, method=LONG)
            folder = job_folder(tmp_path, job_id)
            while left:
                who, step = left.pop(0)
                await reach(api, folder, job_id, step)
                assert await half_written(api, folder) == set()
                if who == "server":
                    await server.kill()
                    break
                for process_id in workers(folder):
                    kill(process_id)
    async with lora_engine(tmp_path, lora_base) as (_, api):
        job = await ended(api, job_id)
        told = await metrics(api, job_id)
        assert job.status == "succeeded", job.error
        assert told == expected
        assert job.trained_tokens == expected_job.trained_tokens
        assert (await listed_models(api)).count(job.fine_tuned_model) == 1
        assert len(await listed_models(api)) == 3
        assert (await messages(api, job_id)).count("Fine-tuning job started") == 1
        assert await half_written(api, folder) == set()
    await no_workers(tmp_path)


async def half_written(api: AsyncOpenAI, folder: Path) -> set[str]:
    """The models that are listed, before a look at the disk and after it, without their files."""
    before = await listed_models(api)
    whole = {path.name for path in folder.glob("models/step-*") if len(list(path.iterdir())) == 2}
    listed = set(before) & set(await listed_models(api))
    return {name for name in listed if f"step-{step_of(name)}" not in whole}


def step_of(name: str) -> str:
    return name.rpartition("-")[2] if ":ckpt-step-" in name else str(STEPS)


@pytest.mark.slow
async def test_cancellation_right_after_a_restart_ends_what_was_left(tmp_path, lora_base):
    """A child that has not heard that its server is dead does not outlive its job."""
    async with lora_engine(tmp_path, lora_base) as (server, api):
        job_id = await start(api, ROWS, method=LONG)
        folder = job_folder(tmp_path, job_id)
        await at_step(api, job_id, 5)
        (old,) = workers(folder)
        os.kill(old, signal.SIGSTOP)
        await server.kill()

    async with lora_engine(tmp_path, lora_base) as (_, api):
        await api.fine_tuning.jobs.cancel(job_id)
        assert old not in workers(folder)


@pytest.mark.slow
async def test_older_attempt_writes_into_nothing_that_is_served(tmp_path, lora_base):
    """A child that a dead server has left, and that nobody finds, keeps to its own folder."""
    async with lora_engine(tmp_path, lora_base) as (server, api):
        job_id = await start(api, ROWS, method=LONG)
        folder = job_folder(tmp_path, job_id)
        await at_step(api, job_id, 40)
        (old,) = workers(folder)
        os.kill(old, signal.SIGSTOP)
        await server.kill()
    (folder / "attempt-1" / "process.json").unlink()
    before = set(folder.iterdir())

    async with lora_engine(tmp_path, lora_base) as (_, api):

        async def look() -> bool:
            return len(workers(folder)) == 2

        await until(look)
        os.kill(old, signal.SIGCONT)
        job = await ended(api, job_id)

        assert job.status == "succeeded", job.error
        assert len(await listed_models(api)) == 3
        assert await half_written(api, folder) == set()
    assert {path.name for path in set(folder.iterdir()) - before} <= {"attempt-2", "attempt-3"}
    await no_workers(tmp_path)
