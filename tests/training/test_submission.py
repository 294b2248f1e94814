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
from tests.composition import ADMIN, PARAMETERS, SECOND_ADMIN, BotParts, write_dataset
from tests.fakes import job_of

ADMINS = (ADMIN, SECOND_ADMIN)


def alive(parts: BotParts) -> list[FineTuningJob]:
    """Jobs that cost money."""
    jobs = parts.provider.jobs.values()
    return [job for job in jobs if job.status is not JobStatus.CANCELLED]


async def test_run_becomes_a_job(parts: BotParts):
    """Its own copy of the file, its seed, its mark; every admin gets a card, nobody a message."""
    run = await parts.settled(await parts.confirmed())

    (job,) = parts.provider.jobs.values()
    assert (run.state, run.job_id, run.training_file) == (RunState.SUBMITTED, job.id, "file-1")
    assert (job.training_file, job.seed, job.suffix) == ("file-1", run.seed, "natasha-v1")
    assert job.metadata == {METADATA_KEY: mark_of(run)}
    assert parts.provider.files["file-1"] == parts.path.read_bytes()
    assert parts.submitted == [job.id]
    assert (await parts.tracked(job.id)).run_id == run.id
    assert await parts.stale_cards() == [(admin, job.id) for admin in ADMINS]
    assert await parts.told() == []


async def test_runs_do_not_share_files_or_marks(parts: BotParts):
    runs = [await parts.confirmed() for _ in range(3)]
    for run in runs:
        await parts.settled(run)

    jobs = list(parts.provider.jobs.values())
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
async def test_refusal_is_told_to_every_admin_once(parts: BotParts, step, error, refusal):
    """With the provider's reason; nothing is tried again."""
    parts.provider.fails(step, error)
    run = await parts.settled(await parts.confirmed())

    assert (run.state, run.refusal) == (RunState.REFUSED, refusal)
    assert parts.provider.jobs == {}
    assert parts.provider.n_calls(step) == 1
    news = [(admin, "run_refused", {"run_id": run.id}) for admin in ADMINS]
    assert await parts.told() == news
    await parts.restart()
    parts.submission.wake(run.id)
    await parts.settled(run)
    assert await parts.told() == news
    assert parts.provider.n_calls(step) == 1


@pytest.mark.parametrize("step", ["upload", "create_job"])
@pytest.mark.parametrize("error", [errors.ProviderUnreachable, errors.ProviderBusy])
async def test_what_had_no_effect_is_tried_again(parts: BotParts, step, error):
    parts.provider.fails(step, *(error() for _ in range(MOST_TRIES - 1)))
    run = await parts.settled(await parts.confirmed())

    assert run.state is RunState.SUBMITTED
    assert len(alive(parts)) == 1
    assert await parts.told() == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ProviderUnreachable, "provider_unreachable"),
        (errors.ProviderBusy, "provider_busy"),
    ],
)
@pytest.mark.parametrize("step", ["upload", "create_job"])
async def test_patience_has_an_end(parts: BotParts, step, error, code):
    """Nothing was created, so the admin hears just that."""
    parts.provider.fails(step, *(error() for _ in range(MOST_TRIES)))
    run = await parts.settled(await parts.confirmed())

    assert run.state is RunState.REFUSED
    assert run.refusal == Refusal(code=code, message="")
    assert len(await parts.told("run_refused")) == 2
    assert parts.provider.jobs == {}


async def test_upload_of_unknown_end_is_repeated(parts: BotParts):
    """A second copy of the file does no harm."""
    parts.provider.loses_answer("upload")
    run = await parts.settled(await parts.confirmed())

    assert run.state is RunState.SUBMITTED
    assert (run.training_file, len(parts.provider.files)) == ("file-2", 2)
    assert len(alive(parts)) == 1


async def test_upload_that_never_gets_an_answer_is_refused(parts: BotParts):
    parts.provider.fails("upload", *(errors.ProviderUncertain() for _ in range(MOST_TRIES)))
    run = await parts.settled(await parts.confirmed())

    assert (run.state, run.refusal) == (
        RunState.REFUSED,
        Refusal(code="provider_unreachable", message=""),
    )


