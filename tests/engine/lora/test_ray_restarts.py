"""A worker that goes on without its server hears of a pause, a cancellation and a failure."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from openai import AsyncOpenAI

from engine.backends.lora.orders import WRITABLE
from engine.backends.lora.preparing import START
from tests.engine.lora.played_ray import PlayedRay, playing_ray
from tests.engine.lora.running import (
    at_step,
    ended,
    job_folder,
    job_in,
    lora_engine,
    messages,
    metrics,
    start,
    supervised,
    workers,
)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("extra")]

FOR_EVER = supervised(n_epochs=50, batch_size=1)
SHORT = supervised(n_epochs=12, batch_size=1)


@pytest.fixture
def ray() -> Iterator[PlayedRay]:
    with playing_ray() as it:
        yield it


async def left_running(folder: Path, base: Path, ray: PlayedRay, method=FOR_EVER) -> str:
    """A job whose server was killed in its middle."""
    async with lora_engine(folder, base, *ray.options) as (server, api):
        job_id = await start(api, method=method)
        await at_step(api, job_id, 5)
        await server.kill()
    assert workers(folder)
    return job_id


@asynccontextmanager
async def restarted(folder: Path, base: Path, ray: PlayedRay) -> AsyncIterator[AsyncOpenAI]:
    """The next server; a request right after its start comes before the job's preparation ends."""
    async with lora_engine(folder, base, *ray.options) as (_, api):
        yield api


async def test_pause_right_after_a_restart_reaches_the_worker(tmp_path, lora_base, ray):
    """It saves and ends; resumed, the job goes on after the last step, and to its end."""
    job_id = await left_running(tmp_path, lora_base, ray, SHORT)

    async with restarted(tmp_path, lora_base, ray) as api:
        paused = await api.fine_tuning.jobs.pause(job_id)
        assert workers(tmp_path) == []
        told = await messages(api, job_id)
        await api.fine_tuning.jobs.resume(job_id)
        job = await ended(api, job_id)
        steps = [row["step"] for row in await metrics(api, job_id)]

    assert str(paused.status) == "paused"
    assert not any("follows attempt-1" in line for line in told)
    assert job.status == "succeeded", job.error
    assert steps == sorted(set(steps))


async def test_cancellation_right_after_a_restart_reaches_the_worker(tmp_path, lora_base, ray):
    """Nobody trains for a job that nobody wants."""
    job_id = await left_running(tmp_path, lora_base, ray)

    async with restarted(tmp_path, lora_base, ray) as api:
        await api.fine_tuning.jobs.cancel(job_id)
        assert workers(tmp_path) == []

    assert not (job_folder(tmp_path, job_id) / "attempt-1" / WRITABLE).is_symlink()


async def test_restart_without_the_base_ends_the_worker(tmp_path, lora_base, ray):
    """The restart pauses the job, and says so only when nothing trains any more."""
    job_id = await left_running(tmp_path, lora_base, ray)
    other = shutil.copytree(lora_base, tmp_path / "bases" / "other")

    async with restarted(tmp_path, other, ray) as api:
        assert str((await api.fine_tuning.jobs.retrieve(job_id)).status) == "paused"
        assert workers(tmp_path) == []


async def test_failure_after_a_restart_ends_the_worker(tmp_path, lora_base, ray):
    """A job that can't be prepared any more has failed, and its worker ends with it."""
    job_id = await left_running(tmp_path, lora_base, ray)
    (job_folder(tmp_path, job_id) / START).mkdir()  # an adapter that can't be read

    async with restarted(tmp_path, lora_base, ray) as api:
        await job_in(api, job_id, "failed")
        assert workers(tmp_path) == []
