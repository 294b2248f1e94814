"""A confirmed plan makes exactly one job, and the admin reads the truth."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bot import errors
from bot.domain.training import FineTuningJob, JobStatus, Refusal, RunState
from bot.training.job_marks import CLOCK_SKEW_S, METADATA_KEY, mark_of
from bot.training.submission import LOOKS, MOST_TRIES
from tests.clocks import settle, until
from tests.composition import ADMIN, PARAMETERS, SECOND_ADMIN, House, write_dataset
from tests.fakes import job_of

ADMINS = (ADMIN, SECOND_ADMIN)


def alive(house: House) -> list[FineTuningJob]:
    """Jobs that cost money."""
    jobs = house.provider.jobs.values()
    return [job for job in jobs if job.status is not JobStatus.CANCELLED]


async def test_run_becomes_a_job(house: House):
    """Its own copy of the file, its seed, its mark; every admin gets a card, nobody a message."""
    run = await house.settled(await house.confirmed())

    (job,) = house.provider.jobs.values()
    assert (run.state, run.job_id, run.training_file) == (RunState.SUBMITTED, job.id, "file-1")
    assert (job.training_file, job.seed, job.suffix) == ("file-1", run.seed, "natasha-v1")
    assert job.metadata == {METADATA_KEY: mark_of(run)}
    assert house.provider.files["file-1"] == house.path.read_bytes()
    assert house.submitted == [job.id]
    assert (await house.tracked(job.id)).run_id == run.id
    assert await house.stale_cards() == [(admin, job.id) for admin in ADMINS]
    assert await house.told() == []


async def test_runs_do_not_share_files_or_marks(house: House):
    runs = [await house.confirmed() for _ in range(3)]
    for run in runs:
        await house.settled(run)

    jobs = list(house.provider.jobs.values())
    assert len({job.training_file for job in jobs}) == 3
    assert len({job.seed for job in jobs}) == 3
    assert len({job.metadata[METADATA_KEY] for job in jobs}) == 3


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (
            errors.ProviderRefused(code="invalid_training_file", message="line 7", status=400),
            Refusal(code="invalid_training_file", message="line 7"),
        ),
        (
            errors.ProviderRefused(code="", message="No.", status=400),
            Refusal(code="provider_refused", message="No."),
        ),
        (errors.KeyRefused(message="***"), Refusal(code="key_refused", message="***")),
        (errors.QuotaExceeded(), Refusal(code="quota_exceeded", message="")),
        (errors.TrainingNotAvailable(), Refusal(code="training_not_available", message="")),
        (errors.ModelUnknown(model="x"), Refusal(code="model_unknown", message="")),
    ],
)
@pytest.mark.parametrize("step", ["upload", "create_job"])
async def test_refusal_is_told_to_every_admin_once(house: House, step, error, refusal):
    """With the provider's reason; nothing is tried again."""
    house.provider.fails(step, error)
    run = await house.settled(await house.confirmed())

    assert (run.state, run.refusal) == (RunState.REFUSED, refusal)
    assert house.provider.jobs == {}
    assert house.provider.n_calls(step) == 1
    news = [(admin, "run_refused", {"run_id": run.id}) for admin in ADMINS]
    assert await house.told() == news
    await house.restart()
    house.submission.wake(run.id)
    await house.settled(run)
    assert await house.told() == news
    assert house.provider.n_calls(step) == 1


@pytest.mark.parametrize("step", ["upload", "create_job"])
@pytest.mark.parametrize("error", [errors.ProviderUnreachable, errors.ProviderBusy])
async def test_what_had_no_effect_is_tried_again(house: House, step, error):
    house.provider.fails(step, *(error() for _ in range(MOST_TRIES - 1)))
    run = await house.settled(await house.confirmed())

    assert run.state is RunState.SUBMITTED
    assert len(alive(house)) == 1
    assert await house.told() == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ProviderUnreachable, "provider_unreachable"),
        (errors.ProviderBusy, "provider_busy"),
    ],
)
@pytest.mark.parametrize("step", ["upload", "create_job"])
async def test_patience_has_an_end(house: House, step, error, code):
    """Nothing was created, so the admin hears just that."""
    house.provider.fails(step, *(error() for _ in range(MOST_TRIES)))
    run = await house.settled(await house.confirmed())

    assert run.state is RunState.REFUSED
    assert run.refusal == Refusal(code=code, message="")
    assert len(await house.told("run_refused")) == 2
    assert house.provider.jobs == {}


