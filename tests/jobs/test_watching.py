"""Jobs are followed to their end, and every admin hears of it."""

import asyncio
from dataclasses import replace

import pytest

from bot import errors
from bot.domain.training import JobStatus, Refusal, RunState
from tests.clocks import settle, until
from tests.composition import ADMIN, PROMPT, SECOND_ADMIN, TUNED, BotParts, write_dataset
from tests.fakes import event_of, job_of

ADMINS = (ADMIN, SECOND_ADMIN)
FINISHED = [(admin, "job_finished", {"job_id": "ftjob-1"}) for admin in ADMINS]


async def rung(parts: BotParts) -> list[tuple[int, str]]:
    """New messages, as (person, kind); what changes one does not ring."""
    rows = await parts.database.rows(
        "SELECT chat_id, kind FROM outbox WHERE edit_key IS NULL ORDER BY id"
    )
    return [(row["chat_id"], row["kind"]) for row in rows]


@pytest.fixture
async def running(parts: BotParts) -> BotParts:
    """A job of ours that runs."""
    run = await parts.settled(await parts.confirmed())
    assert run.state is RunState.SUBMITTED
    parts.provider.moves("ftjob-1", "running")
    await parts.looked_at()
    await parts.stale_cards()
    return parts


async def test_what_moves_is_shown_on_the_cards(running: BotParts):
    running.provider.moves("ftjob-1", "running", estimated_finish=1_700_000_900)
    metrics = {"step": 3, "train_loss": 1.5}
    running.provider.logs("ftjob-1", event_of("e1", type="metrics", data=metrics))
    await running.looked_at()

    tracked = await running.tracked()
    assert (tracked.job.status, tracked.metrics) == (JobStatus.RUNNING, [metrics])
    assert await running.stale_cards() == [(admin, "ftjob-1") for admin in ADMINS]
    assert await running.told() == []


async def test_what_does_not_move_touches_nothing(running: BotParts):
    """A look a minute for hours: no card, no write."""
    running.provider.logs("ftjob-1", event_of("e1"))
    await running.looked_at()
    await running.stale_cards()
    for _ in range(5):
        await running.looked_at()

    assert await running.stale_cards() == []


@pytest.mark.parametrize("status", ["succeeded", "failed", "cancelled"])
async def test_end_is_told_to_every_admin_once(running: BotParts, status: str):
    """However often one looks afterwards, also after a restart."""
    refusal = Refusal(code="invalid_training_file", message="строка 7")
    running.provider.moves(
        "ftjob-1", status, refusal=refusal, fine_tuned_model=TUNED, finished_at=1_700_000_900
    )
    await running.looked_at("ftjob-1")
    for _ in range(3):
        running.watching.wake("ftjob-1")
        await running.looked_at("ftjob-1")
    await running.restart()
    await running.looked_at("ftjob-1")

    kind = "trial_finished" if status == "succeeded" else "job_finished"
    assert await until(lambda: rung(running)) == [(admin, kind) for admin in ADMINS]
    assert await running.jobs.active() == []
    assert (await running.tracked()).job.refusal == refusal
    assert (ADMIN, "ftjob-1") in await running.stale_cards()


@pytest.mark.parametrize("word", ["paused", "warming_up", "completed", "SUCCEEDED", ""])
async def test_unknown_word_is_not_the_end(running: BotParts, word: str):
    """It is shown as it is, and the job is looked at further."""
    running.provider.moves("ftjob-1", word)
    await running.looked_at()
    assert await running.told() == []
    assert (await running.tracked()).job.status_word == word

    running.provider.moves("ftjob-1", "failed")
    await running.looked_at("ftjob-1")

    assert await running.told() == FINISHED


async def test_events_are_read_once_more_after_the_end(running: BotParts):
    """The last loss is written after the last look at the running job."""
    running.provider.logs("ftjob-1", event_of("e1"))
    await running.looked_at()
    running.provider.logs("ftjob-1", event_of("e2", 2, message="готово"))
    running.provider.moves("ftjob-1", "succeeded", fine_tuned_model=TUNED)
    n_reads = running.provider.n_calls("new_events ftjob-1")
    await running.looked_at("ftjob-1")

    assert running.provider.n_calls("new_events ftjob-1") == n_reads + 1
    assert (await running.tracked()).last_message == "готово"
    await running.looked_at("ftjob-1")
    assert running.provider.n_calls("new_events ftjob-1") == n_reads + 1


@pytest.mark.parametrize("status", ["validating_files", "queued"])
async def test_events_of_what_has_not_begun_are_not_read(running: BotParts, status: str):
    running.provider.moves("ftjob-1", status)
    n_reads = running.provider.n_calls("new_events ftjob-1")
    await running.looked_at()

    assert running.provider.n_calls("new_events ftjob-1") == n_reads


