"""From ratings to versions of the dataset: made once, whole, and without what stands there."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from bot import errors
from bot.domain import JsonDict
from bot.domain.datasets import Dataset, DatasetOrigin, TrainingMethod
from bot.domain.models import Turn
from bot.export import Kind, LeftOut
from bot.storage.database import Transaction
from tests.composition import ADMIN, PROMPT, SECOND_ADMIN, TESTER, House, write_dataset

LONG_AGO = 1_700_000_000
MODEL, OTHER = "ft:a:org:natasha-v1:x", "ft:a:org:natasha-v2:y"


async def answered(
    house: House,
    question: str,
    answer: str = "Иди к лесу.",
    *,
    by: int = TESTER,
    model: str = MODEL,
    n_window: int = 0,
) -> int:
    """The model answered somebody; returns the turn's request id."""
    request_id = house.request()
    turn = Turn(user_text=question, assistant_text=answer)

    async def store(tx):
        await house.conversations.add_turn(
            tx, turn, chat_id=by, person_id=by, request_id=request_id, model=model, usage=None,
            now=LONG_AGO,
        )  # fmt: skip
        await house.conversations.remember_shown(
            tx, request_id, system_prompt=PROMPT, n_window=n_window
        )

    await house.database.write(store)
    return request_id


async def rated(
    house: House,
    question: str,
    answer: str = "Иди к лесу.",
    *,
    is_good: bool = True,
    correction: str = "",
    at: int = LONG_AGO,
    by: int = TESTER,
    **options: object,
) -> None:
    """And they said what they think of it."""
    turn_id = await answered(house, question, answer, by=by, **options)  # type: ignore[arg-type]
    await house.database.write(
        lambda tx: house.ratings.rate(tx, turn_id, person_id=by, is_good=is_good, now=at)
    )
    if correction:
        await house.database.write(
            lambda tx: house.ratings.correct(
                tx, turn_id, person_id=by, text=correction, message_id=turn_id, now=at
            )
        )


async def some(house: House, n: int = 12, *, first: int = 0, at: int = LONG_AGO) -> None:
    """So many good answers, and as many bad ones with their corrections."""
    for k in range(first, first + n):
        await rated(house, f"Что такое {k}?", f"Это {k}.", at=at)
        await rated(
            house,
            f"Как быть с {k}?",
            f"Никак, {k}.",
            is_good=False,
            correction=f"Дыши, {k}.",
            at=at,
        )


async def made(house: House, kind: Kind, *, since: int = 0, by: int = ADMIN) -> Dataset:
    judged, _ = await house.export.to_desk(kind, since=since, name="a.jsonl", by=by)
    assert judged.dataset is not None
    return judged.dataset


def rows_of(dataset: Dataset) -> list[JsonDict]:
    return [json.loads(line) for line in Path(dataset.path).read_bytes().splitlines()]


def questions(rows: Iterable[JsonDict]) -> list[str]:
    return [row["messages"][-2]["content"] for row in rows]


async def in_use(house: House) -> Dataset:
    found = await house.desk.in_use()
    assert found is not None
    return found


def drafts(house: House) -> list[Path]:
    return list((house.path.parent / "datasets").glob("draft-*"))


async def test_without_ratings_there_is_nothing(house: House):
    found = await house.export.survey(0)

    assert (found.n_rated, found.examples.n, found.pairs.n) == (0, 0, 0)
    assert found.exported_at is None
    for kind in Kind:
        with pytest.raises(errors.NothingToExport):
            await made(house, kind)
    assert drafts(house) == []


async def test_survey_tells_of_whom_and_how_many(house: House):
    await some(house, 3)
    await rated(house, "Кто ты?", by=SECOND_ADMIN, model=OTHER, is_good=False)

    found = await house.export.survey(0)

    assert (found.n_rated, found.examples.n, found.pairs.n) == (7, 6, 3)
    assert (found.examples.n_corrections, found.pairs.n_corrections) == (3, 3)
    assert found.models == {MODEL: 6, OTHER: 1}
    assert found.people == {TESTER: 6, SECOND_ADMIN: 1}
    assert found.examples.left_out == {LeftOut.NOT_CORRECTED: 1}
    assert (found.first_at, found.last_at) == (LONG_AGO, LONG_AGO)