async def test_upload_of_unknown_end_is_repeated(house: House):
    """A second copy of the file does no harm."""
    house.provider.loses_answer("upload")
    run = await house.settled(await house.confirmed())

    assert run.state is RunState.SUBMITTED
    assert (run.training_file, len(house.provider.files)) == ("file-2", 2)
    assert len(alive(house)) == 1


async def test_upload_that_never_gets_an_answer_is_refused(house: House):
    house.provider.fails("upload", *(errors.ProviderUncertain() for _ in range(MOST_TRIES)))
    run = await house.settled(await house.confirmed())

    assert (run.state, run.refusal) == (
        RunState.REFUSED,
        Refusal(code="provider_unreachable", message=""),
    )


async def test_creation_of_unknown_end_is_never_repeated(house: House):
    """The job is there, and is found by its mark."""
    house.provider.loses_answer("create_job")
    run = await house.settled(await house.confirmed())

    (job,) = house.provider.jobs.values()
    assert (run.state, run.job_id) == (RunState.SUBMITTED, job.id)
    assert house.provider.n_calls("create_job") == 1
    assert await house.stale_cards() == [(admin, job.id) for admin in ADMINS]
    assert await house.told() == []


@pytest.mark.parametrize("skew_s", [0, -CLOCK_SKEW_S + 10, 3600])
async def test_job_without_a_mark_is_known_by_seed_and_file(house: House, skew_s: int):
    """Servers that drop `metadata`; their clock may differ from ours."""
    house.provider.keeps_metadata = False
    house.provider.clock_skew_s = skew_s
    house.provider.loses_answer("create_job")
    run = await house.settled(await house.confirmed())

    assert run.state is RunState.SUBMITTED
    assert house.provider.n_calls("create_job") == 1


@pytest.mark.parametrize(
    "foreign",
    [
        {"seed": 1},
        {"seed": None},
        {"training_file": "file-9"},
        {"created_at": int(time.time()) - CLOCK_SKEW_S - 100},
        {"metadata": {METADATA_KEY: "1-00000000"}},
        {"metadata": {METADATA_KEY: "999-12345678"}},
    ],
)
async def test_job_that_is_not_provably_ours_is_not_touched(house: House, foreign):
    """Same account, same file, same model: somebody else's all the same."""
    house.provider.fails("create_job", errors.ProviderUncertain())
    held = house.provider.hangs("upload")
    run = await house.confirmed()
    await until(lambda: house.provider.calls)
    ours = job_of(
        "ftjob-foreign",
        training_file="file-1",
        seed=run.seed,
        created_at=int(time.time()),
        suffix="natasha-v1",
    )
    house.provider.has_job(replace(ours, **foreign))
    held.set()
    run = await house.settled(run)

    assert (run.state, run.job_id) == (RunState.UNCERTAIN, None)
    assert house.provider.n_calls("cancel ftjob-foreign") == 0
    assert await house.jobs.active() == []
    assert len(await house.told("run_uncertain")) == 2


async def test_foreign_job_beside_ours_is_not_touched(house: House):
    """Neither adopted nor cancelled as surplus, though it has our file and seed."""
    house.provider.loses_answer("create_job")
    held = house.provider.hangs("recent_jobs")
    run = await house.confirmed()
    await until(lambda: house.provider.jobs)
    (ours,) = house.provider.jobs.values()
    twin = replace(ours, id="ftjob-twin", metadata={}, created_at=ours.created_at - 1)
    house.provider.has_job(twin)
    held.set()
    run = await house.settled(run)

    assert run.job_id == ours.id
    assert house.provider.jobs["ftjob-twin"] == twin


