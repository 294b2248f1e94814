"""What one engine server carries: stored and active jobs, chats, and bots that look after jobs.

    python -m benchmarks.engine_load [--quick] [show] [rates] [bots]

Nothing fails: the table says for each limit whether it was kept. See benchmarks/README.md.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil

from benchmarks.plain_http import KEY, Connection
from benchmarks.table import Row, cpu_s, machine, print_row
from bot.runtime.children import Child, running
from engine.backends import StepReport
from engine.domain import FineTuningJob, Hyperparameters, Method, Status
from engine.ids import new_id
from engine.jobs.results import metrics_event
from engine.storage.database import Database
from engine.storage.jobs import JobStore

ROOT = Path(__file__).parents[1]
BASE = "gpt-4.1-mini-2025-04-14"
DATASET = ROOT / "data" / "natasha_finetuning_20251125_153356.jsonl"
JOBS = "/v1/fine_tuning/jobs"
N_EVENTS = 100
LIMIT_MS = 50
AT_ONCE = 16
"""Calls of a bot's round at the same time, as in `bot.jobs.polling`."""


@dataclass(frozen=True)
class Server:
    """The engine's process."""

    child: Child
    port: int

    def cpu_s(self) -> float:
        """The processor time that it has used."""
        return cpu_s(psutil.Process(self.child.process.pid))

    async def get(self, path: str) -> Any:
        return json.loads(await self.ask("GET", path))

    async def ask(self, method: str, path: str, body: object = None) -> bytes:
        connection = Connection(self.port)
        try:
            return await connection.ask(method, path, body)
        finally:
            connection.close()


@asynccontextmanager
async def server(folder: Path, *options: str) -> AsyncIterator[Server]:
    """An engine whose data are in *folder*; its chats and jobs have their usual pace."""
    words = ("--port=0", f"--data={folder}", *options)
    async with running("engine", *words, log=folder.with_suffix(".log")) as child:
        yield Server(child, int(child.ready.removesuffix("/v1").rpartition(":")[2]))


async def store(folder: Path, n_jobs: int, n_events: int = N_EVENTS) -> None:
    """Put jobs that have succeeded into the engine's database, each with its log."""
    database = Database(folder / "engine.sqlite3")
    jobs = JobStore(database)
    reports = [
        StepReport(step=step, train_loss=1.5, train_accuracy=0.6, valid_loss=1.6)
        for step in range(1, n_events + 1)
    ]
    for number in range(n_jobs):
        await jobs.add(_job(number, n_jobs), [metrics_event(each, N_EVENTS) for each in reports])
    database.close()


def _job(number: int, n_jobs: int) -> FineTuningJob:
    ago = 60 * (n_jobs - number)
    at, code = int(time.time()) - ago, new_id("", 8)
    return FineTuningJob(
        id=new_id("ftjob-"),
        created_at=at,
        base_model=BASE,
        training_file=new_id("file-"),
        validation_file=None,
        suffix="natasha-v1",
        seed=7,
        metadata={"natasha_run": new_id("", 20)},
        method=Method.SUPERVISED,
        hyperparameters=Hyperparameters(n_epochs=3, batch_size=1, learning_rate_multiplier=1.0),
        model_code=code,
        status=Status.SUCCEEDED,
        stage_since=float(at),
        step=N_EVENTS,
        total_steps=N_EVENTS,
        epoch_tokens=120_000,
        trained_tokens=360_000,
        fine_tuned_model=f"ft:{BASE}:rehearsal:natasha-v1:{code}",
        finished_at=at + 600,
    )


async def begin_jobs(at: Server, file_id: str, n_jobs: int) -> float:
    """Create jobs, eight at once; how many a second."""
    body = {"model": BASE, "training_file": file_id, "seed": 1}
    left = iter(range(n_jobs))

    async def create() -> None:
        connection = Connection(at.port)
        for _ in left:
            await connection.ask("POST", JOBS, body)
        connection.close()

    began = time.perf_counter()
    await asyncio.gather(*(create() for _ in range(8)))
    return n_jobs / (time.perf_counter() - began)


async def upload(at: Server) -> str:
    """The id of the shipped dataset at the engine."""
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
        answer = await http.post(
            f"http://127.0.0.1:{at.port}/v1/files",
            headers={"authorization": f"Bearer {KEY}"},
            data={"purpose": "fine-tune"},
            files={"file": DATASET.read_bytes()},
        )
    return str(answer.json()["id"])


async def durations(at: Server, paths: Sequence[str], n: int) -> list[list[float]]:
    """Milliseconds of *n* requests of each path, by turns, each a while after the last answer."""
    connection = Connection(at.port)
    found: list[list[float]] = [[] for _ in paths]
    for _ in range(n):
        for path, times in zip(paths, found, strict=True):
            began = time.perf_counter()
            await connection.ask("GET", path)
            times.append(1e3 * (time.perf_counter() - began))
            await asyncio.sleep(0.02)
    connection.close()
    return found