@pytest.mark.parametrize(
    "error",
    [
        errors.ProviderUnreachable(),
        errors.ProviderUncertain(),
        errors.ProviderBusy(),
        errors.KeyRefused(message="***"),
        errors.JobUnknown(job_id="ftjob-1"),
        errors.ProviderRefused(code="", message="?", status=400),
    ],
)
async def test_job_that_can_not_be_read_is_looked_at_again(running: BotParts, error):
    running.provider.moves("ftjob-1", "failed")
    running.provider.fails("job ftjob-1", error, error)
    await running.looked_at("ftjob-1")
    await running.looked_at("ftjob-1")
    assert await running.told() == []

    await running.looked_at("ftjob-1")

    assert await running.told() == FINISHED


@pytest.mark.parametrize(
    "error",
    [
        errors.ProviderUncertain(),
        errors.JobUnknown(job_id="ftjob-1"),
        errors.ProviderRefused(code="", message="Not Found", status=404),
    ],
)
async def test_end_is_told_though_the_events_can_not_be_read(running: BotParts, error):
    """Some servers have no events; the end matters more than the last line of the log."""
    running.provider.moves("ftjob-1", "failed")
    running.provider.fails("new_events", *[error] * 100)
    await running.looked_at("ftjob-1")

    assert await running.told() == FINISHED


async def test_bug_while_looking_is_tried_again(running: BotParts):
    running.provider.fails("job ftjob-1", ZeroDivisionError())
    running.provider.moves("ftjob-1", "failed")
    await running.looked_at("ftjob-1")

    assert await running.told() == FINISHED


async def test_job_that_hangs_delays_no_other(running: BotParts):
    """One call that never comes back."""
    other = await running.settled(await running.confirmed())
    assert other.job_id == "ftjob-2"
    running.provider.hangs("job ftjob-1")
    running.provider.moves("ftjob-2", "failed")
    for _ in range(3):
        await running.looked_at("ftjob-2")

    told = await running.told("job_finished")
    assert told == [(admin, "job_finished", {"job_id": "ftjob-2"}) for admin in ADMINS]
    assert running.provider.n_calls("job ftjob-1") == 2  # no pile of calls grows meanwhile


# After a success


async def test_success_offers_the_model_and_puts_it_to_the_prompts(running: BotParts):
    """With the system prompt that it was trained with, whatever the dataset says by now."""
    write_dataset(running.path, prompt="Совсем другая.")
    running.provider.moves("ftjob-1", "succeeded", fine_tuned_model=TUNED)
    await running.looked_at("ftjob-1")

    model = await running.models.named(TUNED)
    assert model is not None
    assert (model.system_prompt, model.job_id) == (PROMPT, "ftjob-1")
    (trial_id,) = await running.trial_store.pending()
    await running.looked_at("ftjob-1")
    assert await running.trial_store.pending() == [trial_id]


async def test_success_without_a_model_is_told_and_looked_at_again(running: BotParts):
    """Some servers name the model a little later: then it is offered like any other."""
    running.provider.moves("ftjob-1", "succeeded")
    await running.looked_at("ftjob-1")
    assert await running.told() == []  # the name may come in a moment
    await running.restart(speaks_after_s=0)
    for _ in range(2):
        await running.looked_at("ftjob-1")
        assert await running.told() == FINISHED
    assert await running.trial_store.pending() == []

    running.provider.moves("ftjob-1", "succeeded", fine_tuned_model=TUNED)
    await running.looked_at("ftjob-1")

    assert await running.models.named(TUNED) is not None
    (trial_id,) = await running.trial_store.pending()
    assert await running.jobs.active() == []
    await running.trials.idle(trial_id)
    assert await rung(running) == [(admin, "job_finished") for admin in ADMINS]
    assert await running.told("trial_finished")  # it changes that message


async def test_success_that_waits_for_a_name_moves_no_card(running: BotParts):
    running.provider.moves("ftjob-1", "succeeded")
    await running.looked_at("ftjob-1")
    await running.stale_cards()
    for _ in range(3):
        await running.looked_at("ftjob-1")

    assert await running.stale_cards() == []


async def test_model_that_is_never_named_is_told_so_once(running: BotParts):
    """After a while nobody looks any more, and the admins know what to do."""
    await running.restart(model_patience_s=0)
    running.provider.moves("ftjob-1", "succeeded")
    for _ in range(4):
        running.watching.wake("ftjob-1")
        await running.looked_at("ftjob-1")

    never = [(admin, "job_never_named", {"job_id": "ftjob-1"}) for admin in ADMINS]
    assert await running.told() == never
    assert await running.jobs.active() == []


@pytest.mark.parametrize("status", ["failed", "cancelled"])
async def test_no_model_without_success(running: BotParts, status: str):
    """Some servers name one all the same."""
    running.provider.moves("ftjob-1", status, fine_tuned_model=TUNED)
    await running.looked_at("ftjob-1")

    assert await running.models.named(TUNED) is None
    assert await running.trial_store.pending() == []


# /monitor


async def test_foreign_job_is_followed_from_now_on(parts: BotParts):
    parts.provider.has_job(job_of("ftjob-x"))
    tracked = await parts.watching.follow("ftjob-x", by=ADMIN)

    assert (tracked.job.id, tracked.run_id, tracked.followed_by) == ("ftjob-x", None, ADMIN)
    assert await parts.jobs.active() == ["ftjob-x"]
    assert await parts.stale_cards() == [(admin, "ftjob-x") for admin in ADMINS]


