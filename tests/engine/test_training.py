"""A job's walk: states in order, pause, cancellation, and ends of the process in its middle."""

import asyncio
import time

import openai
import pytest

from tests.engine.conftest import (
    all_events,
    client,
    engine,
    engine_and_api,
    job_in,
    new_job,
    until,
)

A_MOMENT_EACH = ("--validating-seconds=1", "--queued-seconds=0.7", "--running-seconds=1")
FOR_EVER = "600"


async def at_step(api, job_id, step):
    """Wait until *step* was told; returns the latest one."""

    async def look():
        events = (await api.fine_tuning.jobs.list_events(job_id, limit=1)).data
        told = events[0].data.get("step", 0)
        return told if told >= step else None

    return await until(look)


async def refused(call, words):
    """The call is a 400 that says *words*."""
    with pytest.raises(openai.BadRequestError, match=words):
        await call


async def test_states_come_in_order_and_last_as_long_as_set(tmp_path):
    """validating_files, queued, running, succeeded: none skipped, each for its time."""
    async with engine_and_api(tmp_path, *A_MOMENT_EACH) as api:
        begin = time.monotonic()
        job_id = await new_job(api)
        seen: list[str] = []

        async def look():
            latest = (await all_events(api, job_id))[-1]
            job = await api.fine_tuning.jobs.retrieve(job_id)
            if not seen or seen[-1] != job.status:
                seen.append(job.status)
            if job.status == "running" and latest.type == "metrics":
                assert job.estimated_finish is not None
            assert (job.trained_tokens is None) == (job.status != "succeeded")
            return job.finished_at

        await until(look)

        told = [event.message for event in await all_events(api, job_id)]
        begins = (
            "Validating training file",
            "Files validated",
            "Fine-tuning job started",
            "The job",
        )
        assert [next(m for m in told if m.startswith(begin)) for begin in begins] == [
            message for message in told if message.startswith(begins)
        ]
        order = ["validating_files", "queued", "running", "succeeded"]
        assert seen == [state for state in order if state in seen]  # a busy machine misses some
        assert time.monotonic() - begin > 2.6


@pytest.mark.parametrize("stage", ["validating_files", "queued", "running"])
async def test_pause_cancel_and_kill_in_every_state(tmp_path, stage):
    """In each state: a paused job stands still and resumes, a cancelled one is over, also paused;
    after a kill -9 the paused one is still paused and the others go on by themselves."""
    slow = f"--{stage.removesuffix('_files')}-seconds={FOR_EVER}"
    async with engine(tmp_path, slow) as child, client(child.ready) as api:
        jobs = api.fine_tuning.jobs
        going, held, dropped, both = [await new_job(api) for _ in range(4)]
        for job_id in (going, held, dropped, both):
            await job_in(api, job_id, stage)
        asked = (await jobs.retrieve(going)).hyperparameters
        assert asked.n_epochs == ("auto" if stage == "validating_files" else 3)

        for job_id in (held, both):
            paused = await jobs.pause(job_id)
            assert (str(paused.status), paused.estimated_finish) == ("paused", None)
            await refused(jobs.pause(job_id), "cannot be paused: its status is paused")
        for job_id in (dropped, both):
            job = await jobs.cancel(job_id)
            assert (job.status, job.fine_tuned_model, job.trained_tokens) == (
                "cancelled",
                None,
                None,
            )
            assert job.finished_at is not None
            for again in (jobs.cancel, jobs.pause, jobs.resume):
                await refused(again(job_id), "its status is cancelled")
        left = {folder.name for folder in (tmp_path / "engine" / "jobs").iterdir()}
        assert left == {going, held}
        await child.kill()

    async with engine_and_api(tmp_path) as api:
        assert (await job_in(api, going, "succeeded", "failed")).status == "succeeded"
        assert str((await api.fine_tuning.jobs.retrieve(held)).status) == "paused"
        assert (await api.fine_tuning.jobs.resume(held)).status == stage
        assert (await job_in(api, held, "succeeded", "failed")).status == "succeeded"
        for over in (api.fine_tuning.jobs.resume, api.fine_tuning.jobs.pause):
            await refused(over(held), "its status is succeeded")


