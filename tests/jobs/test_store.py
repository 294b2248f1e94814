"""Jobs as the provider told them last, and their events, each once."""

from dataclasses import replace

import pytest

from bot.domain.datasets import Dataset
from bot.domain.training import JobStatus, Refusal, TrackedJob
from bot.jobs.store import JobStore
from bot.storage.database import Database, Transaction
from bot.training.store import RunStore
from tests.fakes import event_of, job_of
from tests.rows import plan


@pytest.fixture
def jobs(database: Database) -> JobStore:
    return JobStore(database)


async def save(database: Database, jobs: JobStore, job, **origin) -> None:
    await database.write(lambda tx: jobs.save(tx, job, **origin))


async def add(database: Database, jobs: JobStore, *events) -> None:
    await database.write(lambda tx: jobs.add_events(tx, "ftjob-1", events))


async def get(jobs: JobStore, job_id: str = "ftjob-1") -> TrackedJob:
    tracked = await jobs.get(job_id)
    assert tracked is not None
    return tracked


async def test_job_is_stored_as_it_was_told(database: Database, jobs: JobStore):
    job = job_of(
        status="failed",
        fine_tuned_model="ft:m:org:natasha-v1:1",
        finished_at=1_700_000_900,
        estimated_finish=1_700_000_800,
        trained_tokens=184_302,
        result_file="file-9",
        seed=7,
        refusal=Refusal(code="", message="почему-то"),
    )

    await save(database, jobs, job, followed_by=5)

    tracked = await get(jobs)
    assert tracked == TrackedJob(
        job=job, number=tracked.number, run_id=None, followed_by=5, started_by=5, metrics=[]
    )
    assert await jobs.numbered(tracked.number) == tracked
    assert await jobs.get("ftjob-404") is None
    assert await jobs.numbered(404) is None


async def test_job_of_a_server_that_tells_little(database: Database, jobs: JobStore):
    """A word that nobody knows is kept, for people to read."""
    job = job_of(status="warming_up", n_epochs=None, suffix=None, created_at=0, training_file="")

    await save(database, jobs, job)

    tracked = await get(jobs)
    assert tracked.job == job
    assert tracked.job.status is JobStatus.UNKNOWN
    assert tracked.name == "ftjob-1"


async def test_later_words_replace_earlier_ones_the_origin_stays(
    database: Database, jobs: JobStore, dataset: Dataset
):
    run = await plan(database, RunStore(database), dataset)
    await save(database, jobs, job_of(status="queued"), run_id=run.id)
    number = (await get(jobs)).number

    done = job_of(status="succeeded", fine_tuned_model="ft:a", trained_tokens=9, finished_at=2)
    await save(database, jobs, done)

    assert await get(jobs) == TrackedJob(
        job=done, number=number, run_id=run.id, followed_by=None, price_usd=0.92, metrics=[]
    )


async def test_job_that_is_followed_and_turns_out_to_be_ours(
    database: Database, jobs: JobStore, dataset: Dataset
):
    run = await plan(database, RunStore(database), dataset)
    await save(database, jobs, job_of(), followed_by=5)

    await save(database, jobs, job_of(), run_id=run.id)

    tracked = await get(jobs)
    assert (tracked.run_id, tracked.followed_by) == (run.id, 5)


async def test_job_is_over_once(database: Database, jobs: JobStore):
    """Whoever closes it tells the admins, so only one may."""
    await save(database, jobs, job_of())

    closed = [await database.write(lambda tx: jobs.close(tx, "ftjob-1")) for _ in range(3)]

    assert closed == [True, False, False]
    assert await jobs.active() == []