async def test_foreign_job_that_is_over_is_told(parts: BotParts):
    """With its model, which is told what the current dataset's models are told."""
    parts.provider.has_job(job_of("ftjob-x", "succeeded", fine_tuned_model=TUNED))
    await parts.watching.follow("ftjob-x", by=ADMIN)
    await parts.watching.idle("ftjob-x")

    assert len(await until(lambda: parts.told("trial_finished"))) == 2
    model = await parts.models.named(TUNED)
    assert model is not None
    assert (model.system_prompt, model.job_id) == (PROMPT, "ftjob-x")


async def test_following_twice_is_following_once(parts: BotParts):
    """Nor is a job of ours made a foreign one."""
    run = await parts.settled(await parts.confirmed())
    n_calls = parts.provider.n_calls("job ftjob-1")

    tracked = await parts.watching.follow("ftjob-1", by=SECOND_ADMIN)

    assert (tracked.run_id, tracked.followed_by) == (run.id, None)
    assert parts.provider.n_calls("job ftjob-1") == n_calls


@pytest.mark.parametrize("error", [errors.JobUnknown(job_id="?"), errors.ProviderUnreachable()])
async def test_job_that_can_not_be_read_is_not_followed(parts: BotParts, error):
    parts.provider.fails("job", error)

    with pytest.raises(type(error)):
        await parts.watching.follow("ftjob-x", by=ADMIN)

    assert await parts.jobs.active() == []


# Questions and /cancel


async def test_which_job_is_meant(parts: BotParts):
    with pytest.raises(errors.NothingActive):
        await parts.watching.the_active()
    await parts.settled(await parts.confirmed())
    assert (await parts.watching.the_active()).job.id == "ftjob-1"
    await parts.settled(await parts.confirmed())

    with pytest.raises(errors.WhichJob) as caught:
        await parts.watching.the_active()

    assert caught.value.params == {"job_ids": "ftjob-1, ftjob-2"}


async def test_button_names_a_job(running: BotParts):
    number = (await running.tracked()).number

    assert (await running.watching.numbered(number)).job.id == "ftjob-1"
    with pytest.raises(errors.JobNotFollowed):
        await running.watching.numbered(404)


async def test_cancelled_job_is_told_once(running: BotParts):
    await running.watching.cancel("ftjob-1")
    await running.looked_at("ftjob-1")

    assert (await running.tracked()).job.status is JobStatus.CANCELLED
    assert await running.told() == FINISHED


async def test_nobody_elses_job_is_cancelled(parts: BotParts):
    parts.provider.has_job(job_of("ftjob-x"))

    with pytest.raises(errors.JobNotFollowed):
        await parts.watching.cancel("ftjob-x")

    assert parts.provider.calls == []


async def test_job_that_is_over_is_not_cancelled(running: BotParts):
    running.provider.moves("ftjob-1", "succeeded")
    await running.looked_at("ftjob-1")

    with pytest.raises(errors.JobFinished):
        await running.watching.cancel("ftjob-1")

    assert running.provider.n_calls("cancel ftjob-1") == 0


async def test_refused_cancel_shows_what_is_true(running: BotParts):
    """It had ended meanwhile: the admin reads the refusal, and then how it ended."""
    running.provider.moves("ftjob-1", "failed")
    refusal = errors.ProviderRefused(code="", message="already over", status=400)
    running.provider.fails("cancel", refusal)

    with pytest.raises(errors.ProviderRefused):
        await running.watching.cancel("ftjob-1")
    await running.watching.idle("ftjob-1")

    assert await running.told() == FINISHED


async def test_cancel_of_unknown_end_is_looked_at(running: BotParts):
    """The answer got lost: the card tells whether it was stopped."""
    running.provider.moves("ftjob-1", "cancelled")
    running.provider.fails("cancel", errors.ProviderUncertain())

    with pytest.raises(errors.ProviderUncertain):
        await running.watching.cancel("ftjob-1")
    await running.watching.idle("ftjob-1")

    assert await running.told() == FINISHED


async def test_look_that_was_overtaken_by_the_end_does_not_undo_it(running: BotParts):
    """Asked while it ran, answered after it was cancelled: nobody would look again."""
    held = running.provider.hangs("new_events ftjob-1")
    running.watching.wake("ftjob-1")
    await until(lambda: running.provider.n_calls("new_events ftjob-1") == 2)
    over = replace(
        running.provider.jobs["ftjob-1"], status=JobStatus.CANCELLED, status_word="cancelled"
    )
    running.provider.has_job(over)
    await running.watching._store(over, [])
    running.provider.logs("ftjob-1", event_of("e1"))
    held.set()
    await running.watching.idle("ftjob-1")

    assert (await running.tracked()).job.status is JobStatus.CANCELLED
    assert await running.told() == FINISHED


async def test_close_stops_looking(running: BotParts):
    running.provider.hangs("job ftjob-1")
    await running.watching.tick()
    await settle()
    async with asyncio.timeout(100):
        await running.watching.close()

    n_calls = len(running.provider.calls)
    await running.watching.tick()
    await settle()
    assert len(running.provider.calls) == n_calls
