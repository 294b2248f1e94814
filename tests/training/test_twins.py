"""Two equal plans are not two paid jobs by accident: the second one asks first."""

import asyncio
from dataclasses import replace

import pytest

from bot import errors
from bot.domain.training import RunState, TrainingRun
from bot.training.entities import RunTwin, StartDoubts
from bot.training.plan_starts import TWIN_S
from bot.training.start_views import ask, ask_again
from tests.composition import ADMIN, PARAMETERS, SECOND_ADMIN, BotParts, person, write_dataset
from tests.screens import RU, RUN, buttons_of, shown


async def start(parts: BotParts, run: TrainingRun, by: int = ADMIN) -> TrainingRun | RunTwin:
    found = await parts.starts.start(run.id, by=by, request_id=parts.request())
    if isinstance(found, StartDoubts):
        assert found.twin is not None
        assert (found.in_use, found.month) == (None, None)
        return found.twin
    return found


async def started(parts: BotParts) -> TrainingRun:
    """A run that the provider has a job for."""
    found = await start(parts, await parts.plan())
    assert isinstance(found, TrainingRun)
    return await parts.settled(found)


async def jobs_end(parts: BotParts, run: TrainingRun, status: str) -> None:
    assert run.job_id is not None
    more = {"fine_tuned_model": "ft:m:org:x:1"} if status == "succeeded" else {}
    parts.provider.moves(run.job_id, status, finished_at=1_800_000_000, **more)
    parts.watching.wake(run.job_id)
    await parts.looked_at(run.job_id)


async def ages(parts: BotParts, seconds: int) -> None:
    """All runs were started that much earlier."""
    await parts.database.write(
        lambda tx: tx.execute(
            "UPDATE training_runs SET confirmed_at = confirmed_at - :s", {"s": seconds}
        )
    )


async def test_second_admin_is_told_who_started_the_same(parts: BotParts):
    """And nothing is started, uploaded or paid."""
    first = await started(parts)
    second = await parts.plan()
    calls = list(parts.provider.calls)

    twin = await start(parts, second, SECOND_ADMIN)

    assert isinstance(twin, RunTwin)
    assert (twin.run_id, twin.by, twin.suffix) == (first.id, ADMIN, "natasha-v1")
    assert (await parts.run(second.id)).state is RunState.PLANNED
    assert parts.provider.calls == calls
    assert (await parts.settled(await parts.confirm(second, SECOND_ADMIN))).job_id == "ftjob-2"


async def test_same_admin_with_two_plans_is_asked_too(parts: BotParts):
    await started(parts)

    assert isinstance(await start(parts, await parts.plan()), RunTwin)


async def test_of_equal_plans_started_at_once_one_is(parts: BotParts):
    """The transaction that starts one sees the other; no moment lies between."""
    plans = [await parts.plan() for _ in range(20)]

    found = await asyncio.gather(
        *(start(parts, run, (ADMIN, SECOND_ADMIN)[n % 2]) for n, run in enumerate(plans))
    )

    [only] = [each for each in found if isinstance(each, TrainingRun)]
    assert {each.run_id for each in found if isinstance(each, RunTwin)} == {only.id}
    await parts.settled(only)
    assert len(parts.provider.jobs) == 1


async def test_restart_in_between_changes_nothing(parts: BotParts):
    """Also while the first one has no job yet."""
    held = parts.provider.hangs("create_job")
    first = await start(parts, await parts.plan())
    assert isinstance(first, TrainingRun)
    await parts.reached(first, RunState.CREATING)
    assert isinstance(await start(parts, await parts.plan()), RunTwin)
    await parts.restart()

    twin = await start(parts, await parts.plan(), SECOND_ADMIN)

    assert isinstance(twin, RunTwin)
    assert (twin.run_id, twin.job_id) == (first.id, None)
    held.set()


async def test_start_that_is_replayed_is_not_its_own_twin(parts: BotParts):
    run = await parts.plan()
    for _ in range(2):
        found = await parts.starts.start(run.id, by=ADMIN, request_id=77)
        assert isinstance(found, TrainingRun)
    with pytest.raises(errors.PlanTaken):
        await start(parts, run)


@pytest.mark.parametrize(
    "change",
    [
        {"n_epochs": 4},
        {"learning_rate_multiplier": 0.2},
        {"learning_rate_multiplier": None},
        {"base_model": "gpt-4o-mini-2024-07-18"},
        {"base_model": "gpt-4.1-mini-x"},
    ],
)
async def test_another_training_is_not_asked_about(parts: BotParts, change):
    await started(parts)
    run = await parts.plan(replace(PARAMETERS, **change))

    assert isinstance(await start(parts, run), TrainingRun)


async def test_two_plans_that_leave_the_multiplier_to_the_server_are_equal(parts: BotParts):
    auto = replace(PARAMETERS, learning_rate_multiplier=None)
    await start(parts, await parts.plan(auto))

    assert isinstance(await start(parts, await parts.plan(auto)), RunTwin)


async def test_another_dataset_is_not_asked_about(parts: BotParts):
    await started(parts)
    write_dataset(parts.path, n=15)

    assert isinstance(await start(parts, await parts.plan()), TrainingRun)