async def test_upload_that_a_broken_server_answers_names_its_status(parts: BotParts):
    """Not "can't be reached": the admin reads what the server said."""
    error = errors.ProviderFailed(message="503 Service Unavailable")
    parts.provider.fails("upload", *(error for _ in range(MOST_TRIES)))
    run = await parts.settled(await parts.confirmed())

    assert (run.state, run.refusal) == (
        RunState.REFUSED,
        Refusal(code="provider_failed", message="503 Service Unavailable"),
    )
    assert len(await parts.told("run_refused")) == 2


async def test_creation_of_unknown_end_is_never_repeated(parts: BotParts):
    """The job is there, and is found by its mark."""
    parts.provider.loses_answer("create_job")
    run = await parts.settled(await parts.confirmed())

    (job,) = parts.provider.jobs.values()
    assert (run.state, run.job_id) == (RunState.SUBMITTED, job.id)
    assert parts.provider.n_calls("create_job") == 1
    assert await parts.stale_cards() == [(admin, job.id) for admin in ADMINS]
    assert await parts.told() == []


@pytest.mark.parametrize("skew_s", [0, -CLOCK_SKEW_S + 10, 3600])
async def test_job_without_a_mark_is_known_by_seed_and_file(parts: BotParts, skew_s: int):
    """Servers that drop `metadata`; their clock may differ from ours."""
    parts.provider.keeps_metadata = False
    parts.provider.clock_skew_s = skew_s
    parts.provider.loses_answer("create_job")
    run = await parts.settled(await parts.confirmed())

    assert run.state is RunState.SUBMITTED
    assert parts.provider.n_calls("create_job") == 1


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
async def test_job_that_is_not_provably_ours_is_not_touched(parts: BotParts, foreign):
    """Same account, same file, same model: somebody else's all the same."""
    parts.provider.fails("create_job", errors.ProviderUncertain())
    held = parts.provider.hangs("upload")
    run = await parts.confirmed()
    await until(lambda: parts.provider.calls)
    ours = job_of(
        "ftjob-foreign",
        training_file="file-1",
        seed=run.seed,
        created_at=int(time.time()),
        suffix="natasha-v1",
    )
    parts.provider.has_job(replace(ours, **foreign))
    held.set()
    run = await parts.settled(run)

    assert (run.state, run.job_id) == (RunState.UNCERTAIN, None)
    assert parts.provider.n_calls("cancel ftjob-foreign") == 0
    assert await parts.jobs.active() == []
    assert len(await parts.told("run_uncertain")) == 2


async def test_foreign_job_beside_ours_is_not_touched(parts: BotParts):
    """Neither adopted nor cancelled as surplus, though it has our file and seed."""
    parts.provider.loses_answer("create_job")
    held = parts.provider.hangs("recent_jobs")
    run = await parts.confirmed()
    await until(lambda: parts.provider.jobs)
    (ours,) = parts.provider.jobs.values()
    twin = replace(ours, id="ftjob-twin", metadata={}, created_at=ours.created_at - 1)
    parts.provider.has_job(twin)
    held.set()
    run = await parts.settled(run)

    assert run.job_id == ours.id
    assert parts.provider.jobs["ftjob-twin"] == twin


async def test_of_two_marked_jobs_the_older_is_kept(parts: BotParts):
    """A gateway sent our request twice: one is followed, the other cancelled."""
    parts.provider.loses_answer("create_job")
    held = parts.provider.hangs("recent_jobs")
    run = await parts.confirmed()
    await until(lambda: parts.provider.jobs)
    (older,) = parts.provider.jobs.values()
    younger = replace(older, id="ftjob-0", created_at=older.created_at + 5)
    over = replace(younger, id="ftjob-over", status=JobStatus.FAILED, status_word="failed")
    parts.provider.has_job(younger)
    parts.provider.has_job(over)
    held.set()
    run = await parts.settled(run)

    assert run.job_id == older.id
    assert parts.provider.jobs["ftjob-0"].status is JobStatus.CANCELLED
    assert parts.provider.jobs["ftjob-over"].status is JobStatus.FAILED
    assert await parts.jobs.active() == [older.id]


async def test_surplus_that_an_answered_request_made_is_cancelled(parts: BotParts):
    """The answer came, and named one of the two."""
    held = parts.provider.hangs("recent_jobs")
    run = await parts.confirmed()
    await until(lambda: parts.submitted)
    (job,) = parts.provider.jobs.values()
    parts.provider.has_job(replace(job, id="ftjob-surplus"))
    held.set()
    await parts.settled(run)

    assert [job.id for job in alive(parts)] == [job.id]