async def test_of_two_marked_jobs_the_older_is_kept(house: House):
    """A gateway sent our request twice: one is followed, the other cancelled."""
    house.provider.loses_answer("create_job")
    held = house.provider.hangs("recent_jobs")
    run = await house.confirmed()
    await until(lambda: house.provider.jobs)
    (older,) = house.provider.jobs.values()
    younger = replace(older, id="ftjob-0", created_at=older.created_at + 5)
    over = replace(younger, id="ftjob-over", status=JobStatus.FAILED, status_word="failed")
    house.provider.has_job(younger)
    house.provider.has_job(over)
    held.set()
    run = await house.settled(run)

    assert run.job_id == older.id
    assert house.provider.jobs["ftjob-0"].status is JobStatus.CANCELLED
    assert house.provider.jobs["ftjob-over"].status is JobStatus.FAILED
    assert await house.jobs.active() == [older.id]


async def test_surplus_that_an_answered_request_made_is_cancelled(house: House):
    """The answer came, and named one of the two."""
    held = house.provider.hangs("recent_jobs")
    run = await house.confirmed()
    await until(lambda: house.submitted)
    (job,) = house.provider.jobs.values()
    house.provider.has_job(replace(job, id="ftjob-surplus"))
    held.set()
    await house.settled(run)

    assert [job.id for job in alive(house)] == [job.id]


async def test_killed_before_the_surplus_was_cancelled(house: House):
    """It is not forgotten over that."""
    house.provider.loses_answer("create_job")
    house.provider.fails("cancel ftjob-0", errors.ProviderBusy())
    listing = house.provider.hangs("recent_jobs")
    run = await house.confirmed()
    await until(lambda: house.provider.jobs)
    (older,) = house.provider.jobs.values()
    house.provider.has_job(replace(older, id="ftjob-0", created_at=older.created_at + 5))
    second = house.provider.hangs("recent_jobs")
    listing.set()
    await until(lambda: house.provider.n_calls("recent_jobs") == 2)
    await house.kill()
    second.set()
    house.provider._troubles.clear()

    await house.restart()
    run = await house.settled(run)

    assert run.job_id == older.id
    assert [job.id for job in alive(house)] == [older.id]


async def test_cancelling_the_surplus_may_fail(house: House):
    """The run's own job is followed all the same."""
    house.provider.loses_answer("create_job")
    house.provider.fails("recent_jobs", errors.ProviderBusy())
    run = await house.settled(await house.confirmed())

    assert run.state is RunState.SUBMITTED


async def test_nothing_found_lets_the_admins_decide(house: House):
    """After some looks; each of them is asked once, and nothing is created meanwhile."""
    house.provider.fails("create_job", errors.ProviderUncertain())
    run = await house.settled(await house.confirmed())

    assert run.state is RunState.UNCERTAIN
    assert house.provider.n_calls("recent_jobs") == LOOKS
    assert house.provider.n_calls("create_job") == 1
    assert await house.told() == [(a, "run_uncertain", {"run_id": run.id}) for a in ADMINS]


async def test_list_that_can_not_be_read_is_said_to_be_so(house: House):
    """Nobody may claim then that there is no job."""
    house.provider.fails("create_job", errors.ProviderUncertain())
    house.provider.fails("recent_jobs", *(errors.ProviderUncertain() for _ in range(LOOKS)))
    run = await house.settled(await house.confirmed())

    assert run.state is RunState.UNCERTAIN
    assert [kind for _, kind, _ in await house.told()] == ["run_unlisted"] * 2


async def test_job_that_appears_late_is_found_while_looking(house: House):
    """Lists lag behind; some looks fail."""
    house.provider.loses_answer("create_job")
    house.provider.fails("recent_jobs", errors.ProviderBusy(), errors.KeyRefused())
    house.provider.lists_jobs = False
    run = await house.confirmed()
    await until(lambda: house.provider.n_calls("recent_jobs") >= 4)
    house.provider.lists_jobs = True
    run = await house.settled(run)

    assert run.state is RunState.SUBMITTED
    assert await house.told() == []


async def uncertain(house: House, *, has_job: bool) -> int:
    """A run of which the admins were asked; returns its id."""
    house.provider.lists_jobs = False
    if has_job:
        house.provider.loses_answer("create_job")
    else:
        house.provider.fails("create_job", errors.ProviderUncertain())
    run = await house.settled(await house.confirmed())
    assert run.state is RunState.UNCERTAIN
    house.provider.lists_jobs = True
    return run.id


