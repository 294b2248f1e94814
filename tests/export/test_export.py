"""From ratings to versions of the dataset: made once, whole, and without what stands there."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from bot import errors
from bot.domain import JsonDict
from bot.domain.datasets import Dataset, DatasetOrigin, TrainingMethod
from bot.domain.models import Topic, Turn
from bot.export import ExportFormat, LeftOut
from bot.storage.database import Transaction
from tests.composition import ADMIN, PROMPT, SECOND_ADMIN, TESTER, BotParts, write_dataset

LONG_AGO = 1_700_000_000
MODEL, OTHER = "ft:a:org:natasha-v1:x", "ft:a:org:natasha-v2:y"


async def answered(
    parts: BotParts,
    question: str,
    answer: str = "Иди к лесу.",
    *,
    by: int = TESTER,
    model: str = MODEL,
    n_window: int = 0,
) -> int:
    """The model answered somebody; returns the turn's request id."""
    request_id = parts.request()
    turn = Turn(user_text=question, assistant_text=answer)

    async def store(tx):
        await parts.conversations.add_turn(
            tx, turn, topic=Topic(by), person_id=by, request_id=request_id, model=model, usage=None,
            now=LONG_AGO,
        )  # fmt: skip
        await parts.conversations.remember_shown(
            tx, request_id, system_prompt=PROMPT, n_window=n_window
        )

    await parts.database.write(store)
    return request_id


