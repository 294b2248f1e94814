"""What a monitor reads: whether the server is well, and its numbers without names and texts."""

import asyncio
import re
import secrets
import shutil
import sqlite3
from typing import Any
from urllib.parse import urlsplit

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from engine.app import _backend
from engine.exposition import NONE, Histogram, Labels, family
from engine.health import Health
from engine.settings import read_settings
from engine.storage.database import Database
from tests.engine.conftest import BASE, KEY, PLAIN_HTTP, client, engine, tuned, until, upload

HEADERS = {"Authorization": f"Bearer {KEY}"}
SECRET = "Никому не говори, что я влюблена"
QUESTION: Any = [{"role": "user", "content": SECRET}]


def root(url: str) -> str:
    """The server's address without `/v1`."""
    return url.removesuffix("/v1")


async def numbers(url: str) -> dict[str, float]:
    """The samples, by name and labels as they are written."""
    async with httpx2.AsyncClient(**PLAIN_HTTP) as http:
        answer = await http.get(f"{root(url)}/metrics", headers=HEADERS)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if line[0] != "#"]
    return {name: float(value) for name, _, value in lines}


async def test_metrics_tell_what_was_done(tmp_path):
    """A job and two chats are counted exactly; no key, model or text of anybody is told."""
    async with engine(tmp_path) as child, client(child.ready) as api:
        job = await tuned(api, suffix="bereavement")
        model = job.fine_tuned_model
        plain = await api.chat.completions.create(model=model, messages=QUESTION)
        options: Any = {"stream": True, "stream_options": {"include_usage": True}}
        stream: Any = await api.chat.completions.create(model=BASE, messages=QUESTION, **options)
        usages = [plain.usage, [chunk async for chunk in stream][-1].usage]
        await upload(api, b"x" * 1000)
        found = await numbers(child.ready)
        async with httpx2.AsyncClient(**PLAIN_HTTP) as http:
            told = (await http.get(f"{root(child.ready)}/metrics", headers=HEADERS)).text
        stored = sum(path.stat().st_size for path in (tmp_path / "engine" / "files").iterdir())

    assert found['engine_jobs{status="succeeded"}'] == 1
    assert found['engine_jobs{status="running"}'] == 0
    assert found["engine_job_wait_seconds_count"] == 1
    assert found['engine_tokens_total{kind="trained"}'] == job.trained_tokens > 0
    for kind in ("prompt", "completion"):
        told_by_answers = sum(getattr(usage, f"{kind}_tokens") for usage in usages)
        assert found[f'engine_tokens_total{{kind="{kind}"}}'] == told_by_answers
    assert found['engine_answers{state="running"}'] == found['engine_answers{state="waiting"}'] == 0
    chats = 'method="POST",route="/chat/completions"'
    assert found[f'engine_requests_total{{{chats},status="200"}}'] == 2
    assert found[f"engine_request_seconds_count{{{chats}}}"] == 2
    assert found["engine_adapters_loaded"] == 1
    assert found["engine_files_bytes"] == stored
    assert found["engine_disk_free_bytes"] > 0
    assert found['engine_memory_bytes{of="server"}'] > 10_000_000
    for word in (KEY, "another-key", "bereavement", BASE, job.id, "влюблена"):
        assert word not in told


async def test_running_answers_are_counted(tmp_path):
    """An answer runs from its first piece to its end, also when its reader hangs up."""
    slow = ("--tokens-per-second=1", "--first-token-seconds=0.5")
    async with engine(tmp_path, *slow) as child, httpx2.AsyncClient(**PLAIN_HTTP) as http:
        body = {"model": BASE, "messages": QUESTION, "stream": True}
        address = f"{child.ready}/chat/completions"

        async def counts() -> tuple[float, float]:
            found = await numbers(child.ready)
            states = ("waiting", "running")
            waiting, running = (found[f'engine_answers{{state="{each}"}}'] for each in states)
            return waiting, running

        async def are(*wanted: float) -> bool:
            return await counts() == wanted

        async with http.stream("POST", address, json=body, headers=HEADERS) as answer:
            assert answer.status_code == 200
            await until(lambda: are(1, 0))
            await until(lambda: are(0, 1))
        await until(lambda: are(0, 0))
        assert (await numbers(child.ready))['engine_tokens_total{kind="completion"}'] >= 1


async def test_upload_that_breaks_off_is_no_fault(tmp_path):
    """A client that hangs up in the middle is counted as gone, and nothing of it stays."""
    uploads = tmp_path / "engine" / "uploads"
    gone = 'engine_requests_total{method="POST",route="/files",status="499"}'
    head = (
        f"POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n--b\r\n"
    )
    async with engine(tmp_path) as child:
        address = urlsplit(child.ready)
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(head.encode())

        async def is_read() -> bool:
            return any(uploads.iterdir())

        async def is_counted() -> bool:
            return (await numbers(child.ready)).get(gone) == 1

        await until(is_read)
        writer.close()
        await until(is_counted)

    assert list(uploads.iterdir()) == []
    assert "Traceback" not in (tmp_path / "engine.log").read_text(encoding="utf-8")