async def test_killed_before_the_surplus_was_cancelled(parts: BotParts):
    """It is not forgotten over that."""
    parts.provider.loses_answer("create_job")
    parts.provider.fails("cancel ftjob-0", errors.ProviderBusy())
    listing = parts.provider.hangs("recent_jobs")
    run = await parts.confirmed()
    await until(lambda: parts.provider.jobs)
    (older,) = parts.provider.jobs.values()
    parts.provider.has_job(replace(older, id="ftjob-0", created_at=older.created_at + 5))
    second = parts.provider.hangs("recent_jobs")
    listing.set()
    await until(lambda: parts.provider.n_calls("recent_jobs") == 2)
    await parts.kill()
    second.set()
    parts.provider._troubles.clear()

    await parts.restart()
    run = await parts.settled(run)

    assert run.job_id == older.id
    assert [job.id for job in alive(parts)] == [older.id]


async def test_cancelling_the_surplus_may_fail(parts: BotParts):
    """The run's own job is followed all the same."""
    parts.provider.loses_answer("create_job")
    parts.provider.fails("recent_jobs", errors.ProviderBusy())
    run = await parts.settled(await parts.confirmed())

    assert run.state is RunState.SUBMITTED


async def test_nothing_found_lets_the_admins_decide(parts: BotParts):
    """After some looks; each of them is asked once, and nothing is created meanwhile."""
    parts.provider.fails("create_job", errors.ProviderUncertain())
    run = await parts.settled(await parts.confirmed())

    assert run.state is RunState.UNCERTAIN
    assert parts.provider.n_calls("recent_jobs") == LOOKS
    assert parts.provider.n_calls("create_job") == 1
    assert await parts.told() == [(a, "run_uncertain", {"run_id": run.id}) for a in ADMINS]


async def test_list_that_can_not_be_read_is_said_to_be_so(parts: BotParts):
    """Nobody may claim then that there is no job."""
    parts.provider.fails("create_job", errors.ProviderUncertain())
    parts.provider.fails("recent_jobs", *(errors.ProviderUncertain() for _ in range(LOOKS)))
    run = await parts.settled(await parts.confirmed())

    assert run.state is RunState.UNCERTAIN
    assert [kind for _, kind, _ in await parts.told()] == ["run_unlisted"] * 2


async def test_job_that_appears_late_is_found_while_looking(parts: BotParts):
    """Lists lag behind; some looks fail."""
    parts.provider.loses_answer("create_job")
    parts.provider.fails("recent_jobs", errors.ProviderBusy(), errors.KeyRefused())
    parts.provider.lists_jobs = False
    run = await parts.confirmed()
    await until(lambda: parts.provider.n_calls("recent_jobs") >= 4)
    parts.provider.lists_jobs = True
    run = await parts.settled(run)

    assert run.state is RunState.SUBMITTED
    assert await parts.told() == []


async def uncertain(parts: BotParts, *, has_job: bool) -> int:
    """A run of which the admins were asked; returns its id."""
    parts.provider.lists_jobs = False
    if has_job:
        parts.provider.loses_answer("create_job")
    else:
        parts.provider.fails("create_job", errors.ProviderUncertain())
    run = await parts.settled(await parts.confirmed())
    assert run.state is RunState.UNCERTAIN
    parts.provider.lists_jobs = True
    return run.id


async def test_look_again_finds_it(parts: BotParts):
    run_id = await uncertain(parts, has_job=True)

    assert await parts.submission.look_again(run_id)
    run = await parts.settled(await parts.run(run_id))

    assert run.state is RunState.SUBMITTED
    assert not await parts.submission.look_again(run_id)
    assert not await parts.submission.look_again(404)


async def test_look_again_that_finds_nothing_asks_again(parts: BotParts):
    """With the buttons, for the last question may have lost its own."""
    run_id = await uncertain(parts, has_job=False)

    await parts.submission.look_again(run_id)
    await parts.settled(await parts.run(run_id))

    assert len(await parts.told("run_uncertain")) == 4


