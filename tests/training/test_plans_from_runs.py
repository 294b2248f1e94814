"""A plan made from a run: the same again, or with one of the remedies; nothing is sent."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot import errors
from bot.catalogue import load_catalogue
from bot.domain.datasets import Dataset
from bot.domain.training import Hyperparameters, RunState, TrainingRun
from bot.training.edits import Part
from bot.training.remedies import Remedy, Step, remedied, steps_after
from tests.composition import ADMIN, PARAMETERS, SECOND_ADMIN, House, write_dataset
from tests.dataset.test_versions import data, number

CATALOGUE = load_catalogue()
HOME = "https://api.openai.com/v1"


def with_remedy(remedy: Remedy, **changes: Any) -> Hyperparameters | None:
    parameters: Hyperparameters = replace(PARAMETERS, **changes)
    return remedied(parameters, remedy, CATALOGUE, base_url=HOME)


async def again(house: House, run: TrainingRun, by: int = ADMIN) -> TrainingRun:
    return await house.training.plan_again(run.id, asked_by=by, request_id=house.request())


async def like(house: House, run: TrainingRun, remedy: Remedy) -> TrainingRun:
    return await house.training.plan_like(
        run.id, remedy, asked_by=ADMIN, request_id=house.request()
    )


async def trained(house: House) -> TrainingRun:
    """A run whose job the provider has."""
    return await house.settled(await house.confirmed())


async def split(house: House) -> Dataset:
    """A version in use with a validation part."""
    judged, _ = await house.desk.split(await number(house, data(n=40)), share=0.2, by=ADMIN)
    assert judged.dataset is not None
    return await house.desk.choose(judged.dataset.id)


async def other_in_use(house: House) -> Dataset:
    """Another version is in use from now on."""
    return await house.desk.choose(await number(house, data(n=30, start=100)))


# The rules


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 3), (3, 5), (5, 8), (34, 50), (49, 50)])
def test_more_epochs(before: int, after: int):
    changed = with_remedy(Remedy.EPOCHS, n_epochs=before)

    assert changed == replace(PARAMETERS, n_epochs=after)


def test_remedies_that_are_none():
    """As many epochs as there can be; the strongest model; one that nobody knows; the dataset."""
    assert with_remedy(Remedy.EPOCHS, n_epochs=50) is None
    assert with_remedy(Remedy.MODEL, base_model="gpt-4.1-2025-04-14") is None
    assert with_remedy(Remedy.MODEL, base_model="llama") is None
    assert with_remedy(Remedy.EXAMPLES) is None


def test_smaller_multiplier_and_stronger_base():
    smaller, stronger = with_remedy(Remedy.MULTIPLIER), with_remedy(Remedy.MODEL)

    assert smaller == replace(PARAMETERS, learning_rate_multiplier=0.05)
    assert stronger == replace(PARAMETERS, base_model="gpt-4o-2024-08-06")


def test_every_reason_leads_somewhere():
    """Also one that no provider has named so far."""
    assert steps_after("exceeded_quota") == (Step.RETRY,)
    assert steps_after("thunderstorm") == steps_after("") == (Step.RETRY, Step.MEND, Step.MODEL)


# The same again


async def test_same_plan_again_has_everything_of_the_first(house: House):
    """Though another dataset is in use by now."""
    await split(house)
    run = await trained(house)
    await other_in_use(house)
    calls = list(house.provider.calls)

    plan = await again(house, run)

    assert plan.id != run.id
    assert plan.state is RunState.PLANNED
    assert (plan.parameters, plan.dataset.id, plan.seed == run.seed) == (
        run.parameters,
        run.dataset.id,
        False,
    )
    assert plan.validation == run.validation is not None
    assert house.provider.calls == calls


async def test_validation_part_that_was_left_out_stays_so(house: House):
    await split(house)
    plan = await house.plan()
    await house.training.edit(plan.id, Part.VALIDATION, "0")
    run = await house.settled(await house.confirm(plan))

    assert (await again(house, run)).validation is None
    assert (await like(house, run, Remedy.EPOCHS)).validation is None


async def test_two_taps_make_one_plan_until_it_is_started(house: House):
    """Another admin's tap makes a plan of their own."""
    run = await trained(house)
    first = await again(house, run)

    assert (await again(house, run)).id == first.id
    assert (await again(house, run, by=SECOND_ADMIN)).id != first.id

    await house.settled(await house.confirm(first))
    assert (await again(house, run)).id not in (run.id, first.id)
    assert len(house.provider.jobs) == 2


async def test_replayed_tap_finds_its_plan_though_it_was_started(house: House):
    run = await trained(house)
    plan = await house.training.plan_again(run.id, asked_by=ADMIN, request_id=77)
    await house.settled(await house.confirm(plan))

    replayed = await house.training.plan_again(run.id, asked_by=ADMIN, request_id=77)

    assert replayed.id == plan.id


async def test_plan_that_was_changed_or_expired_is_no_twin(house: House):
    run = await trained(house)
    first = await again(house, run)
    await house.training.edit(first.id, Part.EPOCHS, "8")
    second = await again(house, run)
    assert second.id != first.id

    await house.database.write(lambda tx: tx.execute("UPDATE training_runs SET expires_at = 1"))
    assert (await again(house, run)).id != second.id