async def test_late_answer_does_not_bring_a_job_back_to_life(database: Database, jobs: JobStore):
    """Asked before the end, answered after it: nobody would look at the job again."""
    await save(database, jobs, job_of(status="cancelled"))
    await database.write(lambda tx: jobs.close(tx, "ftjob-1"))

    await save(database, jobs, job_of(status="running"))
    assert (await get(jobs)).job.status is JobStatus.CANCELLED

    await save(database, jobs, job_of(status="cancelled", trained_tokens=9))
    assert (await get(jobs)).job.trained_tokens == 9


async def test_active_jobs_oldest_first(database: Database, jobs: JobStore):
    """In a list for people those that go on come first, and newer ones before older."""
    for name, created_at in (("a", 30), ("b", 10), ("c", 20), ("d", 5), ("e", 40)):
        await save(database, jobs, job_of(name, created_at=created_at))

    async def close_some(tx: Transaction) -> None:
        for name in ("c", "d", "e"):
            await jobs.close(tx, name)

    await database.write(close_some)

    assert await jobs.active() == ["b", "a"]
    assert await jobs.count() == 5
    pages = [await jobs.page(skip=skip, limit=2) for skip in (0, 2, 4, 6)]
    assert [[job.job.id for job in page] for page in pages] == [["a", "b"], ["e", "c"], ["d"], []]


async def test_events_are_stored_once_as_they_came_first(database: Database, jobs: JobStore):
    await save(database, jobs, job_of())
    await add(database, jobs, event_of("e1", message="начало"), event_of("e2", 2, message="дальше"))
    await add(database, jobs, event_of("e1", 9, message="другое"))

    assert await jobs.event_ids("ftjob-1") == {"e1", "e2"}
    assert (await get(jobs)).last_message == "дальше"


async def test_metrics_come_by_step_whatever_their_order(database: Database, jobs: JobStore):
    """Some servers mix them up; of the rest the newest message is shown."""
    await save(database, jobs, job_of())
    metrics = [
        event_of(
            f"m{step}", 5, type="metrics", message="Step", data={"step": step, "train_loss": 1}
        )
        for step in (30, 4, 200)
    ]
    await add(database, jobs, event_of("e2", 9, message="последнее"), *metrics, event_of("e1", 1))
    await add(database, jobs, event_of("odd", 6, type="metrics", data={"step": "x"}))

    tracked = await get(jobs)
    assert [m["step"] for m in tracked.metrics] == ["x", 4, 30, 200]
    assert tracked.metric_times == (6, 5, 5, 5)
    assert tracked.last_message == "последнее"
    assert tracked.warning == ""

    await add(database, jobs, event_of("w", 2, level="warn", message="осторожно"))

    assert (await get(jobs)).warning == "осторожно"


async def test_log_is_read_in_pieces(database: Database, jobs: JobStore):
    """Oldest first; of one second the steps in order; whatever a server has put into them."""
    await save(database, jobs, job_of())
    steps = [event_of(f"a{step}", 5, type="metrics", data={"step": step}) for step in (10, 9)]
    odd = event_of("z", 5, data={"deep": {"step": float("nan")}})
    await add(database, jobs, event_of("last", 7), *steps, odd, event_of("first", 1))

    assert await jobs.event_count("ftjob-1") == 5
    assert await jobs.event_count("ftjob-2") == 0
    log = await jobs.events("ftjob-1")
    assert [event.id for event in log] == ["first", "z", "a9", "a10", "last"]
    assert await jobs.events("ftjob-1", skip=2, limit=2) == log[2:4]
    assert log[2] == steps[1]


async def test_same_event_id_at_two_jobs(database: Database, jobs: JobStore):
    await save(database, jobs, job_of())
    await save(database, jobs, job_of("ftjob-2"))

    await add(database, jobs, event_of("e1"))

    assert await jobs.event_ids("ftjob-2") == set()


@pytest.mark.parametrize("status", list(JobStatus))
async def test_every_status_survives_storage(database: Database, jobs: JobStore, status):
    await save(database, jobs, replace(job_of(), status=status, status_word=status.value))

    assert (await get(jobs)).job.status is status
