"""Limits for each key: each is named when it is reached, and another key is not touched by it."""

import asyncio
import json
import sqlite3
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import openai
import pytest

from engine.settings import read_settings
from engine.tokens import conversation_tokens
from tests.engine.conftest import (
    BASE,
    KEY,
    PLAIN_HTTP,
    client,
    engine,
    engine_and_api,
    job_in,
    new_job,
    tuned,
    until,
    upload,
)
from tests.engine.pairs import GOOD_FILE

OTHER = "another-key"
"""The second key that `engine` accepts."""
SLOW = "--running-seconds=600"
QUESTION: Any = [{"role": "user", "content": "Привет"}]


@asynccontextmanager
async def two_clients(folder, *options):
    """Clients of one engine with a key each."""
    async with (
        engine(folder, *options) as child,
        client(child.ready) as ours,
        client(child.ready, OTHER) as theirs,
    ):
        yield ours, theirs


def test_limits_are_off_by_default():
    """Each can be set by option and variable; 0 is no limit, less is refused."""
    plain = read_settings([], {})
    chosen = read_settings(["--jobs-per-key=2"], {"ENGINE_CHATS_PER_KEY": "3"})

    assert (plain.jobs_per_key, plain.chats_per_key, plain.bytes_per_key) == (0, 0, 0)
    assert plain.tokens_per_key == 0
    assert (chosen.jobs_per_key, chosen.chats_per_key) == (2, 3)
    for wrong in ("-1", "many", "1.5"):
        with pytest.raises(SystemExit):
            read_settings([f"--bytes-per-key={wrong}"], {})


async def test_jobs_of_a_key_are_limited(tmp_path):
    """The third active job is a 429 that says when to come back; a job that ends makes room."""
    async with two_clients(tmp_path, SLOW, "--jobs-per-key=2") as (ours, theirs):
        first, second = await new_job(ours), await new_job(ours)
        with pytest.raises(openai.RateLimitError, match="2 active fine-tuning jobs") as refusal:
            await new_job(ours)
        other = await new_job(theirs)
        await ours.fine_tuning.jobs.cancel(first)
        third = await new_job(ours)

        seen = [job.id for job in (await theirs.fine_tuning.jobs.list()).data]

    assert refusal.value.code == "rate_limit_exceeded"
    assert int(refusal.value.response.headers["retry-after"]) > 0
    assert seen == [third, other, second, first]  # Keys share an organisation.
    folders = {folder.name for folder in (tmp_path / "engine" / "jobs").iterdir()}
    assert folders == {second, other, third}


async def test_many_jobs_at_once_stay_within_the_limit(tmp_path):
    """Ten requests at the same moment start as many jobs as are allowed."""
    async with engine_and_api(tmp_path, SLOW, "--jobs-per-key=3") as api:
        file_id = await upload(api)
        outcomes = await asyncio.gather(
            *(api.fine_tuning.jobs.create(model=BASE, training_file=file_id) for _ in range(10)),
            return_exceptions=True,
        )

    refused = [each for each in outcomes if isinstance(each, openai.RateLimitError)]
    assert len(refused) == 7


async def test_paused_jobs_do_not_count_until_they_go_on(tmp_path):
    """Pausing makes room; resuming needs room, and that of who created the job."""
    async with two_clients(tmp_path, SLOW, "--jobs-per-key=1") as (ours, theirs):
        held = await new_job(ours)
        await ours.fine_tuning.jobs.pause(held)
        active = await new_job(ours)
        for api in (ours, theirs):
            with pytest.raises(openai.RateLimitError):
                await api.fine_tuning.jobs.resume(held)
        await ours.fine_tuning.jobs.cancel(active)

        resumed = await theirs.fine_tuning.jobs.resume(held)

    assert str(resumed.status) in ("validating_files", "queued", "running")


async def test_resuming_what_is_not_paused_is_refused_for_that_reason(tmp_path):
    """At the limit as well: waiting for room would not help."""
    async with engine_and_api(tmp_path, SLOW, "--jobs-per-key=1") as api:
        job_id = await new_job(api)
        with pytest.raises(openai.BadRequestError, match="cannot be resumed"):
            await api.fine_tuning.jobs.resume(job_id)


async def test_limit_counts_after_a_restart(tmp_path):
    """Who created a job is stored as a fingerprint, and the key itself nowhere."""
    async with engine(tmp_path, SLOW) as child, client(child.ready) as api:
        await new_job(api)
        await child.kill()

    async with two_clients(tmp_path, SLOW, "--jobs-per-key=1") as (ours, theirs):
        with pytest.raises(openai.RateLimitError):
            await new_job(ours)
        await new_job(theirs)

    for path in (tmp_path / "engine").glob("engine.sqlite3*"):
        assert KEY.encode() not in path.read_bytes()
        assert OTHER.encode() not in path.read_bytes()
    with sqlite3.connect(tmp_path / "engine" / "engine.sqlite3") as connection:
        owners = connection.execute("SELECT created_by FROM jobs ORDER BY seq").fetchall()
    connection.close()
    assert len({owner for (owner,) in owners}) == 2
    assert all(len(owner) == 16 for (owner,) in owners)


