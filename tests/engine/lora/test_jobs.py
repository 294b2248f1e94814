"""Whole jobs of real training over HTTP, with a base that the test makes."""

import csv
import io
import json
import math
import resource
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
from openai import AsyncOpenAI, NotFoundError

from tests.engine.conftest import client, engine, until, upload
from tests.engine.lora.running import (
    MODEL,
    ROWS,
    at_step,
    ended,
    heard,
    job_folder,
    job_in,
    kill,
    lora_engine,
    messages,
    metrics,
    no_workers,
    start,
    supervised,
    worker_of,
    workers,
)
from tests.engine.lora.tiny import chat_rows, pair_rows

N_ROWS = 12
MANY_ROWS = "".join(json.dumps(row) + "\n" for row in chat_rows(100)).encode()
VALIDATION = "".join(json.dumps(row) + "\n" for row in chat_rows(5)).encode()
PAIRS = "".join(json.dumps(row) + "\n" for row in pair_rows(10)).encode()
ASKED: Any = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello 0"}]


@pytest.fixture
async def api(lora_url: str) -> AsyncIterator[AsyncOpenAI]:
    async with client(lora_url) as it:
        yield it


async def test_job_of_its_whole_life(api, lora_folder):
    """Losses fall, epochs leave models, the file tells it all, and the model answers as taught."""
    job_id = await start(
        api,
        validation_file=await upload(api, VALIDATION),
        suffix="kind",
        method=supervised(n_epochs=4, batch_size=3, learning_rate_multiplier=40),
    )

    job = await ended(api, job_id)

    assert job.status == "succeeded", job.error
    assert job.fine_tuned_model.startswith(f"ft:{MODEL}:lora:kind:")
    total = math.ceil(N_ROWS / 3) * 4
    told = await metrics(api, job_id)
    assert [row["step"] for row in told] == list(range(1, total + 1))
    assert {row["total_steps"] for row in told} == {total}
    assert told[-1]["train_loss"] < told[0]["train_loss"] - 0.3
    assert all(0 <= row["train_mean_token_accuracy"] <= 1 for row in told)
    assert [row["step"] for row in told if "full_valid_loss" in row] == [4, 8, 12, 16]
    assert any("valid_loss" in row for row in told)
    events = await messages(api, job_id)
    estimate = next(event for event in events if event.startswith("Estimate: "))
    assert " free on cpu, about " in estimate
    assert estimate.endswith("learning rate 2e-2, rank 8")
    assert job.trained_tokens % 4 == 0
    assert job.trained_tokens > 4 * N_ROWS * 40
    page = await api.fine_tuning.jobs.checkpoints.list(job_id)
    assert [point.step_number for point in page.data] == [16, 12, 8]
    content = (await api.files.content(job.result_files[0])).text
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [float(row["train_loss"]) for row in rows] == [row["train_loss"] for row in told]
    for point in page.data:
        said = await api.chat.completions.create(
            model=point.fine_tuned_model_checkpoint, messages=ASKED, max_tokens=5, temperature=0
        )
        assert said.usage.completion_tokens > 0
    folder = job_folder(lora_folder, job_id)
    assert sorted(p.name for p in (folder / "models").iterdir()) == ["step-12", "step-16", "step-8"]
    assert not list(folder.glob("attempt-*/checkpoints")), "they would fill the disk"
    assert (folder / "attempt-1" / "worker.log").stat().st_mode & 0o077 == 0
    assert {path.stat().st_mode & 0o077 for path in (folder, folder / "attempt-1")} == {0}
    measured = json.loads((lora_folder / "engine" / "measured.json").read_text(encoding="utf-8"))
    assert measured["runs"][f"{MODEL} cpu supervised"]["tokens_per_s"] > 0
    assert measured["token_factors"][MODEL] > 1, "a token for each byte"


async def test_pairs_after_examples(api, lora_folder):
    """DPO goes on from a tuned model, also if that is deleted once the files are read."""
    first = await ended(api, await start(api, method=supervised(n_epochs=1, batch_size=6)))
    method: Any = {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 2, "batch_size": 5}}}
    second_id = await start(api, PAIRS, model=first.fine_tuned_model, method=method, suffix="dpo")
    await job_in(api, second_id, "queued", "running")
    await api.fine_tuning.jobs.pause(second_id)
    await api.models.delete(first.fine_tuned_model)
    own_copy = job_folder(lora_folder, second_id) / "start" / "adapter_model.safetensors"
    assert own_copy.exists()
    await api.fine_tuning.jobs.resume(second_id)

    second = await ended(api, second_id)

    assert second.status == "succeeded", second.error
    assert second.fine_tuned_model.startswith(f"ft:{MODEL}:lora:dpo:")
    assert second.method.dpo.hyperparameters.beta == 0.1
    told = await metrics(api, second_id)
    assert [row["step"] for row in told] == [1, 2, 3, 4]
    assert told[0]["train_loss"] == pytest.approx(math.log(2), abs=1e-3), "it starts as reference"

    async def is_tidy() -> bool:
        return not own_copy.parent.exists()

    await until(is_tidy)
    said = await api.chat.completions.create(
        model=second.fine_tuned_model, messages=ASKED, max_tokens=3
    )
    assert said.usage.completion_tokens > 0


