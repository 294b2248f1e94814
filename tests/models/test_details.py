"""All that is known of a model, and the checkpoints that its provider kept."""

import datetime as dtm
from dataclasses import replace

import pytest

from bot import errors
from bot.domain.models import Checkpoint, ServedModel
from tests.composition import ADMIN, MODEL, TUNED, BotParts
from tests.fakes import job_of

KEPT = [
    Checkpoint(name=f"{TUNED}:ckpt-step-33", step=33, train_loss=2.0, valid_loss=1.4),
    Checkpoint(name=f"{TUNED}:ckpt-step-66", step=66, train_loss=1.5, valid_loss=1.2),
    Checkpoint(name=TUNED, step=99, train_loss=1.0, valid_loss=1.3),
]


async def trained(parts: BotParts) -> ServedModel:
    """The model of a plan that has succeeded."""
    run = await parts.settled(await parts.confirmed())
    assert run.job_id is not None
    parts.provider.moves(run.job_id, "succeeded", fine_tuned_model=TUNED, finished_at=1_800_000_000)
    parts.watching.wake(run.job_id)
    await parts.looked_at(run.job_id)
    return await parts.serving.model(TUNED)


async def test_model_of_a_plan_knows_where_it_comes_from(parts: BotParts):
    model = await trained(parts)
    found = await parts.model_desk.details(model.id)

    assert (found.model, found.base_model, found.serving) == (model, MODEL, None)
    assert found.run is not None
    assert (found.run.confirmed_by, found.run.dataset) == (ADMIN, await parts.datasets.current())
    assert found.tracked is not None
    assert found.tracked.job.id == found.run.job_id
    assert found.may_have_checkpoints
    assert (found.checkpoint, found.result, found.last_day, found.verdict) == (None,) * 4


async def test_model_of_unknown_origin(parts: BotParts):
    """Its base is in its name, or it is its own."""
    foreign = await parts.serving.model(f"ft:{MODEL}:their-org:x:1")
    plain = await parts.serving.use(await parts.serving.model("мой/сервер:7b"), by=ADMIN)

    found = await parts.model_desk.details(foreign.id)
    assert (found.base_model, found.tracked, found.run) == (MODEL, None, None)
    assert not found.may_have_checkpoints
    found = await parts.model_desk.details(plain.id)
    assert found.base_model == "мой/сервер:7b"
    assert found.serving is not None
    with pytest.raises(errors.ModelListGone):
        await parts.model_desk.details(404)


async def test_model_of_a_followed_job(parts: BotParts):
    parts.provider.has_job(job_of("ftjob-9", "succeeded", fine_tuned_model=TUNED))
    await parts.watching.follow("ftjob-9", by=ADMIN)
    await parts.looked_at("ftjob-9")

    found = await parts.model_desk.details((await parts.serving.model(TUNED)).id)

    assert found.run is None
    assert found.tracked is not None
    assert found.tracked.followed_by == ADMIN


async def test_days_until_the_end(parts: BotParts):
    parts.begin(openai_base_url="https://api.openai.com/v1")
    model = await parts.serving.model(TUNED)

    found = await parts.model_desk.details(model.id)
    assert (found.last_day, found.days_left) == (dtm.date(2027, 1, 14), 53)
    parts.today = dtm.date(2027, 1, 15)
    assert (await parts.model_desk.details(model.id)).days_left == -1


async def test_checkpoints_are_read_once_and_are_models(parts: BotParts):
    """Each can be put to use, with the prompt of the training; the last one is the result."""
    model = await trained(parts)
    job_id = model.job_id or ""
    parts.provider.checkpoints_of[job_id] = KEPT

    found = await parts.model_desk.of_job(model.id)
    await parts.restart()
    assert await parts.model_desk.of_job(model.id) == found

    assert parts.provider.n_calls(f"checkpoints {job_id}") == 1
    assert [checkpoint for _, checkpoint in found] == KEPT
    assert found[2][0] == model
    earlier = found[1][0]
    assert (earlier.system_prompt, earlier.job_id) == (model.system_prompt, job_id)
    assert earlier.title == "natasha-v1:step-66"
    details = await parts.model_desk.details(earlier.id)
    assert (details.checkpoint, details.result) == (KEPT[1], model)
    assert not details.may_have_checkpoints
    assert (await parts.serving.others(0)).models == [model]
    await parts.serving.use(earlier, by=ADMIN)
    assert (await parts.serving.model(None)) == earlier


async def test_server_without_checkpoints_is_asked_again_next_time(parts: BotParts):
    """It may keep them later; a model without a job has none to ask for."""
    model = await trained(parts)
    assert await parts.model_desk.of_job(model.id) == []
    parts.provider.checkpoints_of[model.job_id or ""] = KEPT
    assert len(await parts.model_desk.of_job(model.id)) == 3

    other = await parts.serving.model("чужая")
    assert await parts.model_desk.of_job(other.id) == []


async def test_checkpoints_that_cant_be_read_now(parts: BotParts):
    """The admin hears that the provider does not answer; nothing is stored, so the next try may."""
    model = await trained(parts)
    parts.provider.fails("checkpoints", errors.ProviderUnreachable())

    with pytest.raises(errors.ProviderUnreachable):
        await parts.model_desk.of_job(model.id)
    assert await parts.model_desk.of_job(model.id) == []


async def test_checkpoint_that_was_named_before_keeps_its_prompt(parts: BotParts):
    """An admin put it to use by its name, with words of their own, before its job was followed."""
    named = await parts.serving.model(KEPT[0].name)
    await parts.serving.use(named, by=ADMIN, system_prompt="Своими словами.")
    model = await trained(parts)
    parts.provider.checkpoints_of[model.job_id or ""] = KEPT

    found = await parts.model_desk.of_job(model.id)

    assert found[0][0] == replace(named, system_prompt="Своими словами.", job_id=model.job_id)
