"""A plan is stored, priced and checked; one press starts it, and nothing leaves before that."""

import asyncio
import math
from dataclasses import replace

import pytest

from bot import errors
from bot.domain.training import Hyperparameters, RunState
from bot.training.plans import PLAN_LIFETIME_S
from tests.composition import ADMIN, MODEL, PARAMETERS, SECOND_ADMIN, BotParts, write_dataset

OPENAI, AZURE = "https://api.openai.com/v1", "https://ours.openai.azure.com/openai/v1"


async def test_plan_is_priced_and_nothing_leaves(parts: BotParts):
    parts.begin(openai_base_url=OPENAI)
    run = await parts.plan()

    assert (run.state, run.parameters, run.asked_by) == (RunState.PLANNED, PARAMETERS, ADMIN)
    assert run.dataset == await parts.datasets.current()
    assert run.price_usd == pytest.approx(run.dataset.n_tokens * 3 * 5 / 1_000_000)
    assert run.expires_at - run.created_at == PLAN_LIFETIME_S
    assert 0 <= run.seed < 2**31
    assert parts.provider.calls == []


async def test_model_that_the_catalogue_does_not_know_is_allowed(parts: BotParts):
    run = await parts.plan(replace(PARAMETERS, base_model="gpt-9-luna"))

    assert run.price_usd is None


async def test_same_request_makes_one_plan(parts: BotParts):
    """A replayed /train, though the dataset has changed meanwhile."""
    first = await parts.training.plan(PARAMETERS, asked_by=ADMIN, request_id=1)
    write_dataset(parts.path, n=15)

    assert await parts.training.plan(PARAMETERS, asked_by=ADMIN, request_id=1) == first


async def test_seeds_differ(parts: BotParts):
    """They are the mark by which we know our own."""
    assert len({(await parts.plan()).seed for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"n_epochs": 0}, "epochs"),
        ({"n_epochs": -1}, "epochs"),
        ({"n_epochs": 51}, "epochs"),
        ({"learning_rate_multiplier": 0.0}, "learning-rate"),
        ({"learning_rate_multiplier": -0.1}, "learning-rate"),
        ({"learning_rate_multiplier": math.nan}, "learning-rate"),
        ({"learning_rate_multiplier": math.inf}, "learning-rate"),
    ],
)
async def test_values_out_of_range_are_refused(parts: BotParts, change, name):
    with pytest.raises(errors.BadValue) as caught:
        await parts.plan(replace(PARAMETERS, **change))

    assert caught.value.params["name"] == name
    assert await parts.database.rows("SELECT 1 FROM training_runs") == []


@pytest.mark.parametrize(
    ("base_url", "suffix", "error"),
    [
        ("https://api.openai.com/v1", "a" * 65, errors.SuffixTooLong),
        ("https://models.example/v1", "a" * 65, errors.SuffixTooLong),
        (AZURE, "natasha-premium-v10", errors.SuffixTooLong),
        (AZURE, "natasha.v1", errors.SuffixForbidden),
        ("https://api.openai.com/v1", "natasha.premium-v10", None),
        ("https://models.example/v1", "natasha.premium-v10", None),
        (AZURE, "natasha-premium-v1", None),
        (AZURE, "", None),
    ],
)
async def test_name_is_one_that_the_provider_takes(
    parts: BotParts, base_url: str, suffix: str, error: type[errors.UserError] | None
):
    """Refused before anything is sent, with the value and what is allowed."""
    parts.begin(openai_base_url=base_url)
    parameters = replace(PARAMETERS, suffix=suffix)
    if error is None:
        assert (await parts.plan(parameters)).parameters == parameters
        return

    with pytest.raises(error) as caught:
        await parts.plan(parameters)

    assert caught.value.params["suffix"] == suffix
    assert caught.value.params.keys() & {"longest", "forbidden"}


@pytest.mark.parametrize(
    "change",
    [
        {"n_epochs": 1},
        {"n_epochs": 50},
        {"learning_rate_multiplier": 1e-9},
        {"learning_rate_multiplier": 100.0},
        {"suffix": ""},
        {"suffix": "ё" * 64},
    ],
)
async def test_values_at_the_edge_are_taken(parts: BotParts, change):
    parameters: Hyperparameters = replace(PARAMETERS, **change)

    assert (await parts.plan(parameters)).parameters == parameters