async def test_jobs_wait_for_each_other(api, lora_folder):
    """One trains; the others hear their place; who is paused or cancelled leaves at once."""
    first = await start(api, MANY_ROWS, method=supervised(n_epochs=50, batch_size=1))
    await job_in(api, first, "running")
    second = await start(api)
    await heard(api, second, "Waiting: 1 job is ahead on cpu")
    third = await start(api, method=supervised(n_epochs=1, batch_size=6))
    await heard(api, third, "Waiting: 2 jobs are ahead on cpu")

    await api.fine_tuning.jobs.pause(second)
    await api.fine_tuning.jobs.cancel(first)
    done = await ended(api, third)

    assert done.status == "succeeded", done.error
    assert (await api.fine_tuning.jobs.retrieve(second)).status == "paused"
    assert not workers(job_folder(lora_folder, first))
    await api.fine_tuning.jobs.cancel(second)


async def test_job_is_paused_in_each_state(api, lora_folder):
    """Nothing computes while a job is paused, and afterwards it goes on to the same end."""
    job_id = await start(api, method=supervised(n_epochs=20, batch_size=1))
    folder = job_folder(lora_folder, job_id)
    await worker_of(folder)
    paused = await api.fine_tuning.jobs.pause(job_id)
    assert (paused.status, workers(folder)) == ("paused", [])
    await api.fine_tuning.jobs.resume(job_id)
    await at_step(api, job_id, 30)
    paused = await api.fine_tuning.jobs.pause(job_id)
    assert (paused.status, workers(folder)) == ("paused", [])
    told = await metrics(api, job_id)
    await api.fine_tuning.jobs.resume(job_id)

    job = await ended(api, job_id)

    assert job.status == "succeeded", job.error
    steps = [row["step"] for row in await metrics(api, job_id)]
    assert steps == sorted(set(steps))
    assert steps[-1] == 20 * N_ROWS
    assert steps[len(told) - 1] == told[-1]["step"] < 20 * N_ROWS
    order = json.loads((folder / "attempt-2" / "order.json").read_text(encoding="utf-8"))
    assert order["resume_from"], "it did not begin at the beginning"


async def test_what_is_listed_has_its_files_and_nothing_else_stays(api, lora_folder):
    """Also where a client deletes a model while the job goes on, or cancels the job."""
    job_id = await start(api, MANY_ROWS, method=supervised(n_epochs=50, batch_size=5))
    models = job_folder(lora_folder, job_id) / "models"
    await at_step(api, job_id, 60)
    for point in await checkpoints(api, job_id):
        await api.models.delete(point.fine_tuned_model_checkpoint)
    await at_step(api, job_id, 140)
    await api.fine_tuning.jobs.pause(job_id)
    listed = {f"step-{point.step_number}" for point in await checkpoints(api, job_id)}
    assert len(listed) == 3
    assert listed <= {path.name for path in models.iterdir()}

    await api.fine_tuning.jobs.cancel(job_id)

    assert {path.name for path in models.iterdir()} == listed
    assert not list(models.parent.glob("attempt-*/checkpoints"))
    one, *others = await checkpoints(api, job_id)
    for point in others:
        await api.models.delete(point.fine_tuned_model_checkpoint)
    assert [path.name for path in models.iterdir()] == [f"step-{one.step_number}"]
    await api.models.delete(one.fine_tuned_model_checkpoint)
    assert not models.parent.exists()


async def checkpoints(api, job_id):
    return (await api.fine_tuning.jobs.checkpoints.list(job_id)).data


async def test_too_little_memory_halves_what_is_computed_at_once(tmp_path, lora_base, monkeypatch):
    """The first child may not take any more memory, once it trains; the second one may.

    Children ask the system for each tensor: their own heap might have room for all of them.
    """
    monkeypatch.setenv("MALLOC_MMAP_THRESHOLD_", "65536")
    long = [{"role": "user", "content": "a" * 400}, {"role": "assistant", "content": "b" * 400}]
    rows = (json.dumps({"messages": long}) + "\n").encode() * 16
    async with lora_engine(tmp_path, lora_base) as (_, api):
        job_id = await start(api, rows, method=supervised(n_epochs=8, batch_size=16))
        folder = job_folder(tmp_path, job_id)
        await at_step(api, job_id, 1)
        (child,) = workers(folder)
        resource.prlimit(child, resource.RLIMIT_AS, (1_000_000, 1_000_000))

        job = await ended(api, job_id)

        assert job.status == "succeeded", job.error
        orders = [json.loads((folder / f"attempt-{n}/order.json").read_text()) for n in (1, 2)]
        assert [order["micro_batch"] for order in orders] == [16, 8]
        assert [row["step"] for row in await metrics(api, job_id)] == list(range(1, 9))


