"""A plan is changed by buttons, checked like a command, and only while it is a plan."""

from dataclasses import replace

import pytest

from bot import errors
from bot.catalogue import SuffixRule, load_catalogue
from bot.training.edits import EPOCHS, MULTIPLIERS, PlanPart, choices, edited, next_suffix
from tests.composition import ADMIN, MODEL, PARAMETERS, BotParts
from tests.dataset.versions import data, number

CATALOGUE = load_catalogue()
OPENAI, AZURE = "https://api.openai.com/v1", "https://ours.openai.azure.com/openai/v1"


@pytest.mark.parametrize(
    ("part", "value", "change"),
    [
        (PlanPart.EPOCHS, "5", {"n_epochs": 5}),
        (PlanPart.MULTIPLIER, "0.05", {"learning_rate_multiplier": 0.05}),
        (PlanPart.MODEL, "gpt-4o-mini-2024-07-18", {"base_model": "gpt-4o-mini-2024-07-18"}),
        (PlanPart.SUFFIX, "natasha-v2", {"suffix": "natasha-v2"}),
        (
            PlanPart.PRESET,
            "premium",
            {
                "n_epochs": 5,
                "learning_rate_multiplier": None,
                "suffix": "natasha-premium-v1",
                "base_model": "gpt-4.1-2025-04-14",
            },
        ),
    ],
)
async def test_one_part_is_changed_and_the_price_with_it(parts: BotParts, part, value, change):
    run = await parts.plan()

    changed = await parts.training.edit(run.id, part, value)

    assert changed.parameters == replace(PARAMETERS, **change)
    assert changed.price_usd == (await parts.estimates.of_run(changed)).price_usd
    assert replace(changed, parameters=run.parameters, price_usd=run.price_usd) == run
    assert parts.provider.calls == []


@pytest.mark.parametrize(
    ("part", "value"),
    [
        (PlanPart.EPOCHS, "51"),
        (PlanPart.EPOCHS, "0"),
        (PlanPart.EPOCHS, ""),
        (PlanPart.MULTIPLIER, "nan"),
        (PlanPart.MULTIPLIER, "-1"),
        (PlanPart.PRESET, "gold"),
        (PlanPart.MODEL, ""),
    ],
)
async def test_what_no_button_offers_changes_nothing(parts: BotParts, part, value):
    run = await parts.plan()

    with pytest.raises(errors.ButtonGone):
        await parts.training.edit(run.id, part, value)
    assert await parts.run(run.id) == run


async def test_forged_values_are_checked_like_typed_ones(parts: BotParts):
    run = await parts.plan()

    with pytest.raises(errors.ModelShutDown):
        await parts.training.edit(run.id, PlanPart.MODEL, "gpt-3.5-turbo")
    with pytest.raises(errors.SuffixTooLong):
        await parts.training.edit(run.id, PlanPart.SUFFIX, "s" * 65)
    assert await parts.run(run.id) == run


async def test_plan_that_was_started_or_dropped_stays_as_it_is(parts: BotParts):
    started, dropped = await parts.confirmed(), await parts.plan()
    await parts.starts.drop(dropped.id)

    with pytest.raises(errors.PlanTaken):
        await parts.training.edit(started.id, PlanPart.EPOCHS, "5")
    with pytest.raises(errors.PlanGone):
        await parts.training.edit(dropped.id, PlanPart.EPOCHS, "5")
    with pytest.raises(errors.PlanGone):
        await parts.training.edit(404, PlanPart.EPOCHS, "5")
    assert (await parts.run(started.id)).parameters == PARAMETERS


async def test_model_of_a_preset_goes_with_it(parts: BotParts):
    """Who looked at the dearest one and chose another does not pay for the former's model."""
    run = await parts.plan()
    await parts.training.edit(run.id, PlanPart.PRESET, "premium")

    quick = await parts.training.edit(run.id, PlanPart.PRESET, "quick")
    assert quick.parameters.base_model == MODEL

    await parts.training.edit(run.id, PlanPart.MODEL, "gpt-4o-mini-2024-07-18")
    chosen = await parts.training.edit(run.id, PlanPart.PRESET, "production")
    assert chosen.parameters.base_model == "gpt-4o-mini-2024-07-18"


async def test_what_was_edited_is_what_is_trained(parts: BotParts):
    run = await parts.plan()
    await parts.training.edit(run.id, PlanPart.EPOCHS, "8")
    run = await parts.settled(await parts.confirm(run))

    (job,) = parts.provider.jobs.values()
    assert job.n_epochs == 8


async def test_validation_part_is_left_out_and_taken_back(parts: BotParts):
    judged, _ = await parts.desk.split(await number(parts, data(n=40)), share=0.2, by=ADMIN)
    assert judged.dataset is not None
    await parts.desk.choose(judged.dataset.id)
    run = await parts.plan()
    assert run.validation is not None

    without = await parts.training.edit(run.id, PlanPart.VALIDATION, "0")
    assert without.validation is None
    assert (await parts.training.edit(run.id, PlanPart.VALIDATION, "1")) == run


def test_every_choice_is_one_that_an_edit_takes():
    """And each fits into a button, which carries 64 bytes."""
    for part in (PlanPart.MODEL, PlanPart.EPOCHS, PlanPart.MULTIPLIER, PlanPart.SUFFIX):
        options = choices(part, PARAMETERS, CATALOGUE, taken={"natasha-v2"}, base_url=OPENAI)
        assert len(options) == len(set(options)) > 1
        for value in options:
            edited(PARAMETERS, part, value, CATALOGUE, base_model=MODEL)
            assert len(f"training:set:{10**6}-{part}={value}".encode()) <= 64
    offered = choices(PlanPart.EPOCHS, PARAMETERS, CATALOGUE, taken=(), base_url=OPENAI)
    assert list(offered) == [str(n) for n in EPOCHS]
    assert len(MULTIPLIERS) == 8


def test_models_that_are_gone_are_not_offered():
    offered = choices(PlanPart.MODEL, PARAMETERS, CATALOGUE, taken=(), base_url=OPENAI)

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

    offered = choices(PlanPart.SUFFIX, long, CATALOGUE, taken=(), base_url=AZURE)

    assert offered[0] == "natasha-with-do-v2"
    assert long.suffix not in offered
    assert all(CATALOGUE.suffix_rule(AZURE).takes(name) for name in offered)
    assert long.suffix in choices(PlanPart.SUFFIX, long, CATALOGUE, taken=(), base_url=OPENAI)
