"""Engines that train for real, their jobs, and their child processes."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from openai import AsyncOpenAI

from bot.runtime.children import Child
from tests.engine.conftest import BASE, all_events, client, engine, new_job
from tests.engine.lora.tiny import chat_rows

MODEL = BASE
"""The name of the tiny base: the same tests run with both backends."""
ROWS = "".join(json.dumps(row) + "\n" for row in chat_rows(12)).encode()
PATIENCE_S = 300
"""A busy machine needs up to half a minute to start a child."""


_POLL_S = 0.1


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """What *look* returns once it is true; asks rarely, because training needs the cores."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := await look():
            return found
        await asyncio.sleep(_POLL_S)
    raise AssertionError("waited in vain")


def options(base: Path) -> tuple[str, ...]:
    """One thread, so that the tests' machine stays usable."""
    return ("--backend=lora", f"--base={base}", "--devices=cpu", "--threads=1")


@asynccontextmanager
async def lora_engine(
    folder: Path, base: Path, *more: str
) -> AsyncIterator[tuple[Child, AsyncOpenAI]]:
    """An engine of a test's own, and a client of it."""
    async with engine(folder, *options(base), *more) as child, client(child.ready) as api:
        yield child, api


def supervised(**values: Any) -> Any:
    """A method with these hyperparameters."""
    return {"type": "supervised", "supervised": {"hyperparameters": values}}


async def start(api: AsyncOpenAI, content: bytes = ROWS, **more: Any) -> str:
    """Start a job on the tiny base; its id."""
    return await new_job(api, content, **{"model": MODEL, "seed": 7, **more})


async def job_in(api: AsyncOpenAI, job_id: str, *statuses: str) -> Any:
    """The job as soon as it has one of *statuses*."""

    async def look() -> Any:
        job = await api.fine_tuning.jobs.retrieve(job_id)
        return job if job.status in statuses else None

    return await until(look)


async def ended(api: AsyncOpenAI, job_id: str) -> Any:
    """The job once it is over."""
    return await job_in(api, job_id, "succeeded", "failed", "cancelled")


async def metrics(api: AsyncOpenAI, job_id: str) -> list[dict[str, Any]]:
    """The metrics that a job has told, oldest first."""
    return [event.data for event in await all_events(api, job_id) if event.type == "metrics"]


async def at_step(api: AsyncOpenAI, job_id: str, step: int) -> None:
    """Wait until the job has told a step."""

    async def look() -> bool:
        told = await metrics(api, job_id)
        return bool(told) and told[-1]["step"] >= step

    await until(look)


async def messages(api: AsyncOpenAI, job_id: str) -> list[str]:
    """The plain messages of a job, oldest first."""
    events = await all_events(api, job_id)
    return [event.message for event in events if event.type == "message"]


async def heard(api: AsyncOpenAI, job_id: str, message: str) -> None:
    """Wait until a job has told a message."""

    async def look() -> bool:
        return message in await messages(api, job_id)

    await until(look)


def job_folder(folder: Path, job_id: str) -> Path:
    """Where the engine of a test keeps a job."""
    return folder / "engine" / "jobs" / job_id


def workers(folder: Path, module: str = "engine.backends.lora.worker") -> list[int]:
    """The processes that train below a folder, found without what the engine has noted.

    Or those of another *module* which have a path below it among their words.
    """
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if module in words and any(str(folder) in word for word in words):
            found.append(int(path.parent.name))
    return found


async def worker_of(folder: Path) -> int:
    """The process that trains below a folder, as soon as there is one."""

    async def look() -> list[int]:
        return workers(folder)

    (process_id, *_) = await until(look)
    return int(process_id)


async def no_workers(folder: Path, module: str = "engine.backends.lora.worker") -> None:
    """Wait until nothing trains below a folder."""

    async def look() -> bool:
        return not workers(folder, module)

    await until(look)


def kill(process_id: int) -> None:
    """As `kill -9`."""
    os.kill(process_id, signal.SIGKILL)
