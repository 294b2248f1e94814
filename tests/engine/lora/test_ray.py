"""Trainings as jobs of a real Ray cluster: nodes and servers die, nothing is lost."""

import asyncio
import json
from pathlib import Path

import pytest
from openai import AsyncOpenAI

from engine.backends.lora.orders import PROGRESS_FILE, WRITABLE
from tests.engine.conftest import client
from tests.engine.lora.orders import tree
from tests.engine.lora.ray_cluster import CPUS, on_ray
from tests.engine.lora.running import (
    at_step,
    ended,
    heard,
    job_folder,
    lora_engine,
    messages,
    metrics,
    no_workers,
    start,
    supervised,
    until,
    workers,
)
from tests.engine.lora.tiny import chat_rows

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("extra")]

N_JOBS = 3
ROWS = "".join(json.dumps(row) + "\n" for row in chat_rows(10)).encode()
LONG = supervised(n_epochs=40, batch_size=1, learning_rate_multiplier=4)


async def three_jobs(api: AsyncOpenAI) -> list[str]:
    return [await start(api, ROWS, method=LONG) for _ in range(N_JOBS)]


async def attempt_on(node: str, api: AsyncOpenAI, jobs: list[str]) -> str:
    """A job whose attempt runs on a node, once it has made some steps there."""

    async def look() -> str | None:
        for job_id in jobs:
            told = await messages(api, job_id)
            if any(line.startswith(f"Attempt 1 runs on node {node[:8]} at ") for line in told):
                return job_id
        return None

    job_id = str(await until(look))
    await at_step(api, job_id, 20)
    return job_id


async def test_dead_node_costs_time_and_nothing_else(lora_url, cluster, tmp_path, lora_base):
    """Its jobs go on elsewhere, with the losses of an unbroken run; what it left writes nothing."""
    async with client(lora_url) as api:
        unbroken = await start(api, ROWS, method=LONG)
        expected_job = await ended(api, unbroken)
        expected = await metrics(api, unbroken)
    async with lora_engine(tmp_path, lora_base, *on_ray(cluster)) as (_, api):
        jobs = await three_jobs(api)
        victim = await attempt_on(cluster.node, api, jobs)
        first = job_folder(tmp_path, victim) / "attempt-1"
        await asyncio.to_thread(cluster.replace_node)
        await until(lambda: is_gone(first / WRITABLE))
        left = tree(first)
        second = first.with_name("attempt-2") / PROGRESS_FILE
        await until(lambda: exists(second))
        assert tree(first) == left

        for job_id in jobs:
            job = await ended(api, job_id)
            assert job.status == "succeeded", job.error
            assert await metrics(api, job_id) == expected
            assert job.trained_tokens == expected_job.trained_tokens
        told = await messages(api, victim)
        models = {job.fine_tuned_model async for job in api.fine_tuning.jobs.list()}

        assert any(line.startswith("Attempt 1 on node") for line in told)
        assert any(line.startswith("Attempt 2 runs on node") for line in told)
        assert len(models) == N_JOBS


async def is_gone(link: Path) -> bool:
    return not link.is_symlink()


async def exists(path: Path) -> bool:
    return path.exists()


async def test_jobs_go_on_without_a_server(lora_url, cluster, tmp_path, lora_base):
    """Killed and started again, it follows them where they are; so it does after SIGTERM."""
    async with client(lora_url) as api:
        unbroken = await start(api, ROWS, method=LONG)
        await ended(api, unbroken)
        expected = await metrics(api, unbroken)
    async with lora_engine(tmp_path, lora_base, *on_ray(cluster)) as (server, api):
        jobs = await three_jobs(api)
        for job_id in jobs:
            await at_step(api, job_id, 20)
        running = set(workers(tmp_path))
        await server.kill()
    async with lora_engine(tmp_path, lora_base, *on_ray(cluster)) as (server, api):
        for job_id in jobs:
            await at_step(api, job_id, 40)
    assert set(workers(tmp_path)) == running

    async with lora_engine(tmp_path, lora_base, *on_ray(cluster)) as (_, api):
        for job_id in jobs:
            job = await ended(api, job_id)
            assert job.status == "succeeded", job.error
            assert await metrics(api, job_id) == expected
            told = await messages(api, job_id)
            assert told.count("The server was started again and follows attempt-1") == 2
            assert not (job_folder(tmp_path, job_id) / "attempt-2").exists()


async def test_jobs_wait_for_room_pause_and_are_cancelled(cluster, tmp_path, lora_base):
    """Ray gives a job up that waits for too long; the engine hands it over again."""
    forever = supervised(n_epochs=50, batch_size=1)
    short = supervised(n_epochs=2, batch_size=5)
    async with lora_engine(tmp_path, lora_base, *on_ray(cluster)) as (_, api):
        busy = [await start(api, ROWS * 20, method=forever) for _ in range(2 * CPUS)]
        for job_id in busy:
            await at_step(api, job_id, 1)
        waiting = await start(api, ROWS, method=short)
        await heard(api, waiting, "Attempt 2 waits for room in the Ray cluster")
        paused, *others = busy
        await api.fine_tuning.jobs.pause(paused)
        for job_id in others:
            await api.fine_tuning.jobs.cancel(job_id)
        await no_workers(job_folder(tmp_path, paused))
        reached = (await metrics(api, paused))[-1]["step"]

        assert (await ended(api, waiting)).status == "succeeded"
        await api.fine_tuning.jobs.resume(paused)
        await at_step(api, paused, reached + 20)
        told = [row["step"] for row in await metrics(api, paused)]
        assert told == sorted(set(told))
        await api.fine_tuning.jobs.cancel(paused)
    await no_workers(tmp_path)


async def test_cluster_that_does_not_answer_is_waited_for(tmp_path, lora_base):
    """The job says so, and can be cancelled."""
    nobody = ("--executor=ray", "--ray-address=http://127.0.0.1:1")
    async with lora_engine(tmp_path, lora_base, *nobody) as (_, api):
        job_id = await start(api, ROWS, method=LONG)
        await heard(api, job_id, "The Ray cluster does not answer")
        assert (await api.fine_tuning.jobs.cancel(job_id)).status == "cancelled"
        assert not (job_folder(tmp_path, job_id) / "attempt-1" / WRITABLE).is_symlink()
