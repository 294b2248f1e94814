"""Models, who serves, and the trials they were put to."""

import pytest

from bot.domain import ServedModel, Serving, Trial, TrialAnswer, TrialState
from bot.storage.database import Database
from bot.storage.jobs import JobStore
from bot.storage.models import ModelStore, TrialStore
from tests.fakes import job_of

NAME = "ft:gpt-4.1-mini-2025-04-14:org:natasha-v1:AbC"


@pytest.fixture
def models(database: Database) -> ModelStore:
    return ModelStore(database)


@pytest.fixture
def trials(database: Database) -> TrialStore:
    return TrialStore(database)


async def remember(
    database: Database, models: ModelStore, name: str = NAME, **options
) -> ServedModel:
    details = {"system_prompt": "Ты Наташа.", "job_id": None, "now": 100} | options
    return await database.write(lambda tx: models.remember(tx, name, **details))


async def serve(database: Database, models: ModelStore, model: ServedModel, by: int | None = 5):
    await database.write(lambda tx: models.serve(tx, model.id, chosen_by=by, now=200))


async def ask(database: Database, trials: TrialStore, model: ServedModel, **options) -> int | None:
    return await database.write(lambda tx: trials.ask(tx, model.id, now=100, **options))


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
    assert await models.serving() == Serving(model=first, since=200, chosen_by=None)
    await serve(database, models, second)
    await serve(database, models, first)

    assert await models.serving() == Serving(model=first, since=200, chosen_by=5)
    assert await database.write(models.serves_any)


async def test_newest_models_first(database: Database, models: ModelStore):
    for name in "abc":
        await remember(database, models, name)

    assert [model.name for model in await models.latest(limit=2)] == ["c", "b"]


async def test_trial_is_asked_for_once_by_a_request(
    database: Database, models: ModelStore, trials: TrialStore
):
    """A replayed /test starts no second one; automatic ones have no request."""
    model = await remember(database, models)

    first = await ask(database, trials, model, request_id=1, asked_by=5)
    assert await ask(database, trials, model, request_id=1, asked_by=5) is None
    others = [await ask(database, trials, model) for _ in range(2)]

    assert await trials.pending() == [first, *others]
    assert first is not None
    assert await trials.get(first) == Trial(
        id=first, model=model, state=TrialState.PENDING, asked_by=5, answers=[], created_at=100
    )
    assert await trials.get(404) is None


async def test_trial_ends_once(database: Database, models: ModelStore, trials: TrialStore):
    model = await remember(database, models)
    trial_id = await ask(database, trials, model)
    assert trial_id is not None
    answers = [
        TrialAnswer(prompt="Как начать свой бизнес?", answer='Представь "лес"\n🌲'),
        TrialAnswer(prompt="Зачем?", answer=None),
    ]

    async def finish(state: TrialState, answers: list[TrialAnswer]) -> bool:
        return await database.write(
            lambda tx: trials.finish(tx, trial_id, state=state, answers=answers)
        )

    assert await finish(TrialState.FAILED, answers)
    assert not await finish(TrialState.ANSWERED, [])

    found = await trials.get(trial_id)
    assert found is not None
    assert (found.state, found.answers) == (TrialState.FAILED, answers)
    assert await trials.pending() == []