async def test_full_disk_ends_the_job_and_not_the_server(api, lora_folder):
    """A limit on the size of a file stands for the disk."""
    job_id = await start(api, method=supervised(n_epochs=50, batch_size=6))
    await at_step(api, job_id, 1)
    (child,) = workers(job_folder(lora_folder, job_id))
    resource.prlimit(child, resource.RLIMIT_FSIZE, (10_000, 10_000))

    job = await ended(api, job_id)

    assert (job.status, job.error.code) == ("failed", "disk_full")

    async def is_tidy():
        return not list(job_folder(lora_folder, job_id).glob("attempt-*/checkpoints"))

    await until(is_tidy)  # comes after the end is told


async def test_child_that_is_always_killed_fails_the_job(api, lora_folder):
    """Three attempts in a row without progress are enough."""
    job_id = await start(api, method=supervised(n_epochs=1, batch_size=6))
    folder = job_folder(lora_folder, job_id)
    await job_in(api, job_id, "running")
    for number in (1, 2, 3):
        kill(await worker_of(folder / f"attempt-{number}"))

    job = await ended(api, job_id)

    assert (job.status, job.error.code) == ("failed", "killed")
    assert len(list(folder.glob("attempt-*"))) <= 3  # they are on their way out
    assert str(lora_folder) not in job.error.message


async def test_line_that_is_refused_costs_no_child(api, lora_folder):
    """Bad files are told as by the rehearsal, before anything is loaded."""
    job_id = await start(api, ROWS + b'{"messages": []}\n')

    job = await ended(api, job_id)

    assert (job.status, job.error.code) == ("failed", "invalid_training_file")
    assert "line 13" in job.error.message


async def test_job_that_cannot_fit_is_refused_with_numbers(tmp_path, lora_base):
    async with lora_engine(tmp_path, lora_base, "--memory-bytes=200000000") as (_, api):
        job_id = await start(api)

        job = await ended(api, job_id)
        events = await messages(api, job_id)

    assert (job.status, job.error.code) == ("failed", "insufficient_memory")
    assert "cpu has 0.2 GB free" in job.error.message
    assert any(" of 0.2 GB free on cpu" in event for event in events)
    await no_workers(tmp_path)


async def test_base_that_vanishes_is_told(tmp_path, lora_base):
    base = shutil.copytree(lora_base, tmp_path / MODEL)
    async with lora_engine(tmp_path, base) as (_, api):
        (base / "model.safetensors").unlink()

        job = await ended(api, await start(api))

    assert (job.status, job.error.code, job.error.param) == ("failed", "base_missing", "model")
    assert str(tmp_path) not in job.error.message


async def test_server_that_comes_back_with_another_base_or_backend(tmp_path, lora_base):
    """A job waits until its base is offered; models of the other backend are not there."""
    other = shutil.copytree(lora_base, tmp_path / "other")
    async with lora_engine(tmp_path, lora_base) as (_, api):
        job_id = await start(api)
    async with lora_engine(tmp_path, other) as (_, api):
        job = await api.fine_tuning.jobs.retrieve(job_id)
        assert (job.status, job.error) == ("paused", None)
        with pytest.raises(NotFoundError, match=MODEL):
            await api.fine_tuning.jobs.resume(job_id)
    async with engine(tmp_path) as child, client(child.ready) as api:
        name = (await ended(api, await start(api))).fine_tuned_model
    async with lora_engine(tmp_path, lora_base) as (_, api):
        assert [model.id for model in (await api.models.list()).data] == [MODEL]
        with pytest.raises(NotFoundError, match=MODEL):
            await api.chat.completions.create(model=name, messages=ASKED)
        with pytest.raises(NotFoundError, match=MODEL):
            await start(api, model=name)
        resumed = await api.fine_tuning.jobs.resume(job_id)
        assert resumed.status == "validating_files"


async def test_estimate_comes_close_after_a_run(api, lora_url):
    """Asked over HTTP before a job: memory, time, rates, and what the multiplier means."""
    wish = {"model": MODEL, "n_examples": N_ROWS, "example_tokens": 400, "longest_example": 40}

    found = await api.post("/engine/estimates", cast_to=object, body=wish)

    assert isinstance(found, dict)
    assert found["device"] == "cpu"
    assert found["hyperparameters"] == {
        "n_epochs": 9,
        "batch_size": 1,
        "learning_rate_multiplier": 1.0,
    }
    assert found["learning_rate"] == found["auto_learning_rate"] == 5e-4
    assert found["fits"] is True
    assert 0 < found["seconds"] < 3600
    assert 10**8 < found["memory_bytes"] < found["memory_available_bytes"]
