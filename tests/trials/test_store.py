"""Trials: asked for once, ended once, waited for, and judged."""

from dataclasses import replace

import pytest

from bot.domain.models import Ending
from bot.serving.store import ModelStore
from bot.storage.database import Database
from bot.trials.entities import (
    AnswerFigures,
    Judgement,
    Reason,
    TrainingFigures,
    Trial,
    TrialAnswer,
    TrialFailure,
    TrialState,
    Verdict,
)
from bot.trials.store import TrialStore

FIGURES = AnswerFigures(
    n_asked=2, n_answered=1, n_asking=1, n_refusing=0, n_repeating=0, n_foreign=0, characters=9
)
JUDGEMENT = Judgement(
    verdict=Verdict.CHECK,
    reasons=[Reason(rule="silent", params={"n": 1, "of": 2})],
    answers=FIGURES,
    base=FIGURES,
    training=TrainingFigures(n_answers=321, share_asking=1.0, characters=639),
)


@pytest.fixture
def trials(database: Database) -> TrialStore:
    return TrialStore(database)


async def model_named(database: Database, name: str) -> int:
    models = ModelStore(database)
    model = await database.write(
        lambda tx: models.remember(tx, name, system_prompt="", job_id=None, now=1)
    )
    return model.id


async def asked(database: Database, trials: TrialStore, name: str = "m", **options) -> int | None:
    model_id = await model_named(database, name)
    return await database.write(lambda tx: trials.ask(tx, model_id, now=100, **options))


async def a_trial(database: Database, trials: TrialStore, name: str = "m") -> Trial:
    trial_id = await asked(database, trials, name)
    assert trial_id is not None
    return await found(trials, trial_id)


async def found(trials: TrialStore, trial_id: int) -> Trial:
    trial = await trials.get(trial_id)
    assert trial is not None
    return trial


async def finish(database: Database, trials: TrialStore, trial: Trial) -> bool:
    return await database.write(lambda tx: trials.finish(tx, trial))


async def test_trial_is_asked_for_once_by_a_request(database: Database, trials: TrialStore):
    """A replayed /test starts no second one; automatic ones have no request."""
    first = await asked(database, trials, request_id=1, asked_by=5)
    assert await asked(database, trials, request_id=1, asked_by=5) is None
    others = [await asked(database, trials) for _ in range(2)]

    assert await trials.pending() == [first, *others]
    assert first is not None
    trial = await found(trials, first)
    assert (trial.state, trial.asked_by, trial.created_at) == (TrialState.PENDING, 5, 100)
    assert (trial.answers, trial.judgement, trial.next_at) == ([], None, None)
    assert await trials.get(404) is None


async def test_trial_ends_once(database: Database, trials: TrialStore):
    """With all that is known of it then."""
    trial = await a_trial(database, trials)
    ended = replace(
        trial,
        state=TrialState.FAILED,
        answers=[
            TrialAnswer(
                prompt="Как начать?", answer='Представь "лес"\n🌲', base_answer="Здравствуйте!"
            ),
            TrialAnswer(prompt="Зачем?", answer=None, ending=Ending.CUT_BY_LENGTH),
            TrialAnswer(
                prompt="А?",
                answer="Лес",
                base_answer="По",
                ending=Ending.WHOLE,
                base_ending=Ending.CUT_BY_LENGTH,
            ),
        ],
        base_model="base",
        base_trouble=TrialFailure(key="error_model_unknown", params={"model": "base"}),
        judgement=JUDGEMENT,
    )

    assert await finish(database, trials, ended)
    assert not await finish(database, trials, replace(trial, state=TrialState.ANSWERED))

    assert await found(trials, trial.id) == ended
    assert await trials.pending() == []


async def test_what_was_answered_so_far_is_kept(database: Database, trials: TrialStore):
    trial = await a_trial(database, trials)
    answers = [TrialAnswer(prompt="Зачем?", answer="Лес.")]
    await database.write(lambda tx: trials.note(tx, trial.id, answers))

    assert await found(trials, trial.id) == replace(trial, answers=answers)