async def test_look_again_finds_it(house: House):
    run_id = await uncertain(house, has_job=True)

    assert await house.submission.look_again(run_id)
    run = await house.settled(await house.run(run_id))

    assert run.state is RunState.SUBMITTED
    assert not await house.submission.look_again(run_id)
    assert not await house.submission.look_again(404)


async def test_look_again_that_finds_nothing_asks_again(house: House):
    """With the buttons, for the last question may have lost its own."""
    run_id = await uncertain(house, has_job=False)

    await house.submission.look_again(run_id)
    await house.settled(await house.run(run_id))

    assert len(await house.told("run_uncertain")) == 4


async def test_try_again_creates_it_once(house: House):
    """The admin knows that there is none; two admins press at once."""
    run_id = await uncertain(house, has_job=False)

    moved = await asyncio.gather(*(house.submission.try_again(run_id) for _ in range(5)))
    run = await house.settled(await house.run(run_id))

    assert moved.count(True) == 1
    assert run.state is RunState.SUBMITTED
    assert len(alive(house)) == 1
    assert (await house.run(run_id)).training_file == "file-2"


async def test_try_again_looks_first(house: House):
    """The admin was wrong: the job has appeared, and is taken instead of a second one."""
    run_id = await uncertain(house, has_job=True)

    await house.submission.try_again(run_id)
    run = await house.settled(await house.run(run_id))

    assert run.state is RunState.SUBMITTED
    assert house.provider.n_calls("create_job") == 1


async def test_try_again_while_the_job_is_being_found(house: House):
    """The press comes in the middle of a look: one job, one run, nothing created."""
    run_id = await uncertain(house, has_job=True)
    held = house.provider.hangs("recent_jobs")
    await house.submission.look_again(run_id)
    await until(lambda: house.provider.n_calls("recent_jobs") == LOOKS + 1)

    assert await house.submission.try_again(run_id)
    held.set()
    run = await house.settled(await house.run(run_id))

    assert run.state is RunState.SUBMITTED
    assert house.provider.n_calls("create_job") == 1
    assert len(alive(house)) == 1


async def test_try_again_when_the_lost_one_turns_up_later(house: House):
    """The list still lags: a second job is made, and one of the two is cancelled by its mark."""
    run_id = await uncertain(house, has_job=True)
    house.provider.lists_jobs = False
    held = house.provider.hangs("create_job")
    await house.submission.try_again(run_id)
    await until(lambda: house.provider.n_calls("create_job") == 2)
    house.provider.lists_jobs = True
    held.set()
    run = await house.settled(await house.run(run_id))

    assert run.state is RunState.SUBMITTED
    assert [job.id for job in alive(house)] == [run.job_id]


async def test_given_up_is_given_up(house: House):
    """No job, no further look, also after a restart; a late press only reports."""
    run_id = await uncertain(house, has_job=True)
    n_looks = house.provider.n_calls("recent_jobs")

    assert await house.submission.give_up(run_id)
    assert not await house.submission.give_up(run_id)
    assert not await house.submission.try_again(run_id)
    assert not await house.submission.look_again(run_id)
    await house.restart()
    run = await house.settled(await house.run(run_id))

    assert (run.state, run.refusal) == (RunState.REFUSED, Refusal(code="given_up", message=""))
    assert house.provider.n_calls("recent_jobs") == n_looks
    assert await house.told("run_refused") == []


async def test_given_up_while_looking_ends_the_search(house: House):
    run_id = await uncertain(house, has_job=False)
    held = house.provider.hangs("recent_jobs")
    await house.submission.look_again(run_id)
    await until(lambda: house.provider.n_calls("recent_jobs") == LOOKS + 1)
    await house.submission.give_up(run_id)
    held.set()
    await house.settled(await house.run(run_id))

    assert house.provider.n_calls("recent_jobs") == LOOKS + 1
    assert len(await house.told("run_uncertain")) == 2


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("step", ["upload", "create_job", "recent_jobs"])
async def test_killed_at_each_step_makes_one_job(house: House, step: str, answered: bool):
    """Before and after the provider did what it was asked for."""
    held = house.provider.hangs(step)
    run = await house.confirmed()
    await until(lambda: house.provider.n_calls(step))
    if answered:
        held.set()
        await settle()
    await house.restart()
    run = await house.settled(run)
    if run.state is RunState.UNCERTAIN:  # killed before the request: nobody can know that
        assert house.provider.jobs == {}
        await house.submission.try_again(run.id)
        run = await house.settled(run)

    assert run.state is RunState.SUBMITTED
    assert [job.id for job in alive(house)] == [run.job_id]
    assert house.provider.n_calls("create_job") <= 2


