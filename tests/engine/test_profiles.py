"""Each way in which a provider differs from OpenAI, seen through the real client."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from bot.runtime.children import start
from engine.profiles import PROFILES
from engine.settings import read_settings
from tests import forkserver
from tests.engine.conftest import (
    BASE,
    FAST,
    KEY,
    PLAIN_HTTP,
    client,
    job_in,
    new_job,
    tuned,
    until,
    upload,
)
from tests.engine.pairs import GOOD_FILE

QUESTION: Any = [{"role": "user", "content": "Как начать свой бизнес?"}]
SLOW = "--running-seconds=600"
ROUTES = ("/models", "/files", "/fine_tuning/jobs")


@asynccontextmanager
async def playing(folder: Path, profile: str, *options: str) -> AsyncIterator[AsyncOpenAI]:
    """A client of an engine that plays *profile*; only `odd` may leave OpenAI's schema."""
    arguments = (*FAST, f"--data={folder / 'engine'}", f"--profile={profile}", *options)
    log, environment = folder / "engine.log", {"ENGINE_API_KEYS": KEY}
    python = forkserver.python()
    child = await start("engine", *arguments, log=log, env=environment, python=python)
    try:
        async with plain(child.ready) if profile == "odd" else client(child.ready) as api:
            yield api
    finally:
        assert await child.stop() == 0


@asynccontextmanager
async def plain(url: str) -> AsyncIterator[AsyncOpenAI]:
    """A client that takes whatever comes."""
    http = DefaultAsyncHttpxClient(**PLAIN_HTTP)
    async with AsyncOpenAI(base_url=url, api_key=KEY, max_retries=0, http_client=http) as api:
        yield api


def root(api: AsyncOpenAI) -> str:
    return str(api.base_url).removesuffix("/v1/")


async def deploy(api: AsyncOpenAI, model: str) -> int:
    """What an administrator does in the provider's own console; the answer's status."""
    async with httpx2.AsyncClient(**PLAIN_HTTP) as http:
        answer = await http.post(
            f"{root(api)}/engine/deployments",
            json={"model": model},
            headers={"Authorization": f"Bearer {KEY}"},
        )
    return answer.status_code


async def answer_of(api: AsyncOpenAI, model: str) -> str | None:
    answer = await api.chat.completions.create(model=model, messages=QUESTION)
    return answer.choices[0].message.content


async def is_unknown(api: AsyncOpenAI, model: str) -> bool:
    """Whether neither the chat nor the list of models knows it."""
    with pytest.raises(openai.NotFoundError):
        await answer_of(api, model)
    with pytest.raises(openai.NotFoundError):
        await api.models.retrieve(model)
    return model not in [known.id async for known in api.models.list()]


async def metrics_of(api: AsyncOpenAI, job_id: str) -> list[Any]:
    page = await api.fine_tuning.jobs.list_events(job_id, limit=100)
    return [event.data for event in page.data if event.type == "metrics"]


def test_profiles_are_data():
    """Each profile differs from OpenAI in something, and unknown names are refused with a line."""
    others = [profile for name, profile in PROFILES.items() if name != "openai"]
    assert PROFILES["openai"] not in others
    assert len(set(others)) == 5

    assert read_settings([], {}).profile == PROFILES["openai"]
    assert read_settings([], {"ENGINE_PROFILE": "azure"}).profile == PROFILES["azure"]
    assert read_settings(["--profile", "odd"], {}).profile == PROFILES["odd"]
    with pytest.raises(SystemExit):
        read_settings(["--profile", "acme"], {})


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_are_documented(name):
    """What each plays is in the engine's paper, and whom it plays in the providers'."""
    docs = Path(__file__).parents[2] / "docs"
    assert f"| `{name}` |" in (docs / "engine.md").read_text(encoding="utf-8")
    assert f"`{name}`" in (docs / "providers.md").read_text(encoding="utf-8")


async def test_last_day_of_all_models_can_be_chosen(tmp_path):
    """For trying what a client does before it; nothing ends on it."""
    assert read_settings([], {}).shutdown_date is None
    assert read_settings([], {"ENGINE_SHUTDOWN_DATE": "2030-02-01"}).shutdown_date == "2030-02-01"
    for wrong in ("soon", "2030-02-30"):
        with pytest.raises(SystemExit):
            read_settings(["--shutdown-date", wrong], {})

    async with playing(tmp_path, "openai", "--shutdown-date", "2020-01-01") as api:
        assert {model.shutdown_date for model in (await api.models.list()).data} == {"2020-01-01"}
        assert await answer_of(api, BASE)
    async with playing(tmp_path, "openai", "--shutdown-date", "never") as api:
        assert {model.shutdown_date for model in (await api.models.list()).data} == {None}


def test_training_can_be_closed_by_option_and_variable():
    assert not read_settings([], {}).training_closed
    assert read_settings(["--training-closed"], {}).training_closed
    assert read_settings([], {"ENGINE_TRAINING_CLOSED": "yes"}).training_closed
    assert not read_settings(["--training-closed", "no"], {}).training_closed
    with pytest.raises(SystemExit):
        read_settings(["--training-closed", "maybe"], {})