async def test_jobs_from_before_have_no_owner(tmp_path):
    """A job of an earlier version counts for nobody, and may be resumed by all."""
    async with engine(tmp_path, SLOW) as child, client(child.ready) as api:
        job_id = await new_job(api)
        await api.fine_tuning.jobs.pause(job_id)
    with sqlite3.connect(tmp_path / "engine" / "engine.sqlite3") as connection:
        connection.execute("UPDATE jobs SET created_by = NULL")
        connection.execute("UPDATE files SET created_by = NULL")
    connection.close()

    limits = ("--jobs-per-key=1", f"--bytes-per-key={len(GOOD_FILE)}")
    async with engine_and_api(tmp_path, SLOW, *limits) as api:
        await new_job(api)
        await api.fine_tuning.jobs.resume(job_id)
        assert await job_in(api, job_id, "queued", "running")


async def test_bytes_of_a_key_are_limited(tmp_path):
    """Beyond its bytes a key reads a 400, as at OpenAI; nothing stays; deleting makes room."""
    size = len(GOOD_FILE)
    async with two_clients(tmp_path, f"--bytes-per-key={2 * size}") as (ours, theirs):
        job = await tuned(ours)  # Its result file is the server's, and counts for nobody.
        second = await upload(ours)
        with pytest.raises(openai.BadRequestError, match="file storage quota") as refusal:
            await upload(ours, b"x")
        await upload(theirs)
        await ours.files.delete(second)
        with pytest.raises(openai.BadRequestError, match=f"store {2 * size} bytes, {size} are"):
            await upload(ours, b"x" * (size + 1))
        third = await upload(ours, b"x" * size)
        listed = {file.id for file in (await ours.files.list()).data}
        kept = {path.name for path in (tmp_path / "engine" / "files").iterdir()}

    assert (refusal.value.param, refusal.value.code) == ("file", None)
    assert f"store {2 * size} bytes" in refusal.value.message
    assert {job.training_file, job.result_files[0], third} < listed
    assert kept == listed
    assert list((tmp_path / "engine" / "uploads").iterdir()) == []


async def test_uploads_at_once_stay_within_the_limit(tmp_path):
    """Ten uploads at the same moment store no more than is allowed."""
    async with engine_and_api(tmp_path, "--bytes-per-key=350") as api:
        outcomes = await asyncio.gather(
            *(upload(api, b"x" * 100) for _ in range(10)), return_exceptions=True
        )
        listed = (await api.files.list()).data

    assert sum(isinstance(each, openai.BadRequestError) for each in outcomes) == 7
    assert len(listed) == 3


async def test_answers_at_once_are_limited(tmp_path):
    """A key with two answers under way gets a 429 for the third, plain or streamed; another not."""
    slow = ("--tokens-per-second=1", "--first-token-seconds=0", "--chats-per-key=2")
    async with engine(tmp_path, *slow) as child:
        http = openai.DefaultAsyncHttpxClient(**PLAIN_HTTP)
        plain: dict[str, Any] = {"base_url": child.ready, "max_retries": 0, "http_client": http}
        async with openai.AsyncOpenAI(api_key=KEY, **plain) as ours:
            streams: list[Any] = [
                await ours.chat.completions.create(model=BASE, messages=QUESTION, stream=True)
                for _ in range(2)
            ]
            for stream in (True, False):
                with pytest.raises(openai.RateLimitError, match="2 answers at once") as refusal:
                    await ours.chat.completions.create(model=BASE, messages=QUESTION, stream=stream)
            await ours.models.list()  # Only chats count.
            async with client(child.ready, OTHER) as theirs:
                await theirs.chat.completions.create(model=BASE, messages=QUESTION)
            await streams[0].close()

            async def answered():
                try:
                    return await ours.chat.completions.create(model=BASE, messages=QUESTION)
                except openai.RateLimitError:
                    return None

            assert await until(answered)
            await streams[1].close()

    assert refusal.value.code == "rate_limit_exceeded"
    assert refusal.value.response.headers["retry-after"] == "1"
    assert refusal.value.request_id


async def test_failed_chats_free_their_places(tmp_path):
    """However a chat ends, its place is free: refused, unknown model, or answered."""
    async with engine_and_api(tmp_path, "--chats-per-key=1") as api:
        for _ in range(3):
            with pytest.raises(openai.NotFoundError):
                await api.chat.completions.create(model="none", messages=QUESTION)
            with pytest.raises(openai.BadRequestError):
                await api.chat.completions.create(model=BASE, messages=[])
            await api.chat.completions.create(model=BASE, messages=QUESTION)


async def test_other_address_counts_the_same_answers(tmp_path):
    """Deployed models answer elsewhere, for the same keys and the same limit."""
    options = ("--profile=azure", "--chats-per-key=1", "--tokens-per-second=1")
    async with engine(tmp_path, *options) as child:
        deployed = child.ready.removesuffix("/v1") + "/deployed/v1/chat/completions"
        headers = {"Authorization": f"Bearer {KEY}"}
        body = {"model": BASE, "messages": QUESTION, "stream": True}
        async with (
            httpx2.AsyncClient(headers=headers, **PLAIN_HTTP) as http,
            http.stream("POST", f"{child.ready}/chat/completions", json=body) as first,
        ):
            assert first.status_code == 200
            assert (await http.post(deployed, json=body)).status_code == 429