async def test_killed_between_confirmation_and_upload(house: House):
    house.submission._workers._is_closed = True
    run = await house.confirmed()
    assert (await house.settled(run)).state is RunState.CONFIRMED

    await house.restart()
    run = await house.settled(run)

    assert run.state is RunState.SUBMITTED
    assert len(alive(house)) == 1


async def test_killed_with_the_job_created_and_the_answer_on_its_way(house: House):
    house.provider.loses_answer("create_job")
    house.provider.hangs("recent_jobs")
    run = await house.reached(await house.confirmed(), RunState.UNCERTAIN)
    await house.restart()
    run = await house.settled(run)

    assert run.state is RunState.SUBMITTED
    assert house.provider.n_calls("create_job") == 1


async def test_finished_runs_are_left_alone_at_the_start(house: House):
    submitted = await house.settled(await house.confirmed())
    await house.plan()
    n_calls = len(house.provider.calls)

    await house.restart()
    house.submission.wake(submitted.id)
    house.submission.wake(404)
    await house.settled(submitted)

    assert len(house.provider.calls) == n_calls


@pytest.mark.parametrize("change", [lambda path: write_dataset(path, n=13), Path.unlink])
async def test_what_was_planned_is_trained_though_the_file_has_changed(house: House, change):
    """What was priced and checked was kept, whatever lies at DATASET_PATH now."""
    planned = house.path.read_bytes()
    run = await house.plan()
    change(house.path)
    run = await house.settled(await house.confirm(run))

    assert run.state is RunState.SUBMITTED
    assert list(house.provider.files.values()) == [planned]


async def test_kept_file_that_was_changed_is_not_sent(house: House):
    """Somebody had their fingers in the bot's own folder: nothing is sent."""
    run = await house.plan()
    write_dataset(Path(run.dataset.path), n=13)
    run = await house.settled(await house.confirm(run))

    assert run.refusal == Refusal(code="dataset_changed", message="")
    assert house.provider.calls == []
    assert len(await house.told("run_refused")) == 2


async def test_dataset_that_is_gone_is_said_to_be(house: House):
    run = await house.plan()
    Path(run.dataset.path).unlink()
    run = await house.settled(await house.confirm(run))

    assert run.refusal == Refusal(code="dataset_missing", message="")


async def test_one_run_that_hangs_holds_up_no_other(house: House):
    house.provider.hangs("upload")
    first = await house.confirmed()
    await until(lambda: house.provider.n_calls("upload") == 1)

    second = await house.settled(await house.confirmed())

    assert second.state is RunState.SUBMITTED
    assert (await house.run(first.id)).state is RunState.UPLOADING


async def test_bug_while_creating_does_not_repeat_the_request(house: House):
    """Whatever was raised, the request may have been sent: the list is asked, not the API again."""
    house.provider.fails("create_job", ZeroDivisionError())
    run = await house.confirmed()
    run = await house.settled(run)

    assert run.state is RunState.UNCERTAIN
    assert house.provider.n_calls("create_job") == 1


async def test_two_hundred_presses_make_one_job(house: House):
    """Double taps, two admins, replays, at once and later."""
    run = await house.plan()

    presses = await asyncio.gather(
        *(house.confirm(run, by=ADMINS[n % 2]) for n in range(200)), return_exceptions=True
    )
    await house.settled(run)

    assert sum(not isinstance(press, Exception) for press in presses) == 1
    assert {type(p) for p in presses if isinstance(p, Exception)} == {errors.PlanTaken}
    assert len(house.provider.jobs) == 1
    assert run.parameters == PARAMETERS