@pytest.mark.parametrize("is_validation", [False, True])
async def test_dataset_that_was_deleted_is_said_so(house: House, is_validation: bool):
    """A retry on something else would be no retry."""
    dataset = await split(house)
    run = await trained(house)
    await other_in_use(house)
    gone = dataset.validation_id if is_validation else dataset.id
    assert gone is not None
    await house.desk.delete(gone)

    with pytest.raises(errors.RunDatasetGone) as caught:
        await again(house, run)

    assert caught.value.params == {"run_id": run.id, "number": gone}


async def test_run_that_never_was(house: House):
    for ask in (
        house.training.plan_again(404, asked_by=ADMIN, request_id=1),
        house.training.plan_like(404, Remedy.EPOCHS, asked_by=ADMIN, request_id=1),
        house.training.plan_anew(404, asked_by=ADMIN, request_id=1),
        house.training.plan_with(404, "llama", asked_by=ADMIN, request_id=1),
    ):
        with pytest.raises(errors.PlanGone):
            await ask


async def test_plan_of_a_model_that_is_gone_is_not_made_again(house: House):
    run = await trained(house)
    await house.database.write(
        lambda tx: tx.execute("UPDATE training_runs SET base_model = 'gpt-3.5-turbo'")
    )

    with pytest.raises(errors.ModelShutDown):
        await again(house, run)


# With a remedy


async def test_remedy_changes_one_thing_and_takes_the_next_free_name(house: House):
    run = await trained(house)
    plans = {remedy: await like(house, run, remedy) for remedy in (Remedy.EPOCHS, Remedy.MODEL)}

    named = replace(PARAMETERS, suffix="natasha-v2")
    assert plans[Remedy.EPOCHS].parameters == replace(named, n_epochs=5)
    assert plans[Remedy.MODEL].parameters == replace(named, base_model="gpt-4o-2024-08-06")
    assert house.training.remedies(run).keys() == {Remedy.EPOCHS, Remedy.MULTIPLIER, Remedy.MODEL}

    await house.settled(await house.confirm(plans[Remedy.EPOCHS]))
    assert (await like(house, run, Remedy.MULTIPLIER)).parameters.suffix == "natasha-v3"


async def test_remedy_stays_with_the_run_s_dataset_as_long_as_it_stands(house: House):
    dataset = await split(house)
    run = await trained(house)
    other = await other_in_use(house)

    kept = await like(house, run, Remedy.EPOCHS)
    assert (kept.dataset.id, kept.validation) == (dataset.id, run.validation)
    await house.training.drop(kept.id)
    await house.desk.delete(dataset.id)
    assert (await like(house, run, Remedy.EPOCHS)).dataset.id == other.id


async def test_remedy_that_is_none_for_the_run_makes_no_plan(house: House):
    run = await house.settled(
        await house.confirm(await house.plan(replace(PARAMETERS, n_epochs=50)))
    )

    for remedy in (Remedy.EPOCHS, Remedy.EXAMPLES):
        with pytest.raises(errors.ButtonGone):
            await like(house, run, remedy)
    assert Remedy.EPOCHS not in house.training.remedies(run)


async def test_dataset_with_errors_can_not_take_the_place_of_a_deleted_one(house: House):
    dataset = await split(house)
    run = await trained(house)
    await other_in_use(house)
    await house.desk.delete(dataset.id)
    write_dataset(house.path, n=3)
    await house.database.write(lambda tx: tx.execute("DELETE FROM settings"))

    with pytest.raises(errors.DatasetInvalid):
        await like(house, run, Remedy.EPOCHS)


# On what is in use now, and with another model


async def test_mended_dataset_takes_the_place_of_the_one_that_was_refused(house: House):
    run = await trained(house)
    mended = await other_in_use(house)

    plan = await house.training.plan_anew(run.id, asked_by=ADMIN, request_id=house.request())

    assert (plan.parameters, plan.dataset.id) == (run.parameters, mended.id)


async def test_another_model_leaves_the_rest(house: House):
    run = await trained(house)
    (first, *_) = names = house.training.other_models(run)

    plan = await house.training.plan_with(run.id, first, asked_by=ADMIN, request_id=house.request())

    assert PARAMETERS.base_model not in names
    assert plan.parameters == replace(PARAMETERS, base_model=first)
    assert plan.dataset.id == run.dataset.id


# What is too long for the model


async def test_examples_too_long_for_the_model_are_counted(house: House):
    """By the report where it counts like that model, else by a look at the file."""
    lines = data(n=12).splitlines()
    row = json.loads(lines[3])
    row["messages"][-1]["content"] = " ".join(f"слово {n}" for n in range(9_000))
    lines[3] = json.dumps(row).encode()
    short = await house.plan()
    await house.desk.choose(await number(house, b"\n".join(lines) + b"\n"))
    long = await house.plan()

    async def cut(plan: TrainingRun, model: str) -> int:
        parameters = replace(plan.parameters, base_model=model)
        return await house.training.n_cut(replace(plan, parameters=parameters))

    for model, expected in (("gpt-4.1-mini", 0), ("unknown", 0), ("gpt-4-0613", 1)):
        assert await cut(long, model) == expected
        assert await cut(short, model) == 0
