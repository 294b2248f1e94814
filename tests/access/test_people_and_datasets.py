"""Who wrote, which versions of the dataset were seen, which copies were sent."""

from typing import Any

import pytest

from bot.dataset.store import DatasetStore
from bot.domain.datasets import Dataset, ValidationReport
from bot.edge.people_store import PeopleStore
from bot.storage.database import Database
from tests.rows import report_of


@pytest.fixture
def people(database: Database) -> PeopleStore:
    return PeopleStore(database)


@pytest.fixture
def datasets(database: Database) -> DatasetStore:
    return DatasetStore(database)


async def saw(database: Database, people: PeopleStore, person_id: int, **options) -> None:
    details: dict[str, Any] = {"name": "Анна", "telegram_language": "ru", "now": 100} | options
    await database.write(lambda tx: people.saw(tx, person_id, **details))


async def test_person_is_remembered_as_seen_last(database: Database, people: PeopleStore):
    await saw(database, people, 5)
    await saw(database, people, 5, name="Аня", telegram_language=None, now=200)

    person = await people.get(5)
    assert person is not None
    assert (person.id, person.name, person.telegram_language) == (5, "Аня", None)
    assert person.is_tester is False
    (row,) = await database.rows("SELECT first_seen_at, last_seen_at FROM people")
    assert tuple(row) == (100, 200)
    assert await people.get(6) is None


async def test_choice_of_language_and_access_survive_the_next_word(
    database: Database, people: PeopleStore
):
    """What Telegram says does not overwrite what the person chose."""
    await saw(database, people, 5)
    await database.write(lambda tx: people.choose(tx, 5, language="en"))
    await database.write(lambda tx: tx.execute("UPDATE people SET is_tester = 1"))

    await saw(database, people, 5)

    person = await people.get(5)
    assert person is not None
    assert (person.language, person.is_tester) == ("en", True)


async def test_same_bytes_are_one_version(database: Database, datasets: DatasetStore):
    """Wherever they lie; other bytes are another version."""
    assert await datasets.latest() is None
    reports = [report_of("aa"), report_of("bb", prompt="Ты другая."), report_of("aa", n_tokens=950)]

    async def remember(n: int, report: ValidationReport) -> Dataset:
        return await database.write(
            lambda tx: datasets.remember(tx, report, path=f"{n}.jsonl", name=f"{n}", now=n)
        )

    first, second, again = [await remember(n, report) for n, report in enumerate(reports)]

    assert again == Dataset(
        id=first.id,
        path="2.jsonl",
        sha256="aa",
        n_examples=10,
        n_tokens=950,
        system_prompt="Ты Наташа.",
        created_at=0,
        name="0",
        size_bytes=1000,
    )
    assert await datasets.latest() == second


async def test_upload_is_found_by_its_request(
    database: Database, datasets: DatasetStore, dataset: Dataset
):
    """A replayed /upload sends nothing; of two answers the first one stays."""

    async def uploaded(file_id: str) -> None:
        await database.write(
            lambda tx: datasets.uploaded(
                tx, request_id=1, dataset_id=dataset.id, file_id=file_id, by=5, now=1
            )
        )

    await uploaded("file-1")
    await uploaded("file-2")

    assert await datasets.upload_of(1) == "file-1"
    assert await datasets.upload_of(2) is None