async def test_full_disk_costs_one_upload_of_each_file(
    parts: BotParts, caplog: pytest.LogCaptureFixture
):
    """The ids of the files can't be stored, and the run is tried again and again."""
    trigger = """
        CREATE TRIGGER full BEFORE UPDATE ON training_runs WHEN NEW.state = 'creating'
        BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END
    """
    await parts.database.write(lambda tx: tx.execute(trigger))
    run = await parts.confirmed()
    await until(lambda: caplog.text.count(f"training run {run.id} failed") == 3)
    await parts.database.write(lambda tx: tx.execute("DROP TRIGGER full"))
    run = await parts.settled(run)

    assert run.state is RunState.SUBMITTED
    assert list(parts.provider.files) == [run.training_file]
    assert len(parts.provider.jobs) == 1


async def test_try_again_creates_it_once(parts: BotParts):
    """The admin knows that there is none; two admins press at once."""
    run_id = await uncertain(parts, has_job=False)

    moved = await asyncio.gather(*(parts.starts.try_again(run_id) for _ in range(5)))
    run = await parts.settled(await parts.run(run_id))

    assert moved.count(True) == 1
    assert run.state is RunState.SUBMITTED
    assert len(alive(parts)) == 1
    assert (await parts.run(run_id)).training_file == "file-2"


async def test_try_again_looks_first(parts: BotParts):
    """The admin was wrong: the job has appeared, and is taken instead of a second one."""
    run_id = await uncertain(parts, has_job=True)

    await parts.starts.try_again(run_id)
    run = await parts.settled(await parts.run(run_id))

    assert run.state is RunState.SUBMITTED
    assert parts.provider.n_calls("create_job") == 1


async def test_try_again_while_the_job_is_being_found(parts: BotParts):
    """The press comes in the middle of a look: one job, one run, nothing created."""
    run_id = await uncertain(parts, has_job=True)
    held = parts.provider.hangs("recent_jobs")
    await parts.submission.look_again(run_id)
    await until(lambda: parts.provider.n_calls("recent_jobs") == LOOKS + 1)

    assert await parts.starts.try_again(run_id)
    held.set()
    run = await parts.settled(await parts.run(run_id))

    assert run.state is RunState.SUBMITTED
    assert parts.provider.n_calls("create_job") == 1
    assert len(alive(parts)) == 1


async def test_try_again_when_the_lost_one_turns_up_later(parts: BotParts):
    """The list still lags: a second job is made, and one of the two is cancelled by its mark."""
    run_id = await uncertain(parts, has_job=True)
    parts.provider.lists_jobs = False
    held = parts.provider.hangs("create_job")
    await parts.starts.try_again(run_id)
    await until(lambda: parts.provider.n_calls("create_job") == 2)
    parts.provider.lists_jobs = True
    held.set()
    run = await parts.settled(await parts.run(run_id))

    assert run.state is RunState.SUBMITTED
    assert [job.id for job in alive(parts)] == [run.job_id]


async def test_given_up_is_given_up(parts: BotParts):
    """No job, no further look, also after a restart; a late press only reports."""
    run_id = await uncertain(parts, has_job=True)
    n_looks = parts.provider.n_calls("recent_jobs")

    assert await parts.submission.give_up(run_id)
    assert not await parts.submission.give_up(run_id)
    assert not await parts.starts.try_again(run_id)
    assert not await parts.submission.look_again(run_id)
    await parts.restart()
    run = await parts.settled(await parts.run(run_id))

    assert (run.state, run.refusal) == (RunState.REFUSED, Refusal(code="given_up", message=""))
    assert parts.provider.n_calls("recent_jobs") == n_looks
    assert await parts.told("run_refused") == []


async def test_given_up_while_looking_ends_the_search(parts: BotParts):
    run_id = await uncertain(parts, has_job=False)
    held = parts.provider.hangs("recent_jobs")
    await parts.submission.look_again(run_id)
    await until(lambda: parts.provider.n_calls("recent_jobs") == LOOKS + 1)
    await parts.submission.give_up(run_id)
    held.set()
    await parts.settled(await parts.run(run_id))

    assert parts.provider.n_calls("recent_jobs") == LOOKS + 1
    assert len(await parts.told("run_uncertain")) == 2


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("step", ["upload", "create_job", "recent_jobs"])
async def test_killed_at_each_step_makes_one_job(parts: BotParts, step: str, answered: bool):
    """Before and after the provider did what it was asked for."""
    held = parts.provider.hangs(step)
    run = await parts.confirmed()
    await until(lambda: parts.provider.n_calls(step))
    if answered:
        held.set()
        await settle()
    await parts.restart()
    run = await parts.settled(run)
    if run.state is RunState.UNCERTAIN:  # killed before the request: nobody can know that
        assert parts.provider.jobs == {}
        await parts.starts.try_again(run.id)
        run = await parts.settled(run)

    assert run.state is RunState.SUBMITTED
    assert [job.id for job in alive(parts)] == [run.job_id]
    assert parts.provider.n_calls("create_job") <= 2


