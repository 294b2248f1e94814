"""A run's state changes only by compare-and-set, so of many presses one counts."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.datasets import Dataset
from bot.domain.training import Refusal, RunState, TrainingRun
from bot.storage.database import Database
from bot.training.store import RunStore
from tests.composition import PARAMETERS
from tests.rows import plan


@pytest.fixture
def runs(database: Database) -> RunStore:
    return RunStore(database)


async def test_plan_is_stored_as_it_was_made(database: Database, runs: RunStore, dataset: Dataset):
    run = await plan(database, runs, dataset)

    assert run == TrainingRun(
        id=run.id,
        state=RunState.PLANNED,
        asked_by=5,
        parameters=PARAMETERS,
        dataset=dataset,
        seed=7,
        price_usd=0.92,
        created_at=100,
        expires_at=200,
    )
    assert await runs.get(run.id) == run
    assert await runs.get(404) is None
    assert await runs.of_request(404) is None


async def test_same_request_makes_one_plan(database: Database, runs: RunStore, dataset: Dataset):
    """A replayed /train finds its plan, and does not change it."""
    first = await plan(database, runs, dataset)

    again = await plan(database, runs, dataset, seed=8, parameters=replace(PARAMETERS, n_epochs=5))

    assert again == first
    assert (await plan(database, runs, dataset, 2)).id != first.id


async def test_unknown_price_and_any_suffix(database: Database, runs: RunStore, dataset: Dataset):
    parameters = replace(PARAMETERS, suffix="", base_model="модель", learning_rate_multiplier=1e-9)

    run = await plan(database, runs, dataset, price_usd=None, parameters=parameters)

    assert (run.price_usd, run.parameters) == (None, parameters)


async def test_multiplier_may_be_left_to_the_provider(
    database: Database, runs: RunStore, dataset: Dataset
):
    """And a tap on the same button finds the plan that left it so."""
    parameters = replace(PARAMETERS, learning_rate_multiplier=None)
    run = await plan(database, runs, dataset, parameters=parameters)

    twin = await runs.open_twin(parameters, dataset=dataset, asked_by=run.asked_by, now=1)

    assert run.parameters == parameters
    assert (run.multiplier, twin) == (None, run)


async def test_of_two_hundred_presses_one_starts_the_run(
    database: Database, runs: RunStore, dataset: Dataset
):
    """Double taps, two admins, replays: all at once."""
    run = await plan(database, runs, dataset)

    async def press(request_id: int) -> bool:
        return await database.write(
            lambda tx: runs.move(
                tx,
                run.id,
                expected=[RunState.PLANNED],
                to=RunState.CONFIRMED,
                confirmed_by=request_id % 2,
                confirmed_at=150,
                confirmed_request=request_id,
            )
        )

    started = await asyncio.gather(*(press(n) for n in range(1000, 1200)))

    assert started.count(True) == 1
    winner = 1000 + started.index(True)
    confirmed = await runs.get(run.id)
    assert confirmed == replace(
        run, state=RunState.CONFIRMED, confirmed_by=winner % 2, confirmed_at=150
    )
    said = [await runs.was_confirmed_by(run.id, n) for n in range(1000, 1200)]
    assert said == started


async def test_state_that_was_not_expected_changes_nothing(
    database: Database, runs: RunStore, dataset: Dataset
):
    run = await plan(database, runs, dataset)

    moved = await database.write(
        lambda tx: runs.move(
            tx, run.id, expected=[RunState.UNCERTAIN], to=RunState.REFUSED, refusal_message="x"
        )
    )

    assert not moved
    assert await runs.get(run.id) == run


async def test_move_touches_one_run(database: Database, runs: RunStore, dataset: Dataset):
    first = await plan(database, runs, dataset, 1)
    second = await plan(database, runs, dataset, 2)

    await database.write(
        lambda tx: runs.move(tx, first.id, expected=list(RunState), to=RunState.DROPPED)
    )

    assert await runs.get(second.id) == second


async def test_everything_about_a_run_is_kept(database: Database, runs: RunStore, dataset: Dataset):
    run = await plan(database, runs, dataset)
    await database.write(
        lambda tx: runs.move(
            tx,
            run.id,
            expected=[RunState.PLANNED],
            to=RunState.REFUSED,
            training_file="file-1",
            attempted_at=170,
            job_id="ftjob-1",
            refusal_code="invalid_training_file",
            refusal_message="строка 7",
        )
    )

    assert await runs.get(run.id) == replace(
        run,
        state=RunState.REFUSED,
        training_file="file-1",
        attempted_at=170,
        job_id="ftjob-1",
        refusal=Refusal(code="invalid_training_file", message="строка 7"),
    )


async def test_runs_under_way_are_found_after_a_restart(
    database: Database, runs: RunStore, dataset: Dataset
):
    """All four states of the task, none of the others, oldest first."""
    ids: dict[RunState, int] = {}

    async def put_into(state: RunState) -> None:
        run = await plan(database, runs, dataset, len(ids))
        ids[state] = run.id
        await database.write(
            lambda tx: runs.move(tx, run.id, expected=[RunState.PLANNED], to=state)
        )

    for state in RunState:
        await put_into(state)

    under_way = ("confirmed", "uploading", "creating", "uncertain")
    assert await runs.underway() == [ids[RunState(state)] for state in under_way]