def tokens_of_an_epoch() -> int:
    """What a job trains of `GOOD_FILE` in one epoch."""
    lines = [json.loads(line) for line in GOOD_FILE.splitlines()]
    return sum(conversation_tokens(line["messages"]) for line in lines)


async def test_tokens_of_a_key_are_limited_until_tomorrow(tmp_path):
    """Trained and answered tokens count, after a kill as well; on the next day all are free."""
    one_epoch: Any = {"hyperparameters": {"n_epochs": 1}}
    limit = f"--tokens-per-key={tokens_of_an_epoch() + 1}"
    async with engine(tmp_path, limit) as child:
        async with client(child.ready) as ours, client(child.ready, OTHER) as theirs:
            job = await tuned(ours, **one_epoch)
            # One token is left: an answer may begin, and it is not cut.
            answer: Any = await ours.chat.completions.create(model=BASE, messages=QUESTION)
            for stream in (True, False):
                with pytest.raises(openai.RateLimitError, match="A new day") as refusal:
                    await ours.chat.completions.create(
                        model=BASE, messages=QUESTION, extra_body={"stream": stream}
                    )
            with pytest.raises(openai.RateLimitError, match="the job takes about"):
                await new_job(ours, **one_epoch)
            await theirs.chat.completions.create(model=BASE, messages=QUESTION)
            n_jobs = len((await theirs.fine_tuning.jobs.list()).data)
        used = job.trained_tokens + answer.usage.total_tokens

        async def is_stored():
            return used in [tokens for _, tokens in rows(tmp_path, "SELECT key, tokens FROM usage")]

        assert await until(is_stored)
        await child.kill()
    async with engine_and_api(tmp_path, limit) as api:
        with pytest.raises(openai.RateLimitError, match=f" {used} are used"):
            await api.chat.completions.create(model=BASE, messages=QUESTION)
    rows(tmp_path, "UPDATE usage SET day = date(day, '-1 day')")
    async with engine_and_api(tmp_path, limit) as api:
        await api.chat.completions.create(model=BASE, messages=QUESTION)

    assert job.trained_tokens == tokens_of_an_epoch()
    assert answer.choices[0].finish_reason == "stop"
    assert (refusal.value.code, refusal.value.type) == ("insufficient_quota", "insufficient_quota")
    assert 0 < int(refusal.value.response.headers["retry-after"]) <= 86_400
    assert n_jobs == 1
    for path in (tmp_path / "engine").glob("engine.sqlite3*"):
        assert KEY.encode() not in path.read_bytes()


async def test_jobs_at_once_stay_within_the_tokens(tmp_path):
    """What active jobs will train is not free, before validation too; a cancelled one frees it."""
    epoch = tokens_of_an_epoch()
    limit = f"--tokens-per-key={3 * epoch + epoch // 2}"
    async with engine_and_api(tmp_path, SLOW, "--validating-seconds=1", limit) as api:
        file_id = await upload(api)

        async def create(n_epochs):
            hyperparameters: Any = {"n_epochs": n_epochs}
            return await api.fine_tuning.jobs.create(
                model=BASE, training_file=file_id, hyperparameters=hyperparameters
            )

        with pytest.raises(openai.RateLimitError):
            await create(n_epochs=4)
        outcomes = await asyncio.gather(
            *(create(n_epochs=1) for _ in range(6)), return_exceptions=True
        )
        begun = [each for each in outcomes if not isinstance(each, BaseException)]
        for job in begun:
            await job_in(api, job.id, "running")
        with pytest.raises(openai.RateLimitError, match="more are for active jobs"):
            await create(n_epochs=1)
        await api.fine_tuning.jobs.pause(begun[0].id)
        await create(n_epochs=1)
        with pytest.raises(openai.RateLimitError):
            await api.fine_tuning.jobs.resume(begun[0].id)
        await api.fine_tuning.jobs.cancel(begun[1].id)
        await api.fine_tuning.jobs.resume(begun[0].id)
        for wrong in ({"training_file": "../engine.sqlite3"}, {"model": "none"}):
            body: Any = {"model": BASE, "training_file": file_id, **wrong}
            with pytest.raises((openai.BadRequestError, openai.NotFoundError)):
                await api.fine_tuning.jobs.create(**body)

    assert len(begun) == 3


async def test_jobs_without_a_good_file_fail_as_ever(tmp_path):
    """A file that can't be counted is no matter of the quota: the job tells its fault."""
    async with engine_and_api(tmp_path, "--tokens-per-key=1000000") as api:
        job = await tuned(api, content=b"{")

    assert job.error.code == "invalid_training_file"


def rows(folder, query):
    """What a query finds in the database of the engine of `folder`."""
    with sqlite3.connect(folder / "engine" / "engine.sqlite3") as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found