async def test_pause_loses_no_step_and_repeats_none(tmp_path):
    """Paused and resumed in mid-training, every step is told once."""
    async with engine_and_api(tmp_path, "--running-seconds=1") as api:
        job_id = await new_job(api)
        await at_step(api, job_id, 20)
        await api.fine_tuning.jobs.pause(job_id)
        held = len(await all_events(api, job_id))
        await asyncio.sleep(0.1)
        assert len(await all_events(api, job_id)) == held
        await api.fine_tuning.jobs.resume(job_id)
        await job_in(api, job_id, "succeeded")

        steps = [e.data["step"] for e in await all_events(api, job_id) if e.type == "metrics"]

        assert steps == list(range(1, 61))


async def test_two_cancellations_at_once_have_one_winner(tmp_path):
    """Ten people press cancel together: one of them did it."""
    async with engine_and_api(tmp_path, f"--running-seconds={FOR_EVER}") as api:
        job_id = await new_job(api)

        outcomes = await asyncio.gather(
            *(api.fine_tuning.jobs.cancel(job_id) for _ in range(10)), return_exceptions=True
        )

        assert sum(not isinstance(o, openai.BadRequestError) for o in outcomes) == 1
        messages = [event.message for event in await all_events(api, job_id)]
        assert messages.count("The job was cancelled") == 1


async def test_success_cannot_be_cancelled(api):
    """What is over is over: 400, as at OpenAI."""
    job_id = await new_job(api)
    await job_in(api, job_id, "succeeded")

    with pytest.raises(openai.BadRequestError, match="its status is succeeded"):
        await api.fine_tuning.jobs.cancel(job_id)


async def test_running_job_survives_kill_9(tmp_path):
    """Killed twice in mid-training, a job goes on after its last step and tells each step once."""
    async with engine(tmp_path, "--running-seconds=1.5") as child, client(child.ready) as api:
        job_id = await new_job(api, metadata={"run": "7"})
        first = await at_step(api, job_id, 5)
        await child.kill()

    async with engine(tmp_path, "--running-seconds=1.5") as child, client(child.ready) as api:
        job = await api.fine_tuning.jobs.retrieve(job_id)
        assert (job.status, job.metadata) == ("running", {"run": "7"})
        assert await at_step(api, job_id, first + 5) < 60
        await child.kill()

    async with engine_and_api(tmp_path) as api:
        job = await job_in(api, job_id, "succeeded", "failed")
        assert job.status == "succeeded"
        events = await all_events(api, job_id)
        assert [e.data["step"] for e in events if e.type == "metrics"] == list(range(1, 61))
        assert sum("started" in event.message for event in events) == 1
        assert len((await api.fine_tuning.jobs.checkpoints.list(job_id)).data) == 3


async def test_many_jobs_at_once(tmp_path):
    """Ten jobs go on side by side and do not wait for each other."""
    async with engine_and_api(tmp_path, "--running-seconds=3") as api:
        ids = await asyncio.gather(*(new_job(api) for _ in range(10)))
        jobs = await asyncio.gather(*(job_in(api, job_id, "succeeded", "failed") for job_id in ids))

        assert {job.status for job in jobs} == {"succeeded"}
        assert len({job.fine_tuned_model for job in jobs}) == 10
        starts = [await _started_at(api, job_id) for job_id in ids]
        ends = [job.finished_at for job in jobs]
        one_by_one = sum(end - start for start, end in zip(starts, ends, strict=True))
        assert one_by_one > max(ends) - min(starts)


async def _started_at(api, job_id):
    events = await all_events(api, job_id)
    return next(event.created_at for event in events if "started" in event.message)