async def rated(
    parts: BotParts,
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
    turn_id = await answered(parts, question, answer, by=by, **options)  # type: ignore[arg-type]
    await parts.database.write(
        lambda tx: parts.ratings.rate(tx, turn_id, person_id=by, is_good=is_good, now=at)
    )
    if correction:
        await parts.database.write(
            lambda tx: parts.ratings.correct(
                tx, turn_id, person_id=by, text=correction, message_id=turn_id, now=at
            )
        )


async def some(parts: BotParts, n: int = 12, *, first: int = 0, at: int = LONG_AGO) -> None:
    """So many good answers, and as many bad ones with their corrections."""
    for k in range(first, first + n):
        await rated(parts, f"Что такое {k}?", f"Это {k}.", at=at)
        await rated(
            parts,
            f"Как быть с {k}?",
            f"Никак, {k}.",
            is_good=False,
            correction=f"Дыши, {k}.",
            at=at,
        )


async def made(parts: BotParts, kind: ExportFormat, *, since: int = 0, by: int = ADMIN) -> Dataset:
    judged, _ = await parts.export.to_versions(kind, since=since, name="a.jsonl", by=by)
    assert judged.dataset is not None
    return judged.dataset


def rows_of(dataset: Dataset) -> list[JsonDict]:
    return [json.loads(line) for line in Path(dataset.path).read_bytes().splitlines()]


def questions(rows: Iterable[JsonDict]) -> list[str]:
    return [row["messages"][-2]["content"] for row in rows]


async def in_use(parts: BotParts) -> Dataset:
    found = await parts.desk.in_use()
    assert found is not None
    return found


def drafts(parts: BotParts) -> list[Path]:
    return list((parts.path.parent / "datasets").glob("draft-*"))


async def test_without_ratings_there_is_nothing(parts: BotParts):
    found = await parts.export.survey(0)

    assert (found.n_rated, found.examples.n, found.pairs.n) == (0, 0, 0)
    assert found.exported_at is None
    for kind in ExportFormat:
        with pytest.raises(errors.NothingToExport):
            await made(parts, kind)
    assert drafts(parts) == []


async def test_survey_tells_of_whom_and_how_many(parts: BotParts):
    await some(parts, 3)
    await rated(parts, "Кто ты?", by=SECOND_ADMIN, model=OTHER, is_good=False)

    found = await parts.export.survey(0)

    assert (found.n_rated, found.examples.n, found.pairs.n) == (7, 6, 3)
    assert (found.examples.n_corrections, found.pairs.n_corrections) == (3, 3)
    assert found.models == {MODEL: 6, OTHER: 1}
    assert found.people == {TESTER: 6, SECOND_ADMIN: 1}
    assert found.examples.left_out == {LeftOut.NOT_CORRECTED: 1}
    assert (found.first_at, found.last_at) == (LONG_AGO, LONG_AGO)


async def test_nobody_is_taught_what_nobody_rated(parts: BotParts):
    """Neither answers without a word on them, nor the one that was replaced by another try."""
    await answered(parts, "Кто ты?")
    await rated(parts, "Где ты?")

    assert questions(rows_of(await made(parts, ExportFormat.EXAMPLES))) == ["Где ты?"]


async def test_examples_become_a_version(parts: BotParts):
    """Judged like any file, with the window as the model had it, and without errors."""
    await some(parts)
    await answered(parts, "Первое?", "Раз.")
    await rated(parts, "Второе?", "Два.", n_window=1)

    judged, part = await parts.export.to_versions(
        ExportFormat.EXAMPLES, since=0, name="a.jsonl", by=ADMIN
    )

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


async def test_pairs_are_judged_by_their_own_rules(parts: BotParts):
    await some(parts)

    dataset = await made(parts, ExportFormat.PAIRS)

    assert (dataset.method, dataset.n_errors, dataset.n_examples) == (TrainingMethod.DPO, 0, 12)
    assert rows_of(dataset)[0]["preferred_output"] == [{"role": "assistant", "content": "Дыши, 0."}]


async def test_too_few_are_made_all_the_same(parts: BotParts):
    """The report says that no provider takes them."""
    await some(parts, 2)

    dataset = await made(parts, ExportFormat.EXAMPLES)

    assert (dataset.n_examples, dataset.n_errors) == (4, 1)


async def test_same_ratings_are_the_same_version(parts: BotParts):
    """Double taps, two admins, a replay after a kill: one version, by whoever was first."""
    await some(parts)

    first = await made(parts, ExportFormat.EXAMPLES)
    again = await made(parts, ExportFormat.EXAMPLES, by=SECOND_ADMIN)

    assert again == first
    versions, _ = await parts.desk.page(0, size=10)
    assert len(versions) == 2  # with the one of the settings


async def test_together_with_the_dataset_in_use(parts: BotParts):
    """Its bytes as they are, then the examples; nothing twice, and the parent is named."""
    parts.path.write_bytes(parts.path.read_bytes().rstrip(b"\n"))
    before = await in_use(parts)
    await some(parts, 3)
    known = rows_of(before)[0]["messages"]
    await rated(parts, known[1]["content"], known[2]["content"])

    dataset = await made(parts, ExportFormat.TOGETHER)

    data, start = Path(dataset.path).read_bytes(), Path(before.path).read_bytes()
    assert data.startswith(start + b"\n{")
    assert (dataset.parent_id, dataset.origin) == (before.id, DatasetOrigin.EXPORTED)
    assert (dataset.n_examples, dataset.n_errors) == (before.n_examples + 6, 0)
    found = await parts.export.survey(0)
    assert found.examples.left_out == {LeftOut.KNOWN: 1}


async def test_what_went_into_the_dataset_is_not_exported_again(parts: BotParts):
    await some(parts)
    await parts.desk.choose((await made(parts, ExportFormat.TOGETHER)).id)

    found = await parts.export.survey(0)

    assert (found.examples.n, found.examples.left_out) == (0, {LeftOut.KNOWN: 24})
    assert found.pairs.n == 12
    with pytest.raises(errors.NothingToExport):
        await made(parts, ExportFormat.TOGETHER)
    assert drafts(parts) == []


async def test_what_a_model_is_measured_by_is_not_taught(parts: BotParts):
    """The validation part stays with the new version, and none of it gets into the training."""
    write_dataset(parts.path, n=40)
    judged, _ = await parts.desk.split((await in_use(parts)).id, share=0.3, by=ADMIN)
    assert judged.dataset is not None
    training = await parts.desk.choose(judged.dataset.id)
    assert training.validation_id is not None
    validation = await parts.desk.get(training.validation_id)
    measured = rows_of(validation)[0]["messages"]
    await rated(parts, measured[1]["content"], measured[2]["content"])
    await rated(parts, "Ново?", "Ново.")

    dataset = await made(parts, ExportFormat.TOGETHER)

    assert dataset.validation_id == validation.id
    assert questions(rows_of(dataset)[training.n_examples :]) == ["Ново?"]


async def test_pairs_go_behind_pairs(parts: BotParts):
    """Where the dataset in use is for DPO, so is what is added to it."""
    await some(parts)
    pairs = await made(parts, ExportFormat.PAIRS)
    await parts.desk.choose(pairs.id)
    await some(parts, 2, first=50)

    dataset = await made(parts, ExportFormat.TOGETHER)

    assert (dataset.method, dataset.n_errors) == (TrainingMethod.DPO, 0)
    assert (dataset.n_examples, dataset.parent_id) == (14, pairs.id)


async def test_nothing_is_added_to_a_dataset_with_errors(parts: BotParts):
    """Nobody could train on it anyway."""
    write_dataset(parts.path, n=3)
    await some(parts)

    assert (await parts.export.survey(0)).together is None
    with pytest.raises(errors.NothingToExport):
        await made(parts, ExportFormat.TOGETHER)


async def test_without_a_dataset_there_are_still_examples(parts: BotParts):
    parts.path.unlink()
    await some(parts)

    found = await parts.export.survey(0)

    assert (found.in_use, found.together, found.examples.n) == (None, None, 24)
    assert (await made(parts, ExportFormat.EXAMPLES)).n_examples == 24


async def test_new_is_what_was_said_since_the_last_export(parts: BotParts):
    """A rating that was changed since counts as new."""
    await some(parts, 2)
    await parts.database.write(lambda tx: parts.export.store.mark(tx, now=LONG_AGO + 10))
    assert (await parts.export.survey(0)).n_new == 0

    await some(parts, 1, first=7, at=LONG_AGO + 10)
    found = await parts.export.survey(0)
    newest = await parts.export.survey(LONG_AGO + 10)

    assert (found.exported_at, found.n_new, found.examples.n) == (LONG_AGO + 10, 2, 6)
    assert (newest.n_new, newest.examples.n, newest.pairs.n) == (2, 2, 1)
    dataset = await made(parts, ExportFormat.EXAMPLES, since=LONG_AGO + 10)
    assert questions(rows_of(dataset)) == ["Что такое 7?", "Как быть с 7?"]


async def test_deleted_words_are_not_exported(parts: BotParts):
    """What /privacy took away between the screen and the press."""
    await some(parts, 1)
    await parts.database.write(lambda tx: tx.execute("DELETE FROM ratings"))
    await parts.database.write(lambda tx: tx.execute("DELETE FROM turns"))

    with pytest.raises(errors.NothingToExport):
        await made(parts, ExportFormat.EXAMPLES)
    assert drafts(parts) == []


async def test_all_pages_are_read(parts: BotParts):
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

    await parts.database.write(store)

    dataset = await made(parts, ExportFormat.EXAMPLES)

    assert questions(rows_of(dataset)) == [f"Вопрос {k}" for k in range(1, n + 1)]
