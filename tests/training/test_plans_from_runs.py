"""A plan made from a run: the same again, or with one of the remedies; nothing is sent."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot import errors
from bot.catalogue import load_catalogue
from bot.domain.datasets import Dataset
from bot.domain.training import Hyperparameters, RunState, TrainingRun
from bot.training.edits import PlanPart
from bot.training.remedies import Remedy, Step, remedied, step_after
from tests.composition import ADMIN, PARAMETERS, SECOND_ADMIN, BotParts, write_dataset
from tests.dataset.versions import data, number

CATALOGUE = load_catalogue()
HOME = "https://api.openai.com/v1"


def with_remedy(remedy: Remedy, **changes: Any) -> Hyperparameters | None:
    parameters: Hyperparameters = replace(PARAMETERS, **changes)
    return remedied(parameters, remedy, CATALOGUE, base_url=HOME)


async def again(parts: BotParts, run: TrainingRun, by: int = ADMIN) -> TrainingRun:
    return await parts.training.plan_again(run.id, asked_by=by, request_id=parts.request())


async def like(parts: BotParts, run: TrainingRun, remedy: Remedy) -> TrainingRun:
    return await parts.training.plan_like(
        run.id, remedy, asked_by=ADMIN, request_id=parts.request()
    )


async def trained(parts: BotParts) -> TrainingRun:
    """A run whose job the provider has."""
    return await parts.settled(await parts.confirmed())


async def split(parts: BotParts) -> Dataset:
    """A version in use with a validation part."""
    judged, _ = await parts.desk.split(await number(parts, data(n=40)), share=0.2, by=ADMIN)
    assert judged.dataset is not None
    return await parts.desk.choose(judged.dataset.id)


async def other_in_use(parts: BotParts) -> Dataset:
    """Another version is in use from now on."""
    return await parts.desk.choose(await number(parts, data(n=30, start=100)))


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
    assert step_after("invalid_training_file") is Step.RETRY_ON_CURRENT
    assert step_after("thunderstorm") is step_after("") is Step.RETRY


# The same again


async def test_same_plan_again_has_everything_of_the_first(parts: BotParts):
    """Though another dataset is in use by now."""
    await split(parts)
    run = await trained(parts)
    await other_in_use(parts)
    calls = list(parts.provider.calls)

    plan = await again(parts, run)

    assert plan.id != run.id
    assert plan.state is RunState.PLANNED
    assert (plan.parameters, plan.dataset.id, plan.seed == run.seed) == (
        run.parameters,
        run.dataset.id,
        False,
    )
    assert plan.validation == run.validation is not None
    assert parts.provider.calls == calls


async def test_validation_part_that_was_left_out_stays_so(parts: BotParts):
    await split(parts)
    plan = await parts.plan()
    await parts.training.edit(plan.id, PlanPart.VALIDATION, "0")
    run = await parts.settled(await parts.confirm(plan))

    assert (await again(parts, run)).validation is None
    assert (await like(parts, run, Remedy.EPOCHS)).validation is None


async def test_two_taps_make_one_plan_until_it_is_started(parts: BotParts):
    """Another admin's tap makes a plan of their own."""
    run = await trained(parts)
    first = await again(parts, run)

    assert (await again(parts, run)).id == first.id
    assert (await again(parts, run, by=SECOND_ADMIN)).id != first.id

    await parts.settled(await parts.confirm(first))
    assert (await again(parts, run)).id not in (run.id, first.id)
    assert len(parts.provider.jobs) == 2


async def test_replayed_tap_finds_its_plan_though_it_was_started(parts: BotParts):
    run = await trained(parts)
    plan = await parts.training.plan_again(run.id, asked_by=ADMIN, request_id=77)
    await parts.settled(await parts.confirm(plan))

    replayed = await parts.training.plan_again(run.id, asked_by=ADMIN, request_id=77)

    assert replayed.id == plan.id


async def test_plan_that_was_changed_or_expired_is_no_twin(parts: BotParts):
    run = await trained(parts)
    first = await again(parts, run)
    await parts.training.edit(first.id, PlanPart.EPOCHS, "8")
    second = await again(parts, run)
    assert second.id != first.id

    await parts.database.write(lambda tx: tx.execute("UPDATE training_runs SET expires_at = 1"))
    assert (await again(parts, run)).id != second.id


@pytest.mark.parametrize("is_validation", [False, True])
async def test_dataset_that_was_deleted_is_said_so(parts: BotParts, is_validation: bool):
    """A retry on something else would be no retry."""
    dataset = await split(parts)
    run = await trained(parts)
    await other_in_use(parts)
    gone = dataset.validation_id if is_validation else dataset.id
    assert gone is not None
    await parts.desk.delete(gone)

    with pytest.raises(errors.RunDatasetGone) as caught:
        await again(parts, run)

    assert caught.value.params == {"run_id": run.id, "number": gone}