async def test_nobody_is_taught_what_nobody_rated(house: House):
    """Neither answers without a word on them, nor the one that was replaced by another try."""
    await answered(house, "Кто ты?")
    await rated(house, "Где ты?")

    assert questions(rows_of(await made(house, Kind.EXAMPLES))) == ["Где ты?"]


async def test_examples_become_a_version(house: House):
    """Judged like any file, with the window as the model had it, and without errors."""
    await some(house)
    await answered(house, "Первое?", "Раз.")
    await rated(house, "Второе?", "Два.", n_window=1)

    judged, part = await house.export.to_desk(Kind.EXAMPLES, since=0, name="a.jsonl", by=ADMIN)

    dataset = judged.dataset
    assert dataset is not None
    assert (dataset.origin, dataset.added_by) == (DatasetOrigin.EXPORTED, ADMIN)
    assert (dataset.parent_id, dataset.name) == (None, "a.jsonl")
    assert (dataset.method, dataset.n_errors, dataset.n_examples) == (
        TrainingMethod.SUPERVISED,
        0,
        part.n,
    )
    assert rows_of(dataset)[-1]["messages"] == [
        {"role": "system", "content": PROMPT},
        {"role": "user", "content": "Первое?"},
        {"role": "assistant", "content": "Раз.", "weight": 0},
        {"role": "user", "content": "Второе?"},
        {"role": "assistant", "content": "Два."},
    ]


async def test_pairs_are_judged_by_their_own_rules(house: House):
    await some(house)

    dataset = await made(house, Kind.PAIRS)

    assert (dataset.method, dataset.n_errors, dataset.n_examples) == (TrainingMethod.DPO, 0, 12)
    assert rows_of(dataset)[0]["preferred_output"] == [{"role": "assistant", "content": "Дыши, 0."}]


async def test_too_few_are_made_all_the_same(house: House):
    """The report says that no provider takes them."""
    await some(house, 2)

    dataset = await made(house, Kind.EXAMPLES)

    assert (dataset.n_examples, dataset.n_errors) == (4, 1)


async def test_same_ratings_are_the_same_version(house: House):
    """Double taps, two admins, a replay after a kill: one version, by whoever was first."""
    await some(house)

    first = await made(house, Kind.EXAMPLES)
    again = await made(house, Kind.EXAMPLES, by=SECOND_ADMIN)

    assert again == first
    versions, _ = await house.desk.page(0, size=10)
    assert len(versions) == 2  # with the one of the settings


async def test_together_with_the_dataset_in_use(house: House):
    """Its bytes as they are, then the examples; nothing twice, and the parent is named."""
    house.path.write_bytes(house.path.read_bytes().rstrip(b"\n"))
    before = await in_use(house)
    await some(house, 3)
    known = rows_of(before)[0]["messages"]
    await rated(house, known[1]["content"], known[2]["content"])

    dataset = await made(house, Kind.TOGETHER)

    data, start = Path(dataset.path).read_bytes(), Path(before.path).read_bytes()
    assert data.startswith(start + b"\n{")
    assert (dataset.parent_id, dataset.origin) == (before.id, DatasetOrigin.EXPORTED)
    assert (dataset.n_examples, dataset.n_errors) == (before.n_examples + 6, 0)
    found = await house.export.survey(0)
    assert found.examples.left_out == {LeftOut.KNOWN: 1}


async def test_what_went_into_the_dataset_is_not_exported_again(house: House):
    await some(house)
    await house.desk.choose((await made(house, Kind.TOGETHER)).id)

    found = await house.export.survey(0)

    assert (found.examples.n, found.examples.left_out) == (0, {LeftOut.KNOWN: 24})
    assert found.pairs.n == 12
    with pytest.raises(errors.NothingToExport):
        await made(house, Kind.TOGETHER)
    assert drafts(house) == []


