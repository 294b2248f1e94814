"""Pairs of answers for DPO: versions of their own kind, plans of their own method."""

from dataclasses import replace

import pytest

from bot import errors
from bot.domain.datasets import TrainingMethod
from tests.composition import ADMIN, PARAMETERS, BotParts
from tests.dataset.validation_files import good_lines, pair_lines

OPENAI = "https://api.openai.com/v1"
PAIRS = b"\n".join([*pair_lines(30), b""])
EXAMPLES = b"\n".join([*good_lines(30), b""])


async def number(parts: BotParts, content: bytes) -> int:
    judged = await parts.desk.take_in(content, name="пары.jsonl", by=ADMIN)
    assert judged.dataset is not None
    return judged.dataset.id


async def test_version_knows_what_its_examples_are_for(parts: BotParts):
    pairs, examples = await number(parts, PAIRS), await number(parts, EXAMPLES)

    assert (await parts.desk.get(pairs)).method is TrainingMethod.DPO
    assert (await parts.desk.get(examples)).method is TrainingMethod.SUPERVISED


async def test_parts_of_pairs_are_pairs(parts: BotParts):
    part, done = await parts.desk.split(await number(parts, PAIRS), share=0.2, by=ADMIN)

    assert part.dataset is not None
    assert part.dataset.validation_id is not None
    validation = await parts.desk.get(part.dataset.validation_id)
    assert (part.dataset.method, validation.method) == (TrainingMethod.DPO, TrainingMethod.DPO)
    assert (done.n_training, done.n_validation) == (24, 6)


async def test_a_model_is_measured_by_the_kind_that_it_learns_from(parts: BotParts):
    await parts.desk.choose(await number(parts, PAIRS))
    examples = await number(parts, EXAMPLES)

    with pytest.raises(errors.PartsDiffer):
        await parts.desk.pair(examples)
    assert (await parts.datasets.current()).validation_id is None


@pytest.mark.parametrize("is_pairs", [True, False])
async def test_plan_trains_as_its_dataset_asks_for(parts: BotParts, is_pairs: bool):
    """From the plan to the provider: nobody chooses, so nobody can choose wrong."""
    await parts.desk.choose(await number(parts, PAIRS if is_pairs else EXAMPLES))
    method = TrainingMethod.DPO if is_pairs else TrainingMethod.SUPERVISED

    parts.begin(openai_base_url=OPENAI)
    training = parts.training
    run = await training.plan(PARAMETERS, asked_by=ADMIN, request_id=parts.request())
    again = await training.plan_again(run.id, asked_by=ADMIN, request_id=parts.request())
    await parts.settled(await parts.confirm(run))

    assert (run.method, again.method) == (method, method)
    assert (run.price_usd is None) == is_pairs
    assert parts.provider.methods == [method]


@pytest.mark.parametrize("named", [TrainingMethod.DPO, TrainingMethod.SUPERVISED])
async def test_method_that_was_named_is_checked(parts: BotParts, named: TrainingMethod):
    await parts.desk.choose(await number(parts, PAIRS))
    training = replace(parts.training, base_url=OPENAI)
    plan = training.plan(
        replace(PARAMETERS, method=named), asked_by=ADMIN, request_id=parts.request()
    )

    if named is TrainingMethod.DPO:
        assert (await plan).parameters == PARAMETERS
        return
    with pytest.raises(errors.MethodDiffers) as refusal:
        await plan
    assert refusal.value.params["method"] == "dpo"


async def test_no_plan_where_the_provider_is_not_known_to_take_pairs(parts: BotParts):
    """Neither a new one, nor one made from a run of another time or place."""
    await parts.desk.choose(await number(parts, PAIRS))
    home, elsewhere = (
        replace(parts.training, base_url=url) for url in (OPENAI, "https://models.example/v1")
    )
    run = await home.plan(PARAMETERS, asked_by=ADMIN, request_id=parts.request())

    for plan in (
        elsewhere.plan(PARAMETERS, asked_by=ADMIN, request_id=parts.request()),
        elsewhere.plan_again(run.id, asked_by=ADMIN + 1, request_id=parts.request()),
        elsewhere.plan_on_current(run.id, asked_by=ADMIN + 1, request_id=parts.request()),
    ):
        with pytest.raises(errors.MethodUnknown) as refusal:
            await plan
        assert refusal.value.params == {"method": "dpo", "host": "models.example"}

    await parts.desk.choose(await number(parts, EXAMPLES))
    usual = await elsewhere.plan(PARAMETERS, asked_by=ADMIN, request_id=parts.request())
    assert usual.method is TrainingMethod.SUPERVISED