@pytest.mark.parametrize("profile", ["openai", "unsloth"])
async def test_closed_training_refuses_jobs_and_nothing_else(tmp_path, profile):
    """403 `training_not_available`, as at OpenAI from 2027-01-06; files and chats go on."""
    async with playing(tmp_path, profile, "--training-closed") as api:
        with pytest.raises(openai.PermissionDeniedError) as refusal:
            await new_job(api)
        assert refusal.value.code == "training_not_available"
        assert (await api.fine_tuning.jobs.list()).data == []
        assert await answer_of(api, BASE)


async def test_openai_has_no_quirk(tmp_path):
    """The default plays what the other tests of the engine are about; tuned models answer here."""
    async with playing(tmp_path, "openai") as api:
        job = await tuned(api, suffix="a." + "x" * 60, metadata={"run": "1"})

        assert job.metadata == {"run": "1"}
        assert len(job.result_files) == 1
        assert (await metrics_of(api, job.id))[0]["total_steps"] > 0
        assert await answer_of(api, job.fine_tuned_model)


async def test_azure_suffix_and_steps(tmp_path):
    """18 characters without dots; nobody tells of how many steps a step is."""
    async with playing(tmp_path, "azure") as api:
        for suffix in ("natasha-prod-v1-long", "natasha.v1"):
            with pytest.raises(openai.BadRequestError) as refusal:
                await new_job(api, suffix=suffix)
            assert refusal.value.param == "suffix"
        assert (await api.fine_tuning.jobs.list()).data == []

        job = await tuned(api, suffix="natasha-premium-v1")
        metrics = await metrics_of(api, job.id)
        assert job.user_provided_suffix == "natasha-premium-v1"
        assert metrics
        assert all("step" in each and "total_steps" not in each for each in metrics)


@pytest.mark.parametrize("profile", ["azure", "crusoe", "nebius"])
async def test_models_must_be_deployed_and_answer_elsewhere(tmp_path, profile):
    """A finished model answers nowhere until it is deployed, and then at an address of its own."""
    async with playing(tmp_path, profile) as api, client(f"{root(api)}/deployed/v1") as elsewhere:
        job = await tuned(api)
        model = job.fine_tuned_model
        assert job.status == "succeeded"
        assert await is_unknown(api, model)
        assert await is_unknown(elsewhere, model)

        assert await deploy(api, "ft:nobody") == 404
        assert await deploy(api, model) == 200

        assert await is_unknown(api, model)
        assert await answer_of(elsewhere, model)
        assert (await elsewhere.models.retrieve(model)).id == model
        assert await answer_of(api, BASE)


async def test_deployment_can_come_by_itself(tmp_path):
    """`--deploy-seconds` plays an administrator who deploys every model after that time."""
    async with (
        playing(tmp_path, "crusoe", "--deploy-seconds=0.2") as api,
        client(f"{root(api)}/deployed/v1") as elsewhere,
    ):
        model = (await tuned(api)).fine_tuned_model

        async def is_there() -> bool:
            return model in [known.id async for known in elsewhere.models.list()]

        assert await until(is_there)
        assert await answer_of(elsewhere, model)


async def test_deployments_need_a_key_and_no_profile_of_their_own(tmp_path):
    """The engine's own route is behind the same door, and ends a `--deploy-seconds` early."""
    async with playing(tmp_path, "openai", "--deploy-seconds=600") as api:
        model = (await tuned(api)).fine_tuned_model
        async with httpx2.AsyncClient(**PLAIN_HTTP) as http:
            address = f"{root(api)}/engine/deployments"
            answer = await http.post(address, json={"model": model})
        assert answer.status_code == 401
        assert await is_unknown(api, model)

        assert await deploy(api, model) == 200
        assert await answer_of(api, model)


async def test_nebius_reads_hyperparameters_at_the_top_only(tmp_path):
    """What stands in `method` is ignored, and the job shows that."""
    inner = {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 5}}}
    async with playing(tmp_path, "nebius", SLOW) as api:
        ignored = await job_in(api, await new_job(api, method=inner), "running")
        both = await job_in(
            api, await new_job(api, method=inner, hyperparameters={"n_epochs": 2}), "running"
        )

        assert ignored.method is None
        assert ignored.hyperparameters.n_epochs == 3  # what "auto" came to
        assert both.hyperparameters.n_epochs == 2


async def test_unsloth_trains_one_at_a_time(tmp_path):
    """A second job is a 409 until the first is over, however many ask; `metadata` is dropped."""
    async with playing(tmp_path, "unsloth", SLOW) as api:
        file = await upload(api)
        first = await api.fine_tuning.jobs.create(
            model=BASE, training_file=file, metadata={"run": "1"}, seed=7
        )
        assert (first.metadata, first.seed) == (None, 7)

        with pytest.raises(openai.ConflictError) as refusal:
            await api.fine_tuning.jobs.create(model=BASE, training_file=file)
        assert first.id in refusal.value.message

        await api.fine_tuning.jobs.cancel(first.id)
        await api.fine_tuning.jobs.create(model=BASE, training_file=file)
        assert len((await api.fine_tuning.jobs.list()).data) == 2


