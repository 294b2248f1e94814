"""What it costs to watch many jobs in a shared account, and how late their ends are told.

    python -m benchmarks.watching

Nothing fails: the table says for each limit whether it was kept. See benchmarks/README.md.
"""

import asyncio
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
from openai import AsyncOpenAI
from pydantic import SecretStr

from benchmarks.table import Row, machine, print_row
from bot.config import Settings
from bot.edge.core import open_core
from bot.gateways.wire import job_from
from bot.jobs.feature import JobsFeature
from bot.jobs.polling import AT_ONCE
from bot.storage.database import Database
from bot.wiring import build_features

ADMINS = frozenset({5, 6})
TICKS = 6
"""Of which the first, which reads all events for the first time, is not counted."""
TOKEN = "123456:" + "A" * 35
ROOT = Path(__file__).parents[1]


class Provider:
    """A `benchmarks.crowd` in a process of its own."""

    def __init__(self, port: str, n_ours: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.ours = [f"ftjob-ours{n:04}" for n in range(n_ours)]

    def calls(self) -> int:
        """How many there were since this was asked last."""
        return int(httpx2.get(f"{self.url}/calls", trust_env=False).json())

    def will(self, what: str) -> None:
        httpx2.post(f"{self.url}/{what}", trust_env=False)

    def job(self, job_id: str) -> Any:
        path = f"{self.url}/v1/fine_tuning/jobs/{job_id}"
        return job_from(httpx2.get(path, trust_env=False).json(), str)


@contextmanager
def provider(n_ours: int, n_foreign: int, *, where: str) -> Iterator[Provider]:
    command = [sys.executable, "-m", "benchmarks.crowd", str(n_ours), str(n_foreign), where]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as child:  # type: ignore[call-overload]
        yield Provider(child.stdout.readline().strip(), n_ours)
        child.stdin.close()


@asynccontextmanager
async def bot(crowd: Provider) -> AsyncIterator[tuple[JobsFeature, Database]]:
    """The bot's own features, following our jobs; no Telegram."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            telegram_bot_token=SecretStr(TOKEN),
            openai_api_key=SecretStr("sk-" + "0" * 40),
            openai_base_url=f"{crowd.url}/v1",
            admin_ids=ADMINS,
            database_path=Path(folder) / "bot.sqlite3",
        )
        core = await open_core(settings, stack)
        (jobs,) = (each for each in build_features(core) if isinstance(each, JobsFeature))
        stack.push_async_callback(jobs.watching.close)
        ours = [crowd.job(job_id) for job_id in crowd.ours]

        async def follow(tx: Any) -> None:
            for job in ours:
                await jobs.store.save(tx, job, followed_by=5)

        await core.database.write(follow)
        crowd.calls()
        yield jobs, core.database


async def ticks(jobs: JobsFeature, crowd: Provider) -> tuple[list[int], float]:
    """Calls of each tick, and the processor time of one in seconds."""
    calls, cpu_s = [], 0.0
    for tick in range(TICKS):
        started = time.process_time()
        await jobs.watching.tick()
        await asyncio.gather(*map(jobs.watching.idle, crowd.ours))
        spent = time.process_time() - started
        calls.append(crowd.calls())
        cpu_s += spent if tick else 0
    return calls, cpu_s / (TICKS - 1)


async def bare_s(crowd: Provider, n_calls: int) -> float:
    """Processor time of so many calls by the openai library alone, as many at once."""
    async with AsyncOpenAI(base_url=f"{crowd.url}/v1", api_key="x", max_retries=0) as client:
        slots = asyncio.Semaphore(AT_ONCE)

        async def ask(job_id: str) -> None:
            async with slots:
                await client.fine_tuning.jobs.with_raw_response.retrieve(job_id)

        asked = [crowd.ours[n % len(crowd.ours)] for n in range(n_calls)]
        await asyncio.gather(*map(ask, asked))  # connections
        started = time.process_time()
        for _ in range(TICKS - 1):
            await asyncio.gather(*map(ask, asked))
        return (time.process_time() - started) / (TICKS - 1)


async def cost(what: str, n_ours: int, n_foreign: int, where: str, limit: int) -> list[Row]:
    with provider(n_ours, n_foreign, where=where) as crowd:
        async with bot(crowd) as (jobs, _):
            calls, cpu_s = await ticks(jobs, crowd)
        beside_s = await bare_s(crowd, calls[-1])
    return [
        Row(f"{what}: calls of a tick", max(calls), "", limit=limit),
        Row(f"{what}: CPU of a tick", cpu_s * 1000, "ms", beside_s * 1000),
    ]


async def lateness(what: str, *, hangs: bool) -> Row:
    """From a tick to the outbox: fifty jobs end, all or all but one of them are told."""
    with provider(50, 5000, where="oldest") as crowd:
        async with bot(crowd) as (jobs, database):
            await ticks(jobs, crowd)
            if hangs:
                crowd.will("hang")
            crowd.will("end")
            n_awaited = (len(crowd.ours) - hangs) * len(ADMINS)
            started = time.perf_counter()
            await jobs.watching.tick()
            query = "SELECT count(*) AS n FROM outbox WHERE kind = 'job_finished'"
            while (row := await database.row(query)) and row["n"] < n_awaited:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            return Row(what, time.perf_counter() - started, "s", limit=1)


async def main() -> None:
    logging.disable()
    print(machine(), end="\n\n")
    print_row(("what", "ours", "bare client", "", "ratio", "limit", ""))
    for rows in (
        await cost("one job", 1, 5000, "newest", 2),
        await cost("50 of ours behind 5,000", 50, 5000, "oldest", 60),
        await cost("50 of ours before 5,000", 50, 5000, "newest", 60),
        await cost("200 of ours behind 5,000", 200, 5000, "oldest", 60),
        [await lateness("50 ends, from the tick to the outbox", hangs=False)],
        [await lateness("the same while one call hangs", hangs=True)],
    ):
        for row in rows:
            print_row(row.cells)


if __name__ == "__main__":
    asyncio.run(main())