@pytest.mark.parametrize(
    ("stored", "ending"), [("true", Ending.CUT_BY_LENGTH), ("false", None), ("null", None)]
)
async def test_rows_from_before_endings_say_only_whether_it_was_cut(
    database: Database, trials: TrialStore, stored: str, ending: Ending | None
):
    trial = await a_trial(database, trials)
    rows = f'[["Зачем?", "Лес.", "Поле.", {stored}]]'
    await database.write(lambda tx: tx.execute("UPDATE trials SET answers = :rows", {"rows": rows}))

    (answer,) = (await found(trials, trial.id)).answers
    assert answer == TrialAnswer(prompt="Зачем?", answer="Лес.", base_answer="Поле.", ending=ending)


async def test_answers_of_older_rows_are_read(database: Database, trials: TrialStore):
    """They know of no base model."""
    trial = await a_trial(database, trials)
    await database.write(
        lambda tx: tx.execute('UPDATE trials SET answers = \'[["Зачем?", "Лес."], ["А?", null]]\'')
    )

    assert (await found(trials, trial.id)).answers == [
        TrialAnswer(prompt="Зачем?", answer="Лес."),
        TrialAnswer(prompt="А?", answer=None),
    ]


async def test_unserved_model_is_due_when_its_time_has_come(database: Database, trials: TrialStore):
    trial = await a_trial(database, trials)
    waiting = replace(
        trial,
        state=TrialState.UNSERVED,
        trouble=TrialFailure(key="error_model_unknown", params={"model": "m"}),
        waiting_since=100,
        next_at=200,
    )
    assert await database.write(lambda tx: trials.wait(tx, waiting))

    assert await found(trials, trial.id) == waiting
    assert await trials.pending() == []
    assert (await trials.due(now=199), await trials.due(now=200)) == ([], [trial.id])

    await finish(database, trials, replace(trial, state=TrialState.ANSWERED))
    assert await trials.due(now=999) == []
    assert not await database.write(lambda tx: trials.wait(tx, waiting))


async def test_who_wants_to_know_is_told_once(database: Database, trials: TrialStore):
    """However often somebody presses while the model is asked."""
    trial = await a_trial(database, trials)

    async def press(by: int, request_id: int) -> None:
        await database.write(
            lambda tx: trials.hasten(tx, trial.id, by=by, request_id=request_id, now=300)
        )

    async def take() -> list[tuple[int, int]]:
        return await database.write(lambda tx: trials.take_checks(tx, trial.id))

    await press(5, 1)
    assert await take() == []  # it is being asked for the first time anyway
    waiting = replace(trial, trouble=TrialFailure(key="x"), waiting_since=100, next_at=5000)
    await database.write(lambda tx: trials.wait(tx, waiting))
    await press(5, 2)
    await press(5, 3)
    await press(6, 4)

    hastened = await found(trials, trial.id)
    assert (hastened.next_at, hastened.waiting_since) == (300, 100)
    assert await take() == [(5, 2), (6, 4)]
    assert await take() == []


async def test_a_wait_that_is_over_begins_anew(database: Database, trials: TrialStore):
    trial = await a_trial(database, trials)
    over = replace(trial, trouble=TrialFailure(key="x"), waiting_since=100, next_at=None)
    await database.write(lambda tx: trials.wait(tx, over))
    await database.write(lambda tx: trials.hasten(tx, trial.id, by=5, request_id=1, now=9999))

    assert (await found(trials, trial.id)).waiting_since == 9999


async def test_newest_verdict_on_each_model(database: Database, trials: TrialStore):
    """Trials without one, because nobody answered say, do not hide it."""
    for name, verdict in [("a", Verdict.LEAVE), ("b", Verdict.CHECK), ("a", Verdict.PUT)]:
        trial = await a_trial(database, trials, name)
        judged = replace(JUDGEMENT, verdict=verdict)
        await finish(database, trials, replace(trial, state=TrialState.ANSWERED, judgement=judged))
    await finish(
        database, trials, replace(await a_trial(database, trials, "a"), state=TrialState.FAILED)
    )
    await a_trial(database, trials, "c")

    assert await trials.verdicts() == {
        await model_named(database, "a"): Verdict.PUT,
        await model_named(database, "b"): Verdict.CHECK,
    }