async def test_what_a_model_is_measured_by_is_not_taught(house: House):
    """The validation part stays with the new version, and none of it gets into the training."""
    write_dataset(house.path, n=40)
    parts, _ = await house.desk.split((await in_use(house)).id, share=0.3, by=ADMIN)
    assert parts.dataset is not None
    training = await house.desk.choose(parts.dataset.id)
    assert training.validation_id is not None
    validation = await house.desk.get(training.validation_id)
    measured = rows_of(validation)[0]["messages"]
    await rated(house, measured[1]["content"], measured[2]["content"])
    await rated(house, "Ново?", "Ново.")

    dataset = await made(house, Kind.TOGETHER)

    assert dataset.validation_id == validation.id
    assert questions(rows_of(dataset)[training.n_examples :]) == ["Ново?"]


async def test_pairs_go_behind_pairs(house: House):
    """Where the dataset in use is for DPO, so is what is added to it."""
    await some(house)
    pairs = await made(house, Kind.PAIRS)
    await house.desk.choose(pairs.id)
    await some(house, 2, first=50)

    dataset = await made(house, Kind.TOGETHER)

    assert (dataset.method, dataset.n_errors) == (TrainingMethod.DPO, 0)
    assert (dataset.n_examples, dataset.parent_id) == (14, pairs.id)


async def test_nothing_is_added_to_a_dataset_with_errors(house: House):
    """Nobody could train on it anyway."""
    write_dataset(house.path, n=3)
    await some(house)

    assert (await house.export.survey(0)).together is None
    with pytest.raises(errors.NothingToExport):
        await made(house, Kind.TOGETHER)


async def test_without_a_dataset_there_are_still_examples(house: House):
    house.path.unlink()
    await some(house)

    found = await house.export.survey(0)

    assert (found.in_use, found.together, found.examples.n) == (None, None, 24)
    assert (await made(house, Kind.EXAMPLES)).n_examples == 24


async def test_new_is_what_was_said_since_the_last_export(house: House):
    """A rating that was changed since counts as new."""
    await some(house, 2)
    await house.database.write(lambda tx: house.export.mark(tx, now=LONG_AGO + 10))
    assert (await house.export.survey(0)).n_new == 0

    await some(house, 1, first=7, at=LONG_AGO + 10)
    found = await house.export.survey(0)
    newest = await house.export.survey(LONG_AGO + 10)

    assert (found.exported_at, found.n_new, found.examples.n) == (LONG_AGO + 10, 2, 6)
    assert (newest.n_new, newest.examples.n, newest.pairs.n) == (2, 2, 1)
    dataset = await made(house, Kind.EXAMPLES, since=LONG_AGO + 10)
    assert questions(rows_of(dataset)) == ["Что такое 7?", "Как быть с 7?"]


async def test_deleted_words_are_not_exported(house: House):
    """What /privacy took away between the screen and the press."""
    await some(house, 1)
    await house.database.write(lambda tx: tx.execute("DELETE FROM ratings"))
    await house.database.write(lambda tx: tx.execute("DELETE FROM turns"))

    with pytest.raises(errors.NothingToExport):
        await made(house, Kind.EXAMPLES)
    assert drafts(house) == []


async def test_all_pages_are_read(house: House):
    n = 450
    numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < :n) "

    async def store(tx: Transaction) -> None:
        await tx.execute("INSERT INTO conversations (id, chat_id, started_at) VALUES (1, 7, 1)")
        await tx.execute(
            "INSERT INTO turns (conversation_id, person_id, request_id, model, user_text, "
            f"assistant_text, n_window, created_at) {numbers} "
            "SELECT 1, 7, x, 'm', 'Вопрос ' || x, 'Ответ ' || x, 0, 1 FROM n",
            {"n": n},
        )
        await tx.execute(
            "INSERT INTO ratings (request_id, person_id, model, is_good, rated_at) "
            f"{numbers} SELECT x, 7, 'm', 1, 1 FROM n",
            {"n": n},
        )

    await house.database.write(store)

    dataset = await made(house, Kind.EXAMPLES)

    assert questions(rows_of(dataset)) == [f"Вопрос {k}" for k in range(1, n + 1)]
