"""Models, who serves, and the trials they were put to."""

import datetime as dtm
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot.domain.models import Checkpoint, CurrentModel, ServedModel
from bot.jobs.store import JobStore
from bot.models.checkpoint_store import CheckpointStore
from bot.serving.last_day_store import LastDayStore
from bot.serving.store import ModelStore
from bot.storage.database import Database, Transaction
from tests.fakes import job_of

NAME = "ft:gpt-4.1-mini-2025-04-14:org:natasha-v1:AbC"


@pytest.fixture
def models(database: Database) -> ModelStore:
    return ModelStore(database)


async def remember(
    database: Database, models: ModelStore, name: str = NAME, **options
) -> ServedModel:
    details = {"system_prompt": "Ты Наташа.", "job_id": None, "now": 100} | options
    return await database.write(lambda tx: models.remember(tx, name, **details))


async def serve(database: Database, models: ModelStore, model: ServedModel, by: int | None = 5):
    await database.write(lambda tx: models.serve(tx, model.id, chosen_by=by, now=200))


async def test_model_is_one_row_however_often_it_is_named(database: Database, models: ModelStore):
    """Its prompt stays as it was, for an admin may have changed it."""
    model = await remember(database, models)
    await database.write(lambda tx: models.set_system_prompt(tx, model.id, "Новая."))

    again = await remember(database, models, system_prompt="Ещё одна.", now=999)

    assert again == ServedModel(
        id=model.id, name=NAME, system_prompt="Новая.", job_id=None, added_at=100
    )
    assert again.title == "natasha-v1"
    assert await models.get(model.id) == await models.named(NAME) == again
    assert (await models.get(404), await models.named("?")) == (None, None)


async def test_job_of_a_model_is_learnt_later_and_kept(database: Database, models: ModelStore):
    """A model that was put to use by name, and whose job is followed afterwards."""
    jobs = JobStore(database)
    await database.write(lambda tx: jobs.save(tx, job_of("ftjob-1")))
    await database.write(lambda tx: jobs.save(tx, job_of("ftjob-2")))
    await remember(database, models)

    assert (await remember(database, models, job_id="ftjob-1")).job_id == "ftjob-1"
    assert (await remember(database, models, job_id="ftjob-2")).job_id == "ftjob-1"
    assert (await remember(database, models)).job_id == "ftjob-1"


async def test_the_last_choice_serves(database: Database, models: ModelStore):
    first = await remember(database, models, "a")
    second = await remember(database, models, "b")
    assert await models.serving() is None
    assert not await database.write(models.serves_any)

    await serve(database, models, first, by=None)
    assert await models.serving() == CurrentModel(model=first, since=200, chosen_by=None)
    await serve(database, models, second)
    await serve(database, models, first)

    assert await models.serving() == CurrentModel(model=first, since=200, chosen_by=5)
    assert await database.write(models.serves_any)


async def test_once_more_is_no_new_choice(database: Database, models: ModelStore):
    """However many admins press at once: the first of them has chosen."""
    model = await remember(database, models)
    await serve(database, models, model)
    await serve(database, models, model, by=6)

    assert await models.serving() == CurrentModel(model=model, since=200, chosen_by=5)
    assert len(await database.rows("SELECT 1 FROM servings")) == 1


async def test_newest_models_first_page_by_page(database: Database, models: ModelStore):
    a, b, *_ = [await remember(database, models, name) for name in "abcde"]

    async def names(**options: Any) -> str:
        return "".join(model.name for model in await models.listed(**options))

    assert await names(limit=2) == "ed"
    assert await names(limit=2, offset=2) == "cb"
    assert await names(limit=9, offset=4) == "a"
    assert await names(limit=9, without=[a.id, b.id]) == "edc"
    assert await names(limit=9, offset=9) == ""


async def test_retired_model_leaves_the_list_and_comes_back(database: Database, models: ModelStore):
    """Nothing is deleted: it keeps its id, its prompt and its past."""
    a, b = [await remember(database, models, name) for name in "ab"]
    await database.write(lambda tx: models.retire(tx, a.id, now=300))
    await database.write(lambda tx: models.retire(tx, a.id, now=400))

    assert await models.listed(limit=9) == [b]
    assert await models.retired(limit=9) == [replace(a, retired_at=300)]
    assert await models.named("a") == replace(a, retired_at=300)

    await database.write(lambda tx: models.restore(tx, a.id))
    assert await models.listed(limit=9) == [b, a]
    assert await models.retired(limit=9) == []


async def test_who_serves_is_not_retired_and_who_is_retired_serves_again(
    database: Database, models: ModelStore
):
    a, b = [await remember(database, models, name) for name in "ab"]
    await serve(database, models, a)
    await serve(database, models, b)

    await database.write(lambda tx: models.retire(tx, b.id, now=300))
    assert await models.get(b.id) == b
    await database.write(lambda tx: models.retire(tx, a.id, now=300))
    assert await models.before(b.id) is None

    await serve(database, models, a)
    assert await models.get(a.id) == a
    assert await models.before(a.id) == b


async def test_checkpoints_are_models_apart_from_the_list(database: Database, models: ModelStore):
    """Only the job's own result is on the list; the last checkpoint is that result."""
    jobs, store = JobStore(database), CheckpointStore(database)
    job = job_of("ftjob-1", "succeeded", fine_tuned_model=NAME)
    await database.write(lambda tx: jobs.save(tx, job))
    result = await remember(database, models, job_id="ftjob-1")
    kept = [
        Checkpoint(name=NAME, step=99, train_loss=1.5, valid_loss=1.25),
        Checkpoint(name=f"{NAME}:ckpt-step-33", step=33),
    ]
    for _ in range(2):
        for checkpoint in kept:
            model = await remember(database, models, checkpoint.name, job_id="ftjob-1")
            await database.write(partial(_add, store, checkpoint, model))

    earlier = await models.named(f"{NAME}:ckpt-step-33")
    assert earlier is not None
    assert await store.of_job("ftjob-1") == [(earlier, kept[1]), (result, kept[0])]
    assert await store.of_model(earlier.id) == kept[1]
    assert await store.of_model(404) is None
    assert await store.of_job("ftjob-2") == []
    assert await models.listed(limit=9) == [result]


async def _add(
    store: CheckpointStore, checkpoint: Checkpoint, model: ServedModel, tx: Transaction
) -> None:
    await store.add(tx, checkpoint, model_id=model.id, job_id="ftjob-1")


async def test_warning_is_noted_once(database: Database):
    """For each base model, last day and threshold; a day that was moved is warned of anew."""
    endings, day = LastDayStore(), dtm.date(2027, 1, 14)

    async def tell(base_model: str = "a", last_day: dtm.date = day, days_before: int = 30) -> bool:
        return await database.write(
            lambda tx: endings.tell(tx, base_model, last_day, days_before=days_before, now=1)
        )

    assert await tell()
    assert not await tell()
    assert [await tell("b"), await tell(days_before=7), await tell(last_day=dtm.date.max)] == [
        True
    ] * 3
