"""Real engines in processes of their own, and real clients whose every exchange is checked."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from bot.runtime.children import Child, running, start
from tests.engine.pairs import GOOD_FILE
from tests.openai_schema import check_request, check_response

KEY = "sk-test-0123456789abcdef-tail"
BASE = "gpt-4.1-mini-2025-04-14"
PLAIN_HTTP: dict[str, Any] = {"trust_env": False, "verify": False}
"""For loopback: no proxy, and no certificates, whose loading costs 40 ms a client."""
FAST = (
    "--port=0",
    "--validating-seconds=0",
    "--queued-seconds=0",
    "--running-seconds=0",
    "--tokens-per-second=0",
    "--first-token-seconds=0",
)


@asynccontextmanager
async def client(url: str, key: str = KEY) -> AsyncIterator[AsyncOpenAI]:
    """The real client; every request and response is checked against the official schema."""

    async def check(response: httpx2.Response) -> None:
        request = response.request
        sent, path = await request.aread(), str(request.url)
        await response.aread()
        if response.status_code < 400:
            check_request(request.method, path, request.headers, sent)
        check_response(
            request.method, path, response.status_code, response.headers, response.content
        )

    http = DefaultAsyncHttpxClient(event_hooks={"response": [check]}, **PLAIN_HTTP)
    async with AsyncOpenAI(base_url=url, api_key=key, max_retries=0, http_client=http) as api:
        yield api


@asynccontextmanager
async def engine(folder: Path, *options: str) -> AsyncIterator[Child]:
    """An engine with its data in *folder*, stopped at the end."""
    environment = {"ENGINE_API_KEYS": f"another-key,{KEY}"}
    data = f"--data={folder / 'engine'}"
    log = folder / "engine.log"
    async with running("engine", *FAST, data, *options, log=log, env=environment) as child:
        yield child


@asynccontextmanager
async def engine_and_api(folder: Path, *options: str) -> AsyncIterator[AsyncOpenAI]:
    """An engine of a test's own, and a client of it."""
    async with engine(folder, *options) as child, client(child.ready) as api:
        yield api


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One fast engine for all tests that do not need one of their own."""
    folder = tmp_path_factory.mktemp("engine")
    with in_own_loop(folder, *FAST, f"--data={folder / 'engine'}") as address:
        yield address


@contextmanager
def in_own_loop(folder: Path, *options: str) -> Iterator[str]:
    """An engine that outlives the event loop of a single test."""
    environment = {"ENGINE_API_KEYS": KEY}
    with asyncio.Runner() as runner:
        child = runner.run(start("engine", *options, log=folder / "engine.log", env=environment))
        try:
            yield child.ready
        finally:
            assert runner.run(child.stop()) == 0


@pytest.fixture
async def api(url: str) -> AsyncIterator[AsyncOpenAI]:
    """A client of the shared engine."""
    async with client(url) as it:
        yield it


@pytest.fixture
def backend() -> str:
    """The backend of `api`; tests of another one have fixtures of the same names."""
    return "rehearsal"


async def upload(api: AsyncOpenAI, content: bytes = GOOD_FILE, name: str = "pairs.jsonl") -> str:
    """Upload a file, return its id."""
    file = await api.files.create(file=(name, content), purpose="fine-tune")
    return file.id


async def new_job(api: AsyncOpenAI, content: bytes = GOOD_FILE, **options: Any) -> str:
    """Upload a file and start a job with it, return the job's id."""
    options = {"model": BASE, **options}
    job = await api.fine_tuning.jobs.create(training_file=await upload(api, content), **options)
    return job.id


async def job_in(api: AsyncOpenAI, job_id: str, *statuses: str) -> Any:
    """The job as soon as it has one of *statuses*."""

    async def look() -> Any:
        job = await api.fine_tuning.jobs.retrieve(job_id)
        return job if job.status in statuses else None

    return await until(look, 120)  # real training takes its time, on a busy machine


async def tuned(api: AsyncOpenAI, **options: Any) -> Any:
    """A job that has succeeded."""
    return await job_in(api, await new_job(api, **options), "succeeded", "failed")


async def all_events(api: AsyncOpenAI, job_id: str) -> list[Any]:
    """A job's events, oldest first."""
    page = await api.fine_tuning.jobs.list_events(job_id, limit=1000)
    return list(reversed(page.data))


async def until(look: Callable[[], Awaitable[Any]], seconds: float = 60) -> Any:
    """What *look* returns once it is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := await look():
            return found
        await asyncio.sleep(0.05)  # more often would starve what it waits for, on a busy machine
    raise AssertionError("waited in vain")