async def looks(at: Server, what: str, n: int) -> list[Row]:
    """How long a client waits for each kind of page."""
    page = await at.get(f"{JOBS}?limit=100")
    job_id = page["data"][-1]["id"]
    paths = {
        "list of 20": f"{JOBS}?limit=20",
        "list of 100": f"{JOBS}?limit=100",
        "retrieve": f"{JOBS}/{job_id}",
        "events, 20": f"{JOBS}/{job_id}/events?limit=20",
        "events, 100": f"{JOBS}/{job_id}/events?limit=100",
    }
    rows = []
    found = await durations(at, list(paths.values()), n)
    for name, times in zip(paths, found, strict=True):
        middle, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        rows.append(Row(f"{what}: {name}, median", middle, "ms", limit=LIMIT_MS))
        rows.append(Row(f"{what}: {name}, p95", late, "ms"))
    return rows


@asynccontextmanager
async def chats(at: Server, n_chats: int, model: str) -> AsyncIterator[list[float]]:
    """So many chats meanwhile; afterwards answers and pieces a second, median seconds, failures."""
    command = (sys.executable, "-m", "benchmarks.plain_http", str(at.port), str(n_chats), model)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, cwd=ROOT)
    found: list[float] = []
    try:
        await asyncio.sleep(n_chats * 0.01 + 3)
        yield found
    finally:
        out, _ = await process.communicate(b"")
        found += json.loads(out)


async def saturate(at: Server, model: str, n: int) -> AsyncIterator[Row]:
    """Twice as many chats each time, until a list of 20 takes 50 ms."""
    n_chats, middle = 200, 0.0
    while middle <= LIMIT_MS and n_chats <= 12_800:
        async with chats(at, n_chats, model) as rates:
            (times,) = await durations(at, [f"{JOBS}?limit=20"], n)
            middle = statistics.median(times)
        yield Row(f"list of 20 beside {n_chats} chats, median", middle, "ms", limit=LIMIT_MS)
        yield Row(f"  its chats: answers a second (pieces {rates[1]:,.0f})", rates[0], "/s")
        yield Row(f"  an answer, median (failed {rates[3]:.0f})", rates[2], "s")
        if rates[3]:
            return
        n_chats *= 2


async def throughput(at: Server, paths: Sequence[str], n_clients: int, seconds: float) -> float:
    """Requests a second of so many clients that ask one thing after another."""
    count, ends = 0, time.perf_counter() + seconds

    async def ask(nth: int) -> None:
        nonlocal count
        connection = Connection(at.port)
        while time.perf_counter() < ends:
            await connection.ask("GET", paths[(count + nth) % len(paths)])
            count += 1
        connection.close()

    await asyncio.gather(*map(ask, range(n_clients)))
    return count / seconds


async def tuned(folder: Path) -> tuple[str, str]:
    """A file at an engine with that data folder, and a model trained with it."""
    fast = [f"--{state}-seconds=0" for state in ("validating", "queued", "running")]
    async with server(folder, *fast) as at:
        file_id = await upload(at)
        await begin_jobs(at, file_id, 1)
        (job,) = await ended(at, 1)
    return file_id, job["fine_tuned_model"]


async def ended(at: Server, n: int) -> list[Any]:
    """The newest jobs, once all of them have succeeded."""
    while True:
        jobs = list((await at.get(f"{JOBS}?limit={n}"))["data"])
        if all(job["status"] == "succeeded" for job in jobs):
            return jobs
        await asyncio.sleep(0.5)


async def show(folder: Path, n: int) -> AsyncIterator[Row]:
    """Show 3: 1,000 stored jobs, 50 active ones and 200 chats, and then more chats."""
    file_id, model = await tuned(folder)
    await store(folder, 1000)
    async with server(folder, "--running-seconds=900") as at:
        for row in await looks(at, "1,000 stored", n):
            yield row
        yield Row("jobs created a second", await begin_jobs(at, file_id, 50), "/s")
        async with chats(at, 200, model) as rates:
            began, used = time.perf_counter(), at.cpu_s()
            rows = await looks(at, "and 50 active, 200 chats", n)
            share = (at.cpu_s() - used) / (time.perf_counter() - began)
        for row in rows:
            yield row
        yield Row("  chats: answers a second", rates[0], "/s")
        yield Row("  chats: pieces a second", rates[1], "/s")
        yield Row("  chats: an answer, median", rates[2], "s")
        yield Row("  chats: failed", rates[3], "", limit=0)
        yield Row("  processor time of the server", 100 * share, "%")
        cpu_ms = 1e3 * share / rates[0]
        yield Row("  processor time for a whole answer, the looks included", cpu_ms, "ms")
        async for row in saturate(at, model, n):
            yield row


