"""A plan is changed by buttons, checked like a command, and only while it is a plan."""

from dataclasses import replace

import pytest

from bot import errors
from bot.catalogue import SuffixRule, load_catalogue
from bot.training.edits import EPOCHS, MULTIPLIERS, Part, choices, edited, next_suffix
from tests.composition import ADMIN, MODEL, PARAMETERS, House
from tests.dataset.test_versions import data, number

CATALOGUE = load_catalogue()
OPENAI, AZURE = "https://api.openai.com/v1", "https://ours.openai.azure.com/openai/v1"


@pytest.mark.parametrize(
    ("part", "value", "change"),
    [
        (Part.EPOCHS, "5", {"n_epochs": 5}),
        (Part.MULTIPLIER, "0.05", {"learning_rate_multiplier": 0.05}),
        (Part.MODEL, "gpt-4o-mini-2024-07-18", {"base_model": "gpt-4o-mini-2024-07-18"}),
        (Part.SUFFIX, "natasha-v2", {"suffix": "natasha-v2"}),
        (
            Part.PRESET,
            "premium",
            {
                "n_epochs": 5,
                "learning_rate_multiplier": 0.05,
                "suffix": "natasha-premium-v1",
                "base_model": "gpt-4.1-2025-04-14",
            },
        ),
    ],
)
async def test_one_part_is_changed_and_the_price_with_it(house: House, part, value, change):
    run = await house.plan()

    changed = await house.training.edit(run.id, part, value)

    assert changed.parameters == replace(PARAMETERS, **change)
    assert changed.price_usd == (await house.training.estimate(changed)).price_usd
    assert replace(changed, parameters=run.parameters, price_usd=run.price_usd) == run
    assert house.provider.calls == []


@pytest.mark.parametrize(
    ("part", "value"),
    [
        (Part.EPOCHS, "51"),
        (Part.EPOCHS, "0"),
        (Part.EPOCHS, ""),
        (Part.MULTIPLIER, "nan"),
        (Part.MULTIPLIER, "-1"),
        (Part.PRESET, "gold"),
        (Part.MODEL, ""),
    ],
)
async def test_what_no_button_offers_changes_nothing(house: House, part, value):
    run = await house.plan()

    with pytest.raises(errors.ButtonGone):
        await house.training.edit(run.id, part, value)
    assert await house.run(run.id) == run


async def test_forged_values_are_checked_like_typed_ones(house: House):
    run = await house.plan()

    with pytest.raises(errors.ModelShutDown):
        await house.training.edit(run.id, Part.MODEL, "gpt-3.5-turbo")
    with pytest.raises(errors.SuffixTooLong):
        await house.training.edit(run.id, Part.SUFFIX, "s" * 65)
    assert await house.run(run.id) == run


async def test_plan_that_was_started_or_dropped_stays_as_it_is(house: House):
    started, dropped = await house.confirmed(), await house.plan()
    await house.training.drop(dropped.id)

    with pytest.raises(errors.PlanTaken):
        await house.training.edit(started.id, Part.EPOCHS, "5")
    with pytest.raises(errors.PlanGone):
        await house.training.edit(dropped.id, Part.EPOCHS, "5")
    with pytest.raises(errors.PlanGone):
        await house.training.edit(404, Part.EPOCHS, "5")
    assert (await house.run(started.id)).parameters == PARAMETERS


async def test_model_of_a_preset_goes_with_it(house: House):
    """Who looked at the dearest one and chose another does not pay for the former's model."""
    run = await house.plan()
    await house.training.edit(run.id, Part.PRESET, "premium")

    quick = await house.training.edit(run.id, Part.PRESET, "quick")
    assert quick.parameters.base_model == MODEL

    await house.training.edit(run.id, Part.MODEL, "gpt-4o-mini-2024-07-18")
    chosen = await house.training.edit(run.id, Part.PRESET, "production")
    assert chosen.parameters.base_model == "gpt-4o-mini-2024-07-18"


async def test_what_was_edited_is_what_is_trained(house: House):
    run = await house.plan()
    await house.training.edit(run.id, Part.EPOCHS, "8")
    run = await house.settled(await house.confirm(run))

    (job,) = house.provider.jobs.values()
    assert job.n_epochs == 8


async def test_validation_part_is_left_out_and_taken_back(house: House):
    judged, _ = await house.desk.split(await number(house, data(n=40)), share=0.2, by=ADMIN)
    assert judged.dataset is not None
    await house.desk.choose(judged.dataset.id)
    run = await house.plan()
    assert run.validation is not None

    without = await house.training.edit(run.id, Part.VALIDATION, "0")
    assert without.validation is None
    assert (await house.training.edit(run.id, Part.VALIDATION, "1")) == run


def test_every_choice_is_one_that_an_edit_takes():
    """And each fits into a button, which carries 64 bytes."""
    for part in (Part.MODEL, Part.EPOCHS, Part.MULTIPLIER, Part.SUFFIX):
        options = choices(part, PARAMETERS, CATALOGUE, taken={"natasha-v2"}, base_url=OPENAI)
        assert len(options) == len(set(options)) > 1
        for value in options:
            edited(PARAMETERS, part, value, CATALOGUE, base_model=MODEL)
            assert len(f"training:set:{10**6}-{part}={value}".encode()) <= 64
    offered = choices(Part.EPOCHS, PARAMETERS, CATALOGUE, taken=(), base_url=OPENAI)
    assert list(offered) == [str(n) for n in EPOCHS]
    assert len(MULTIPLIERS) == 8


def test_models_that_are_gone_are_not_offered():
    offered = choices(Part.MODEL, PARAMETERS, CATALOGUE, taken=(), base_url=OPENAI)

    assert MODEL in offered
    assert not any("3.5" in name for name in offered)


@pytest.mark.parametrize(
    ("suffix", "taken", "expected"),
    [
        ("natasha-v1", set(), "natasha-v2"),
        ("natasha-v1", {"natasha-v2", "natasha-v3"}, "natasha-v4"),
        ("natasha", set(), "natasha-v2"),
        ("v1", set(), "v2"),
        ("", set(), "v2"),
        ("natasha-v9", set(), "natasha-v10"),
        ("наташа-v1", set(), "наташа-v2"),
    ],
)
def test_next_name(suffix: str, taken: set[str], expected: str):
    assert next_suffix(suffix, taken, SuffixRule(longest=64)) == expected


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [
        ("natasha-v1", "natasha-v2"),
        ("natasha-premium-v9", "natasha-premiu-v10"),
        ("natasha.2026.v1", "natasha-2026-v2"),
        ("a" * 40, "a" * 15 + "-v2"),
        ("...", "v2"),
    ],
)
def test_next_name_is_one_that_the_provider_takes(suffix: str, expected: str):
    rule = CATALOGUE.suffix_rule(AZURE)

    assert next_suffix(suffix, set(), rule) == expected
    assert rule.takes(expected)


def test_names_that_the_provider_would_refuse_are_not_offered():
    long = replace(PARAMETERS, suffix="natasha.with.dots-v1")

    offered = choices(Part.SUFFIX, long, CATALOGUE, taken=(), base_url=AZURE)

    assert offered[0] == "natasha-with-do-v2"
    assert long.suffix not in offered
    assert all(CATALOGUE.suffix_rule(AZURE).takes(name) for name in offered)
    assert long.suffix in choices(Part.SUFFIX, long, CATALOGUE, taken=(), base_url=OPENAI)
