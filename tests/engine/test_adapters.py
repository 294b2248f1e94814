"""The adapter of a tuned model can be downloaded, whole, while nothing holds it in memory."""

import io
import secrets
import zipfile

import httpx2
import pytest

from tests.engine.conftest import BASE, KEY, PLAIN_HTTP, client, engine, tuned

HEADERS = {"Authorization": f"Bearer {KEY}"}
WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"


async def get(url, name, **options):
    async with httpx2.AsyncClient(headers=HEADERS, **PLAIN_HTTP) as http:
        return await http.get(f"{url}/engine/models/{name}/adapter", **options)


def put_weights(folder, job, step, size=3_000_000):
    """Weights as a backend that trains leaves them; the rehearsal leaves none."""
    place = folder / "engine" / "jobs" / job.id / "models" / f"step-{step}"
    place.mkdir(parents=True)
    files = {WEIGHTS: secrets.token_bytes(size), CONFIG: b'{"peft_type": "LORA"}'}
    for name, content in files.items():
        (place / name).write_bytes(content)
    (place / "optimizer.pt").write_bytes(b"not for others")
    return files


def unzipped(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("profile", ["openai", "azure"])
async def test_adapter_is_a_zip_of_its_two_files(tmp_path, profile):
    """Of the final model and of a checkpoint, each its own; deployed or not."""
    async with engine(tmp_path, f"--profile={profile}") as child, client(child.ready) as api:
        job = await tuned(api)
        final, earlier = (await api.fine_tuning.jobs.checkpoints.list(job.id)).data[:2]
        expected = {
            point.fine_tuned_model_checkpoint: put_weights(tmp_path, job, point.step_number)
            for point in (final, earlier)
        }

        assert job.fine_tuned_model in expected
        for name, files in expected.items():
            answer = await get(child.ready, name)
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "application/zip"
            assert ".zip" in answer.headers["content-disposition"]
            assert ":" not in answer.headers["content-disposition"]
            assert unzipped(answer.content) == files


async def test_download_goes_on_when_the_model_is_deleted(tmp_path):
    """Who has begun gets the whole archive."""
    async with engine(tmp_path) as child, client(child.ready) as api:
        job = await tuned(api)
        files = put_weights(tmp_path, job, step=60, size=40_000_000)
        address = f"{child.ready}/engine/models/{job.fine_tuned_model}/adapter"
        async with (
            httpx2.AsyncClient(headers=HEADERS, **PLAIN_HTTP) as http,
            http.stream("GET", address) as answer,
        ):
            pieces = answer.aiter_bytes()
            content = await anext(pieces)
            for point in (await api.fine_tuning.jobs.checkpoints.list(job.id)).data:
                await api.models.delete(point.fine_tuned_model_checkpoint)
            assert not (tmp_path / "engine" / "jobs" / job.id).exists()
            async for piece in pieces:
                content += piece

        assert unzipped(content) == files
        assert (await get(child.ready, job.fine_tuned_model)).status_code == 404


@pytest.mark.parametrize("missing", [None, WEIGHTS, CONFIG])
async def test_model_without_weights_says_so(tmp_path, missing):
    """The rehearsal trains none, and half an adapter is none: a 400 with the backend's name."""
    async with engine(tmp_path) as child, client(child.ready) as api:
        job = await tuned(api)
        if missing:
            put_weights(tmp_path, job, 60, size=10)
            (tmp_path / "engine" / "jobs" / job.id / "models" / "step-60" / missing).unlink()
        answer = await get(child.ready, job.fine_tuned_model)

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "unsupported_value")
    assert "no weights to download" in error["message"]
    assert "'rehearsal'" in error["message"]


@pytest.mark.parametrize("name", [BASE, "gpt-4o-mini"])
async def test_base_models_have_no_adapter(url, name):
    """Neither by name nor by alias."""
    error = (await get(url, name)).json()["error"]

    assert (error["param"], error["code"]) == ("model", "unsupported_value")


@pytest.mark.parametrize("name", ["ft:none", "../../jobs", "..%2F..%2Fengine.sqlite3", "", "a/b"])
async def test_unknown_models_are_not_found(url, name):
    """Only names in the database lead to a folder."""
    assert (await get(url, name)).status_code == 404


async def test_download_needs_a_key(url):
    """Weights are as private as jobs."""
    async with httpx2.AsyncClient(**PLAIN_HTTP) as http:
        assert (await http.get(f"{url}/engine/models/{BASE}/adapter")).status_code == 401