async def test_labels_are_bounded(url):
    """However many addresses and methods strangers try, there is one label for all of them."""
    async with httpx2.AsyncClient(**PLAIN_HTTP) as http:

        async def knock(nth: int) -> None:
            word = secrets.token_hex(4)
            where = ("", "/v1", "/v1/fine_tuning", "/deployed/v1")[nth % 4]
            method = "GET" if nth % 2 else word.upper()
            key = {} if nth % 3 else HEADERS
            await http.request(method, f"{root(url)}{where}/{word}", headers=key)
            await http.get(f"{url}/fine_tuning/jobs/{word}", headers=HEADERS)

        await asyncio.gather(*map(knock, range(4)))
        before = set(await numbers(url))
        await asyncio.gather(*map(knock, range(200)))
        after = set(await numbers(url))

    routes = {match[1] for name in after if (match := re.search(r'route="(.*?)"', name))}
    assert {"other", "/fine_tuning/jobs/{job_id}"} < routes
    assert [name for name in after - before if 'route="/metrics"' not in name] == []


async def test_numbers_need_a_key_and_health_none(url):
    """Anybody may ask whether it is well, and reads nothing else."""
    async with httpx2.AsyncClient(base_url=root(url), **PLAIN_HTTP) as http:
        health = await http.get("/healthz")
        refused = await http.get("/metrics"), await http.post("/healthz"), await http.get("/v1/x")
        wrong = await http.get("/metrics", headers={"Authorization": "Bearer wrong"})

    assert (health.status_code, health.headers["cache-control"]) == (200, "no-store")
    checks = {"database": True, "disk": True, "backend": True}
    assert health.json() == {"status": "ok", "checks": checks}
    assert {answer.status_code for answer in (*refused, wrong)} == {401}


async def test_faults_of_the_database_are_told(tmp_path):
    """Locked by somebody it is not well, then well; replaced by a copy it is not."""
    path, copy = tmp_path / "engine" / "engine.sqlite3", tmp_path / "copy"
    async with engine(tmp_path) as child, httpx2.AsyncClient(timeout=30, **PLAIN_HTTP) as http:

        async def status(*wanted: int) -> Any:
            answer = await http.get(f"{root(child.ready)}/healthz")
            return answer if answer.status_code in wanted else None

        assert await status(200)
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        answers = await asyncio.gather(*(until(lambda: status(503)) for _ in range(5)))
        connection.execute("ROLLBACK")
        connection.close()
        assert await until(lambda: status(200))
        shutil.copy(path, copy)
        copy.replace(path)
        replaced = await until(lambda: status(503))

    for answer in (*answers, replaced):
        checks = {"database": False, "disk": True, "backend": True}
        assert answer.json() == {"status": "unwell", "checks": checks}


async def test_full_disk_and_silent_backend_are_told(tmp_path):
    """Each check counts alone; one that hangs is not started twice."""
    database = Database(tmp_path / "engine.sqlite3")
    backend: Any = _backend(read_settings([], {}))
    asked = 0

    async def hangs() -> bool:
        nonlocal asked
        asked += 1
        await asyncio.sleep(60)
        return True

    backend.is_alive = hangs
    health = Health(database, tmp_path, backend, least_free=10**18)

    found = [*await asyncio.gather(health.found(), health.found())]
    await asyncio.sleep(2.1)
    found.append(await health.found())

    database.close()
    assert found == [{"database": True, "disk": False, "backend": False}] * 3
    assert asked == 1


def test_clock_that_is_set_back_makes_no_negative_duration():
    """A sum that falls would look like a restart of the server."""
    durations = Histogram()
    for seconds in (5.0, -3600.0):
        durations.observe(seconds)

    last = [line.split()[-1] for line in list(durations.samples("x", NONE))[-2:]]
    assert last == ["5.0", "2"]


def test_prometheus_reads_what_is_written():
    """Its own parser finds the values, whatever is in a label."""
    odd = 'a "b" \\ \n {c="d",} é'
    labels: Labels = (("path", odd), ("n", "1"))
    written = family("x_total", "counter", "X.", {labels: 3})
    written += family("y", "gauge", "Y.", {NONE: 2.5})

    families = list(text_string_to_metric_families(written))

    read = [(s.name, dict(s.labels), s.value) for each in families for s in each.samples]
    assert read == [
        ("engine_x_total", {"path": odd, "n": "1"}, 3),
        ("engine_y", {}, 2.5),
    ]


async def test_prometheus_reads_the_servers_numbers(url):
    """The whole page is in its format, with a kind for each metric."""
    async with httpx2.AsyncClient(**PLAIN_HTTP) as http:
        text = (await http.get(f"{root(url)}/metrics", headers=HEADERS)).text

    families = list(text_string_to_metric_families(text))

    assert {each.type for each in families} == {"counter", "gauge", "histogram"}
    assert all(each.samples for each in families)
    assert all(each.documentation for each in families)