async def test_unsloth_keeps_files_to_itself_and_does_not_pause(tmp_path):
    """`files.delete` 405, `files.content` 404, pause 400, and no result file after a success."""
    async with playing(tmp_path, "unsloth", "--running-seconds=1") as api:
        job_id = await new_job(api)
        with pytest.raises(openai.BadRequestError):
            await api.fine_tuning.jobs.pause(job_id)
        with pytest.raises(openai.BadRequestError):
            await api.fine_tuning.jobs.resume(job_id)

        job = await job_in(api, job_id, "succeeded")
        assert job.result_files == []
        assert await answer_of(api, job.fine_tuned_model)
        with pytest.raises(openai.NotFoundError):
            await api.files.content(job.training_file)
        with pytest.raises(openai.APIStatusError) as refusal:
            await api.files.delete(job.training_file)
        assert refusal.value.status_code == 405
        assert (await api.files.retrieve(job.training_file)).id == job.training_file


async def test_odd_lists(tmp_path):
    """Filters, `after` and `has_more` mean nothing, `metadata` is forgotten."""
    async with playing(tmp_path, "odd", "--queued-seconds=600") as api:
        jobs = [await new_job(api, metadata={"run": str(n)}) for n in range(3)]

        raw = await api.fine_tuning.jobs.with_raw_response.list(limit=2, after=jobs[2])
        page = raw.http_response.json()
        assert "has_more" not in page
        assert [job["id"] for job in page["data"]] == [jobs[2], jobs[1]]
        assert {job["metadata"] is None for job in page["data"]} == {True}
        found = await api.fine_tuning.jobs.list(metadata={"run": "0"})
        assert len(found.data) == 3
        files = await api.files.list(purpose="nothing", after="nobody")
        assert len(files.data) == 1


async def test_odd_files(tmp_path):
    """The same bytes are the same file, whoever uploads them under whichever name."""
    async with playing(tmp_path, "odd") as api:
        first = await upload(api, name="mine.jsonl")
        assert await upload(api, name="theirs.jsonl") == first
        assert await upload(api, GOOD_FILE + b"\n") != first


async def test_odd_files_at_once(tmp_path):
    """They are one file for uploads of the same moment as well, and take its bytes once."""
    async with playing(tmp_path, "odd", f"--bytes-per-key={len(GOOD_FILE)}") as api:
        found = await asyncio.gather(*(upload(api) for _ in range(8)))
        listed = (await api.files.list()).data

    assert set(found) == {file.id for file in listed}
    assert len(listed) == 1


async def test_odd_chats(tmp_path):
    """What OpenAI's newer models refuse is refused by name; their own parameters will do."""
    async with playing(tmp_path, "odd") as api:
        refused: dict[str, Any] = {"max_tokens": 5, "temperature": 0.5}
        for name, value in refused.items():
            options: Any = {name: value}
            with pytest.raises(openai.BadRequestError) as refusal:
                await api.chat.completions.create(model=BASE, messages=QUESTION, **options)
            assert (refusal.value.code, refusal.value.param) == ("unsupported_parameter", name)
        answer = await api.chat.completions.create(
            model=BASE, messages=QUESTION, max_completion_tokens=5
        )
        assert answer.choices[0].finish_reason == "length"


async def test_odd_jobs(tmp_path):
    """Statuses of its own, healthy jobs with `error: {}`, shuffled events, a base64 result file."""
    seen: list[str] = []
    async with playing(tmp_path, "odd", "--running-seconds=2") as api:
        job_id = await new_job(api)

        async def is_over() -> bool:
            job: Any = await api.fine_tuning.jobs.retrieve(job_id)
            seen.append(job.status)
            assert job.error is not None
            assert job.error.code is None
            return bool(job.status == "succeeded")

        await until(is_over)
        order = [word for n, word in enumerate(seen) if word not in seen[:n]]
        assert [word for word in order if word not in ("validating_files", "queued")] == [
            "preparing",
            "running",
            "post_processing",
            "succeeded",
        ]

        events: Any = (await api.fine_tuning.jobs.list_events(job_id, limit=100)).data
        again = (await api.fine_tuning.jobs.list_events(job_id, limit=100)).data
        steps = [event.data["step"] for event in events if event.type == "metrics"]
        assert [event.id for event in events] == [event.id for event in again]
        assert {event.type for event in events} == {"metrics", "moderation_checks"}
        assert steps not in (sorted(steps), sorted(steps, reverse=True))

        (file_id,) = (await api.fine_tuning.jobs.retrieve(job_id)).result_files
        content = (await api.files.content(file_id)).content
        assert base64.b64decode(content, validate=True).startswith(b"step,train_loss,")
