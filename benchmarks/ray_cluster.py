"""What jobs on a Ray cluster lose when a node or the server dies: two nodes on this machine.

    python -m benchmarks.ray_cluster [--quick]

Needs `make setup-ray`. The base is the tests' tiny one. See benchmarks/README.md.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from openai import AsyncOpenAI

from engine.backends.lora.orders import WRITABLE
from tests.engine.conftest import all_events
from tests.engine.lora.orders import tree
from tests.engine.lora.ray_cluster import RayCluster
from tests.engine.lora.running import (
    ended,
    job_folder,
    lora_engine,
    messages,
    metrics,
    start,
    supervised,
    until,
    workers,
)
from tests.engine.lora.tiny import chat_rows, make_base

ROWS = "".join(json.dumps(row) + "\n" for row in chat_rows(10)).encode()
CPUS = 2
"""Jobs that a node takes at once."""
ADOPTED = "The server was started again and follows attempt-1"


async def main(*, is_quick: bool) -> None:
    """Print both shows."""
    n_killed, n_adopted, epochs = (4, 3, 30) if is_quick else (20, 10, 50)
    lesson = supervised(n_epochs=epochs, batch_size=1, learning_rate_multiplier=4)
    with tempfile.TemporaryDirectory(prefix="rays-") as name:
        folder = Path(name)
        base = make_base(folder / "gpt-4.1-mini-2025-04-14")
        (folder / "alone").mkdir()
        async with lora_engine(folder / "alone", base) as (_, api):
            (expected,) = await results(api, [await start(api, ROWS, method=lesson)])
        for show, n_jobs in ((nodes, n_killed), (servers, n_adopted)):
            own = folder / show.__name__
            own.mkdir()
            since = time.monotonic()
            with RayCluster(CPUS) as cluster:
                found = await show(own, base, cluster, n_jobs, lesson)
            equal = [each == expected for each in found]
            took, load = time.monotonic() - since, os.getloadavg()
            print(f"  {sum(equal)} of {n_jobs} jobs have the losses and tokens of an unbroken run")
            print(f"  {took:.0f} s in all; load {load[0]:.1f} {load[1]:.1f} {load[2]:.1f}\n")


async def nodes(
    folder: Path, base: Path, cluster: RayCluster, n_jobs: int, lesson: Any
) -> list[Any]:
    """A node is killed twice, each time in the middle of its jobs."""
    print(f"{n_jobs} jobs on two nodes; the second one is killed twice")
    async with lora_engine(folder, base, *_on_ray(cluster)) as (_, api):
        jobs = [await start(api, ROWS, method=lesson) for _ in range(n_jobs)]
        left: dict[Path, dict[Path, int]] = {}
        for number in (1, 2):
            victims = await _in_the_middle(api, cluster.node, jobs)
            killed_at = time.monotonic()
            await asyncio.to_thread(cluster.replace_node)
            for job_id, attempt in victims.items():
                first = job_folder(folder, job_id) / attempt
                await until(partial(_is_replaced, first))
                left[first] = tree(first)
            noticed = time.monotonic() - killed_at
            print(f"  kill {number}: {len(victims)} attempts lost, replaced after {noticed:.0f} s")
        found = await results(api, jobs)
        told = [line for job_id in jobs for line in await messages(api, job_id)]
        changed = [
            path
            for first, before in left.items()
            for path, at in tree(first).items()
            if path != first and before.get(path) != at  # the engine itself tidies up at the end
        ]
        attempts = [len(list(job_folder(folder, each).glob("attempt-*"))) for each in jobs]
        models = {job.fine_tuned_model async for job in api.fine_tuning.jobs.list(limit=100)}
        print(f"  models: {len(models)}; files that a replaced attempt wrote: {len(changed)}")
        print(f"  attempts of a job: {dict(sorted(Counter(attempts).items()))}")
        print(f"  as told: {next(line for line in told if ' is over: ' in line)}")
        return found


async def servers(
    folder: Path, base: Path, cluster: RayCluster, n_jobs: int, lesson: Any
) -> list[Any]:
    """The server is killed while all jobs are at Ray, and started again."""
    print(f"{n_jobs} jobs at Ray; the server is killed")
    async with lora_engine(folder, base, *_on_ray(cluster)) as (server, api):
        jobs = [await start(api, ROWS, method=lesson) for _ in range(n_jobs)]
        for job_id in jobs:
            await until(partial(_has_told, api, job_id, "Attempt 1 "))
        n_running = len(workers(folder))
        await server.kill()
    killed_at = time.monotonic()
    async with lora_engine(folder, base, *_on_ray(cluster)) as (_, api):
        for job_id in jobs:
            await until(partial(_has_told, api, job_id, ADOPTED))
        back = time.monotonic() - killed_at
        found = await results(api, jobs)
        attempts = [len(list(job_folder(folder, each).glob("attempt-*"))) for each in jobs]
        print(f"  all were followed again {back:.1f} s after the kill; {n_running} ran meanwhile")
        print(f"  attempts of a job: {dict(sorted(Counter(attempts).items()))}")
        return found


async def results(api: AsyncOpenAI, jobs: list[str]) -> list[Any]:
    """What must be equal, of each job."""
    ends = [await ended(api, job_id) for job_id in jobs]
    told = [await metrics(api, job_id) for job_id in jobs]
    return [(job.status, job.trained_tokens, rows) for job, rows in zip(ends, told, strict=True)]


def _on_ray(cluster: RayCluster) -> tuple[str, ...]:
    return "--executor=ray", f"--ray-address={cluster.address}", "--ray-jobs=20"


async def _in_the_middle(api: AsyncOpenAI, node: str, jobs: list[str]) -> dict[str, str]:
    """The attempts that run on a node, once each of `CPUS` has told steps there: job to folder."""
    while True:
        found = {}
        for job_id in jobs:
            events = await all_events(api, job_id)
            told = [event.message for event in events if event.message.startswith("Attempt ")]
            steps = [event.data for event in events if event.type == "metrics"]
            is_there = bool(told) and f" runs on node {node[:8]} " in told[-1]
            if is_there and steps and steps[-1]["step"] < steps[-1]["total_steps"] * 0.7:
                found[job_id] = f"attempt-{told[-1].split()[1]}"
        if len(found) == CPUS:
            return found
        await asyncio.sleep(1)


async def _is_replaced(attempt: Path) -> bool:
    return not (attempt / WRITABLE).is_symlink()


async def _has_told(api: AsyncOpenAI, job_id: str, beginning: str) -> bool:
    return any(line.startswith(beginning) for line in await messages(api, job_id))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter jobs")
    asyncio.run(main(is_quick=parser.parse_args().quick))
