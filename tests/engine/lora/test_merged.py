"""The whole model as a download: it says what base and adapter say; nothing of it stays."""

import asyncio
import io
import sqlite3
import zipfile
from contextlib import closing

import httpx2
import psutil
import pytest

from engine.backends.lora.bases import Bases
from tests.engine.conftest import BASE, KEY, PLAIN_HTTP, client, engine, tuned
from tests.engine.lora.running import MODEL, lora_engine, until
from tests.engine.lora.talking import Talk, make_adapter, make_lively_base

pytestmark = [
    pytest.mark.usefixtures("extra"),
    # PEFT 0.21 asks transformers 5.24 for a name that it has renamed.
    pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated"),
]
LAST_STEP = 60
"""Of the rehearsal's jobs with the tests' file."""
QUESTION = [{"role": "user", "content": "Hello 3"}]


def getting(child, name):
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}, timeout=300, **PLAIN_HTTP)
    return http, f"{child.ready}/engine/models/{name}/merged"


async def get(child, name):
    http, address = getting(child, name)
    async with http:
        return await http.get(address)


async def said(api, name):
    options = {"temperature": 0, "max_tokens": 20}
    answer = await api.chat.completions.create(model=name, messages=QUESTION, **options)
    return answer.choices[0].message.content


def merging(child):
    """The processes that merge for an engine."""
    found = psutil.Process(child.process.pid).children(recursive=True)
    return [process for process in found if "engine.backends.lora.worker.merge" in _words(process)]


def _words(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


async def test_merged_model_is_a_base_that_says_the_same(extra, tmp_path):
    """While one is merged others are refused; who hangs up ends the work; nothing stays."""
    base = make_lively_base(tmp_path / "bases" / MODEL)
    async with engine(tmp_path) as child, client(child.ready) as api:
        job = await tuned(api)  # by the rehearsal, which is quick
    name = job.fine_tuned_model.replace(":rehearsal:", ":lora:")
    with closing(sqlite3.connect(tmp_path / "engine" / "engine.sqlite3")) as db, db:
        db.execute("UPDATE models SET name = ? WHERE name = ?", (name, job.fine_tuned_model))
    models = tmp_path / "engine" / "jobs" / job.id / "models"
    make_adapter(base, models / f"step-{LAST_STEP}", seed=3)
    async with lora_engine(tmp_path, base) as (child, api):
        expected = await said(api, name)
        await _who_hangs_up_ends_the_work(child, name)

        answer = await get(child, name)

        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
        assert [*(tmp_path / "engine" / "merging").iterdir()] == []
        other = await get(child, MODEL)
        assert (other.status_code, other.json()["error"]["code"]) == (400, "unsupported_value")
        assert (await get(child, "ft:none")).status_code == 404

    folder = tmp_path / "merged-model"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    assert Bases([str(folder)], tmp_path).folder("merged-model") == folder
    merged, plain = (Talk(path).says("Hello 3")[0] for path in (folder, base))
    assert merged == expected != plain


async def _who_hangs_up_ends_the_work(child, name):
    http, address = getting(child, name)
    async with http:
        asking = asyncio.create_task(http.get(address))

        async def begun():
            return merging(child)

        [process] = await until(begun)
        refused = await get(child, name)
        assert (refused.status_code, refused.json()["error"]["code"]) == (
            429,
            "rate_limit_exceeded",
        )
        assert int(refused.headers["retry-after"]) > 0
        asking.cancel()

        async def ended():
            return not process.is_running()

        await until(ended)


async def test_rehearsal_has_nothing_to_merge(tmp_path):
    """As its adapters: a 400 that says so."""
    async with engine(tmp_path) as child, client(child.ready) as api:
        job = await tuned(api)
        answer = await get(child, job.fine_tuned_model)
        base = await get(child, BASE)

    assert (answer.status_code, base.status_code) == (400, 400)
    assert "no weights to download" in answer.json()["error"]["message"]