@pytest.mark.parametrize("name", ["gpt-3.5-turbo", "gpt-4-turbo"])
async def test_model_that_is_shut_down_is_refused_with_the_day(parts: BotParts, name: str):
    """That answer instead of a failed job."""
    parts.begin(openai_base_url="https://api.openai.com/v1")

    with pytest.raises(errors.ModelShutDown) as caught:
        await parts.plan(replace(PARAMETERS, base_model=name))

    assert caught.value.params["model"] == name
    assert caught.value.params["day"]


async def test_dataset_with_errors_makes_no_plan(parts: BotParts):
    write_dataset(parts.path, n=3)

    with pytest.raises(errors.DatasetInvalid):
        await parts.plan()


async def test_of_many_presses_one_starts_it(parts: BotParts):
    run = await parts.plan()
    presses = await asyncio.gather(
        *(parts.confirm(run, by=(ADMIN, SECOND_ADMIN)[n % 2]) for n in range(50)),
        return_exceptions=True,
    )

    started = [press for press in presses if not isinstance(press, BaseException)]
    assert len(started) == 1
    assert {type(p) for p in presses if isinstance(p, BaseException)} == {errors.PlanTaken}


async def test_replay_of_the_press_that_started_it_is_no_second_press(parts: BotParts):
    """The person reads again that it was started, not that somebody else did."""
    run = await parts.plan()
    await parts.starts.confirm(run.id, by=ADMIN, request_id=77)
    await parts.settled(run)

    again = await parts.starts.confirm(run.id, by=ADMIN, request_id=77)

    assert again.state is RunState.SUBMITTED
    await parts.settled(run)
    assert len(parts.provider.jobs) == 1


async def expire(parts: BotParts, run_id: int) -> None:
    await parts.database.write(lambda tx: tx.execute("UPDATE training_runs SET expires_at = 1"))


async def test_plans_expire(parts: BotParts):
    """Prices and datasets change."""
    run = await parts.plan()
    await expire(parts, run.id)

    with pytest.raises(errors.PlanGone):
        await parts.confirm(run)

    assert (await parts.run(run.id)).state is RunState.EXPIRED
    assert parts.provider.calls == []


async def test_plan_that_was_started_does_not_expire(parts: BotParts):
    run = await parts.confirmed()
    await parts.settled(run)
    await expire(parts, run.id)

    with pytest.raises(errors.PlanTaken):
        await parts.confirm(run)


async def test_dropped_plan_can_not_be_started(parts: BotParts):
    """Dropping twice is dropping once."""
    run = await parts.plan()
    for _ in range(2):
        assert (await parts.starts.drop(run.id)).state is RunState.DROPPED

    with pytest.raises(errors.PlanGone):
        await parts.confirm(run)


async def test_started_plan_can_not_be_dropped(parts: BotParts):
    run = await parts.confirmed()

    with pytest.raises(errors.PlanTaken):
        await parts.starts.drop(run.id)


async def test_expired_plan_can_not_be_dropped(parts: BotParts):
    run = await parts.plan()
    await expire(parts, run.id)

    with pytest.raises(errors.PlanGone):
        await parts.starts.drop(run.id)


async def test_plan_that_never_was(parts: BotParts):
    for ask in (parts.starts.drop(404), parts.starts.confirm(404, by=ADMIN, request_id=1)):
        with pytest.raises(errors.PlanGone):
            await ask


async def test_drop_and_start_at_once(parts: BotParts):
    """One of them wins, and the other one says so."""
    for _ in range(10):
        run = await parts.plan()
        dropped, started = await asyncio.gather(
            parts.starts.drop(run.id), parts.confirm(run), return_exceptions=True
        )
        await parts.settled(run)
        state = (await parts.run(run.id)).state

        if isinstance(dropped, BaseException):
            assert (type(dropped), state) == (errors.PlanTaken, RunState.SUBMITTED)
        else:
            assert (type(started), state) == (errors.PlanGone, RunState.DROPPED)


async def test_model_of_the_plan_is_the_one_asked_for(parts: BotParts):
    assert (await parts.plan()).parameters.base_model == MODEL
