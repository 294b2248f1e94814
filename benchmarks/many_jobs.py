"""The real bot, whose engine has hundreds of running jobs that it follows.

    python -m benchmarks.many_jobs [--jobs 400]

Nothing fails: the table says for each limit whether it was kept. See benchmarks/README.md.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.table import Row, machine, print_row
from tests.engine.pairs import GOOD_FILE
from tests.world import World, eventually, world

BASE = "gpt-4.1-mini-2025-04-14"
POLL_S = 10
PAGES = 5
N_ENDS = 20


async def create(everything: World, n_jobs: int) -> list[str]:
    """Jobs at the engine that run for an hour, eight created at once; their ids."""
    account = everything.account
    file = await account.files.create(file=("pairs.jsonl", GOOD_FILE), purpose="fine-tune")
    slots = asyncio.Semaphore(8)

    async def one() -> str:
        async with slots:
            job = await account.fine_tuning.jobs.create(model=BASE, training_file=file.id)
        return job.id

    return await asyncio.gather(*(one() for _ in range(n_jobs)))


async def measure(everything: World, n_jobs: int) -> AsyncIterator[Row]:
    """Start, /jobs, rounds and ends."""
    began = time.monotonic()
    await everything.stop_bot()
    await everything.start_bot()
    yield Row("stop and start without jobs", time.monotonic() - began, "s")
    ids = await create(everything, n_jobs)
    await everything.stop_bot()
    for number, job_id in enumerate(ids):
        everything.stored(
            "INSERT INTO jobs (id, base_model, status, created_at, training_file, suffix, is_over) "
            "VALUES (:id, :base, 'running', :at, 'file-1', :name, 0)",
            id=job_id,
            base=BASE,
            at=int(time.time()) - number,
            name=f"name-{number}",
        )
    began = time.monotonic()
    await everything.start_bot()
    yield Row(f"start with {n_jobs} running jobs", time.monotonic() - began, "s")
    admin = everything.admin
    began = time.monotonic()
    asked = await admin.says("/jobs")
    listed = await admin.sees(f"1–6 из {n_jobs}", after=asked["message_id"])
    yield Row("/jobs, until its list is there", time.monotonic() - began, "s")
    times = []
    for page in range(2, PAGES + 2):
        began = time.monotonic()
        await admin.presses("Старее →", listed)
        await admin.sees(f"{6 * page - 5}–{6 * page} из {n_jobs}")
        times.append(time.monotonic() - began)
    yield Row("a page further, median", statistics.median(times), "s")
    before, began = len(everything.proxy.exchanges), time.monotonic()
    await asyncio.sleep(3 * POLL_S)
    rounds = (time.monotonic() - began) / POLL_S
    calls = everything.proxy.exchanges[before:]
    yield Row("calls to the engine in a round", len(calls) / rounds, "", limit=60)
    refused = sum(seen.status != 200 for seen in calls)
    yield Row("  of them without a good answer", refused, "", limit=0)
    cancel = everything.account.fine_tuning.jobs.cancel
    await asyncio.gather(*(cancel(job_id) for job_id in ids[:: n_jobs // N_ENDS][:N_ENDS]))
    began = time.monotonic()
    query = "SELECT count(*) FROM jobs WHERE is_over"
    await eventually(lambda: everything.stored(query) == [(N_ENDS,)], timeout=120)
    spent = time.monotonic() - began
    yield Row(f"{N_ENDS} ends, until the bot has stored them", spent, "s", limit=POLL_S + 5)
    query = "SELECT count(*) FROM jobs WHERE is_over AND status <> 'cancelled'"
    ((n_wrong,),) = everything.stored(query)
    yield Row("  of them with another status than the engine's", n_wrong, "", limit=0)


async def print_all(n_jobs: int) -> None:
    """Run it and print the table."""
    pace = {"running-seconds": "3600"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with world(folder, engine=pace, POLL_INTERVAL_S=str(POLL_S)) as everything:
            async for row in measure(everything, n_jobs):
                print_row(row.cells)


def main() -> int:
    """Measure it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many_jobs", description=__doc__)
    parser.add_argument("--jobs", type=int, default=400)
    arguments = parser.parse_args()
    print(machine(), end="\n\n")
    print_row(("what", "measured", "beside", "unit", "ratio", "limit", ""))
    asyncio.run(print_all(arguments.jobs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