async def test_run_that_never_was(parts: BotParts):
    for ask in (
        parts.training.plan_again(404, asked_by=ADMIN, request_id=1),
        parts.training.plan_like(404, Remedy.EPOCHS, asked_by=ADMIN, request_id=1),
        parts.training.plan_on_current(404, asked_by=ADMIN, request_id=1),
        parts.training.plan_with(404, "llama", asked_by=ADMIN, request_id=1),
    ):
        with pytest.raises(errors.PlanGone):
            await ask


async def test_plan_of_a_model_that_is_gone_is_not_made_again(parts: BotParts):
    run = await trained(parts)
    await parts.database.write(
        lambda tx: tx.execute("UPDATE training_runs SET base_model = 'gpt-3.5-turbo'")
    )

    with pytest.raises(errors.ModelShutDown):
        await again(parts, run)


# With a remedy


async def test_remedy_changes_one_thing_and_takes_the_next_free_name(parts: BotParts):
    run = await trained(parts)
    plans = {remedy: await like(parts, run, remedy) for remedy in (Remedy.EPOCHS, Remedy.MODEL)}

    named = replace(PARAMETERS, suffix="natasha-v2")
    assert plans[Remedy.EPOCHS].parameters == replace(named, n_epochs=5)
    assert plans[Remedy.MODEL].parameters == replace(named, base_model="gpt-4o-2024-08-06")
    assert parts.offers.remedies(run).keys() == {Remedy.EPOCHS, Remedy.MULTIPLIER, Remedy.MODEL}

    await parts.settled(await parts.confirm(plans[Remedy.EPOCHS]))
    assert (await like(parts, run, Remedy.MULTIPLIER)).parameters.suffix == "natasha-v3"


async def test_remedy_stays_with_the_run_s_dataset_as_long_as_it_stands(parts: BotParts):
    dataset = await split(parts)
    run = await trained(parts)
    other = await other_in_use(parts)

    kept = await like(parts, run, Remedy.EPOCHS)
    assert (kept.dataset.id, kept.validation) == (dataset.id, run.validation)
    await parts.starts.drop(kept.id)
    await parts.desk.delete(dataset.id)
    assert (await like(parts, run, Remedy.EPOCHS)).dataset.id == other.id


async def test_remedy_that_is_none_for_the_run_makes_no_plan(parts: BotParts):
    run = await parts.settled(
        await parts.confirm(await parts.plan(replace(PARAMETERS, n_epochs=50)))
    )

    for remedy in (Remedy.EPOCHS, Remedy.EXAMPLES):
        with pytest.raises(errors.ButtonGone):
            await like(parts, run, remedy)
    assert Remedy.EPOCHS not in parts.offers.remedies(run)


async def test_dataset_with_errors_can_not_take_the_place_of_a_deleted_one(parts: BotParts):
    dataset = await split(parts)
    run = await trained(parts)
    await other_in_use(parts)
    await parts.desk.delete(dataset.id)
    write_dataset(parts.path, n=3)
    await parts.database.write(lambda tx: tx.execute("DELETE FROM settings"))

    with pytest.raises(errors.DatasetInvalid):
        await like(parts, run, Remedy.EPOCHS)


# On what is in use now, and with another model


async def test_mended_dataset_takes_the_place_of_the_one_that_was_refused(parts: BotParts):
    run = await trained(parts)
    mended = await other_in_use(parts)

    plan = await parts.training.plan_on_current(run.id, asked_by=ADMIN, request_id=parts.request())

    assert (plan.parameters, plan.dataset.id) == (run.parameters, mended.id)


async def test_another_model_leaves_the_rest(parts: BotParts):
    run = await trained(parts)
    (first, *_) = names = parts.offers.other_models(run)

    plan = await parts.training.plan_with(run.id, first, asked_by=ADMIN, request_id=parts.request())

    assert PARAMETERS.base_model not in names
    assert plan.parameters == replace(PARAMETERS, base_model=first)
    assert plan.dataset.id == run.dataset.id


# What is too long for the model


async def test_examples_too_long_for_the_model_are_counted(parts: BotParts):
    """By the report where it counts like that model, else by a look at the file."""
    lines = data(n=12).splitlines()
    row = json.loads(lines[3])
    row["messages"][-1]["content"] = " ".join(f"слово {n}" for n in range(9_000))
    lines[3] = json.dumps(row).encode()
    short = await parts.plan()
    await parts.desk.choose(await number(parts, b"\n".join(lines) + b"\n"))
    long = await parts.plan()

    async def cut(plan: TrainingRun, model: str) -> int:
        parameters = replace(plan.parameters, base_model=model)
        return await parts.offers.n_cut(replace(plan, parameters=parameters))

    for model, expected in (("gpt-4.1-mini", 0), ("unknown", 0), ("gpt-4-0613", 1)):
        assert await cut(long, model) == expected
        assert await cut(short, model) == 0