async def rates(folder: Path, seconds: float) -> AsyncIterator[Row]:
    """What a server does in a second when it does nothing else."""
    file_id, _ = await tuned(folder)
    await store(folder, 1000)
    async with server(folder, "--running-seconds=10", "--queued-seconds=0") as at:
        page = await at.get(f"{JOBS}?limit=100")
        ids = [job["id"] for job in page["data"]]
        for what, paths in (
            ("lists of 20", [f"{JOBS}?limit=20"]),
            ("lists of 100", [f"{JOBS}?limit=100"]),
            ("retrieves", [f"{JOBS}/{each}" for each in ids]),
            ("pages of 20 events", [f"{JOBS}/{each}/events?limit=20" for each in ids]),
        ):
            used = at.cpu_s()
            a_second = await throughput(at, paths, 16, seconds)
            cpu_ms = 1e3 * (at.cpu_s() - used) / (a_second * seconds)
            yield Row(f"{what} a second", a_second, "/s")
            yield Row("  the server's processor time for one", cpu_ms, "ms")
        began, used, n_events = time.perf_counter(), at.cpu_s(), await _n_events(folder)
        yield Row("jobs created a second", await begin_jobs(at, file_id, 100), "/s")
        await ended(at, 100)
        spent = time.perf_counter() - began
        yield Row("100 jobs from their creation to their end (10 s each)", spent, "s")
        stored = await _n_events(folder) - n_events
        yield Row("events stored a second meanwhile", stored / spent, "/s")
        yield Row("the server's processor time for a job", (at.cpu_s() - used) / 100, "s")


async def bots(folder: Path, n: int) -> AsyncIterator[Row]:
    """Five bots that follow 40 jobs each of 5,200, and somebody who reads the whole list."""
    file_id, _ = await tuned(folder)
    await store(folder, 5000, n_events=5)
    async with server(folder, "--running-seconds=900") as at:
        await begin_jobs(at, file_id, 200)
        active = [job["id"] for job in (await at.get(f"{JOBS}?limit=200"))["data"]]
        used, times = at.cpu_s(), list[float]()

        async def bot(nth: int) -> None:
            for _ in range(n):
                began = time.perf_counter()
                await _round(at, active[40 * nth : 40 * nth + 40])
                times.append(time.perf_counter() - began)

        await asyncio.gather(*map(bot, range(5)))
        cpu_ms = 1e3 * (at.cpu_s() - used) / (5 * n)
        yield Row("five bots at once: a round of 45 calls, median", statistics.median(times), "s")
        yield Row("the server's processor time for a round", cpu_ms, "ms")
        for limit in (20, 100):
            began, pages = time.perf_counter(), list[float]()
            after, more = "", True
            while more:
                one = time.perf_counter()
                page = await at.get(f"{JOBS}?limit={limit}{after}")
                pages.append(1e3 * (time.perf_counter() - one))
                after, more = f"&after={page['data'][-1]['id']}", page["has_more"]
            spent = time.perf_counter() - began
            yield Row(f"all 5,201 jobs in {len(pages)} pages of {limit}", spent, "s")
            last = statistics.median(pages[-10:])
            first = statistics.median(pages[:10])
            yield Row("  one of the last ten pages, beside one of the first", last, "ms", first)


async def _round(at: Server, ours: Sequence[str]) -> None:
    """What a bot asks in a round: pages of the list, then events or the job itself."""
    after = ""
    for _ in range(5):
        page = await at.get(f"{JOBS}?limit=100{after}")
        after = f"&after={page['data'][-1]['id']}"
    slots = asyncio.Semaphore(AT_ONCE)

    async def look(job_id: str) -> None:
        async with slots:
            await at.get(f"{JOBS}/{job_id}/events?limit=100")

    await asyncio.gather(*map(look, ours))


async def _n_events(folder: Path) -> int:
    with sqlite3.connect(folder / "engine.sqlite3") as connection:
        (n,) = connection.execute("SELECT count(*) FROM events").fetchone()
    connection.close()
    return int(n)


async def print_all(parts: Sequence[str], *, is_quick: bool) -> None:
    """Run these parts and print the table."""
    n, seconds = (20, 2.0) if is_quick else (100, 10.0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        all_parts = {
            "show": show(folder / "show", n),
            "rates": rates(folder / "rates", seconds),
            "bots": bots(folder / "bots", 1 if is_quick else 5),
        }
        for part in parts or all_parts:
            async for row in all_parts[part]:
                print_row(row.cells)
            print(f"load {os.getloadavg()[0]:.1f}", flush=True)


def main() -> int:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine_load", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer requests")
    parser.add_argument("parts", nargs="*", choices=["show", "rates", "bots", []], help="else all")
    arguments = parser.parse_args()
    print(machine(), end="\n\n")
    print_row(("what", "measured", "beside", "unit", "ratio", "limit", ""))
    asyncio.run(print_all(arguments.parts, is_quick=arguments.quick))
    return 0


if __name__ == "__main__":
    sys.exit(main())