@pytest.mark.parametrize(
    "change", [{"suffix": "natasha-v2"}, {"suffix": ""}, {"base_model": "gpt-4.1-mini"}]
)
async def test_another_name_makes_no_other_training(parts: BotParts, change):
    """Neither of the result nor of the same base model: the second job buys the same weights."""
    await started(parts)
    run = await parts.plan(replace(PARAMETERS, **change))

    assert isinstance(await start(parts, run), RunTwin)


@pytest.mark.parametrize("status", ["failed", "cancelled"])
async def test_job_that_came_to_nothing_may_be_repeated(parts: BotParts, status: str):
    await jobs_end(parts, await started(parts), status)

    assert isinstance(await start(parts, await parts.plan()), TrainingRun)


async def test_refused_run_may_be_repeated(parts: BotParts):
    parts.provider.fails("create_job", errors.QuotaExceeded())
    first = await started(parts)
    assert first.state is RunState.REFUSED

    assert isinstance(await start(parts, await parts.plan()), TrainingRun)


async def test_success_is_remembered_for_an_hour(parts: BotParts):
    """Afterwards somebody who starts the same again knows why."""
    await jobs_end(parts, await started(parts), "succeeded")
    assert isinstance(await start(parts, await parts.plan()), RunTwin)

    await ages(parts, TWIN_S + 1)
    assert isinstance(await start(parts, await parts.plan()), TrainingRun)


async def test_job_that_still_runs_is_remembered_for_as_long(parts: BotParts):
    """Training takes hours."""
    await started(parts)
    await ages(parts, 5 * 24 * 3600)

    assert isinstance(await start(parts, await parts.plan()), RunTwin)


async def test_plans_that_nobody_started_are_no_twins(parts: BotParts):
    await parts.plan()
    await parts.starts.drop((await parts.plan()).id)

    assert isinstance(await start(parts, await parts.plan()), TrainingRun)


async def test_late_press_reads_what_it_always_read(parts: BotParts):
    """A plan that was started or dropped is not asked about."""
    await started(parts)
    dropped = await parts.starts.drop((await parts.plan()).id)

    with pytest.raises(errors.PlanGone):
        await start(parts, dropped)
    with pytest.raises(errors.PlanGone):
        await parts.starts.start(404, by=ADMIN, request_id=1)


@pytest.mark.parametrize(
    ("by", "is_own", "said"),
    [
        (SECOND_ADMIN, False, "план №3, имя natasha-v1 (Анна, "),
        (ADMIN, True, "вы уже запустили"),
        (0, False, "из терминала"),
    ],
)
def test_question_says_who_when_and_that_nothing_was_started(by: int, is_own: bool, said: str):
    twin = RunTwin(run_id=3, by=by, at=1, suffix="natasha-v1", job_id="ftjob-1")
    run, who = replace(RUN, id=4), person(by) if by else None
    screen = ask(RU, run, StartDoubts(twin=twin), who, is_own=is_own)

    assert "План №4 ещё не запущен" in shown(screen)
    assert said in shown(screen)
    assert buttons_of(screen) == [
        "training:another:4", "training:show:4", "training:drop:4", "jobs:status:",
    ]  # fmt: skip


async def uncertain(parts: BotParts) -> TrainingRun:
    """A run whose job got lost: it reached nobody."""
    parts.provider.fails("create_job", errors.ProviderUncertain())
    run = await parts.settled(await parts.confirmed())
    assert run.state is RunState.UNCERTAIN
    return run


async def test_lost_job_is_not_created_again_beside_an_equal_one_unasked(parts: BotParts):
    """The other one was started while nobody knew what became of the first."""
    first = await uncertain(parts)
    second = await parts.settled(await parts.confirm(await parts.plan(), SECOND_ADMIN))

    found = await parts.starts.try_again(first.id)
    await parts.settled(first)

    assert isinstance(found, StartDoubts)
    assert found.twin is not None
    assert (found.twin.run_id, found.twin.by, found.month) == (second.id, SECOND_ADMIN, None)
    assert (await parts.run(first.id)).state is RunState.UNCERTAIN
    assert list(parts.provider.jobs) == [second.job_id]
    assert await parts.starts.try_again(first.id, is_sure=True) is True
    assert (await parts.settled(first)).state is RunState.SUBMITTED
    assert await parts.starts.try_again(first.id) is False


async def test_of_equal_lost_jobs_tried_again_at_once_one_is_asked_about(parts: BotParts):
    """Each is the twin of the other, so none is created unasked."""
    runs = [await uncertain(parts) for _ in range(2)]

    found = await asyncio.gather(*(parts.starts.try_again(run.id) for run in runs))

    assert [each.twin.run_id for each in found if isinstance(each, StartDoubts) and each.twin] == [
        runs[1].id, runs[0].id,
    ]  # fmt: skip


def test_question_before_another_try_names_the_lost_attempt():
    twin = RunTwin(run_id=3, by=ADMIN, at=1, suffix="natasha-v1", job_id="ftjob-1")
    run = replace(RUN, id=4, attempted_at=1_800_000_000)
    screen = ask_again(RU, run, StartDoubts(twin=twin), person(ADMIN), is_own=True)

    assert "План №4: задание пока не создано ещё раз" in shown(screen)
    assert "вы уже запустили" in shown(screen)
    assert buttons_of(screen) == [
        "training:again_anyway:4-1800000000",
        "training:look:4",
        "training:giveup:4",
        "jobs:status:",
    ]