async def test_killed_between_confirmation_and_upload(parts: BotParts):
    parts.submission._workers._is_closed = True
    run = await parts.confirmed()
    assert (await parts.settled(run)).state is RunState.CONFIRMED

    await parts.restart()
    run = await parts.settled(run)

    assert run.state is RunState.SUBMITTED
    assert len(alive(parts)) == 1


async def test_killed_with_the_job_created_and_the_answer_on_its_way(parts: BotParts):
    parts.provider.loses_answer("create_job")
    parts.provider.hangs("recent_jobs")
    run = await parts.reached(await parts.confirmed(), RunState.UNCERTAIN)
    await parts.restart()
    run = await parts.settled(run)

    assert run.state is RunState.SUBMITTED
    assert parts.provider.n_calls("create_job") == 1


async def test_finished_runs_are_left_alone_at_the_start(parts: BotParts):
    submitted = await parts.settled(await parts.confirmed())
    await parts.plan()
    n_calls = len(parts.provider.calls)

    await parts.restart()
    parts.submission.wake(submitted.id)
    parts.submission.wake(404)
    await parts.settled(submitted)

    assert len(parts.provider.calls) == n_calls


@pytest.mark.parametrize("change", [lambda path: write_dataset(path, n=13), Path.unlink])
async def test_what_was_planned_is_trained_though_the_file_has_changed(parts: BotParts, change):
    """What was priced and checked was kept, whatever lies at DATASET_PATH now."""
    planned = parts.path.read_bytes()
    run = await parts.plan()
    change(parts.path)
    run = await parts.settled(await parts.confirm(run))

    assert run.state is RunState.SUBMITTED
    assert list(parts.provider.files.values()) == [planned]


async def test_kept_file_that_was_changed_is_not_sent(parts: BotParts):
    """Somebody had their fingers in the bot's own folder: nothing is sent."""
    run = await parts.plan()
    write_dataset(Path(run.dataset.path), n=13)
    run = await parts.settled(await parts.confirm(run))

    assert run.refusal == Refusal(code="dataset_changed", message="")
    assert parts.provider.calls == []
    assert len(await parts.told("run_refused")) == 2


async def test_dataset_that_is_gone_is_said_to_be(parts: BotParts):
    run = await parts.plan()
    Path(run.dataset.path).unlink()
    run = await parts.settled(await parts.confirm(run))

    assert run.refusal == Refusal(code="dataset_missing", message="")


async def test_one_run_that_hangs_holds_up_no_other(parts: BotParts):
    parts.provider.hangs("upload")
    first = await parts.confirmed()
    await until(lambda: parts.provider.n_calls("upload") == 1)

    second = await parts.settled(await parts.confirmed())

    assert second.state is RunState.SUBMITTED
    assert (await parts.run(first.id)).state is RunState.UPLOADING


async def test_bug_while_creating_does_not_repeat_the_request(parts: BotParts):
    """Whatever was raised, the request may have been sent: the list is asked, not the API again."""
    parts.provider.fails("create_job", ZeroDivisionError())
    run = await parts.confirmed()
    run = await parts.settled(run)

    assert run.state is RunState.UNCERTAIN
    assert parts.provider.n_calls("create_job") == 1


async def test_two_hundred_presses_make_one_job(parts: BotParts):
    """Double taps, two admins, replays, at once and later."""
    run = await parts.plan()

    presses = await asyncio.gather(
        *(parts.confirm(run, by=ADMINS[n % 2]) for n in range(200)), return_exceptions=True
    )
    await parts.settled(run)

    assert sum(not isinstance(press, Exception) for press in presses) == 1
    assert {type(p) for p in presses if isinstance(p, Exception)} == {errors.PlanTaken}
    assert len(parts.provider.jobs) == 1
    assert run.parameters == PARAMETERS
