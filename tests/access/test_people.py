"""Who may do what, and who is told what."""

import pytest

from bot.delivery.notifications import DeliveryKind
from bot.domain.people import Access
from bot.edge.people import People
from bot.edge.people_store import PeopleStore
from tests.composition import ADMIN, SECOND_ADMIN, BotParts


@pytest.fixture
def people(parts: BotParts) -> People:
    return People(
        database=parts.database,
        store=PeopleStore(parts.database),
        admin_ids=frozenset({ADMIN}),
        tester_ids=frozenset({7, ADMIN}),
    )


async def saw(people: People, person_id: int, language: str | None = "ru"):
    found = await people.who(person_id, name="Анна", telegram_language=language)
    await people.database.write(lambda tx: people.saw(tx, found))
    return found


async def test_access_comes_from_settings_and_database(parts: BotParts, people: People):
    await saw(people, 8)
    await saw(people, 9)
    await parts.database.write(
        lambda tx: tx.execute("UPDATE people SET is_tester = 1 WHERE id = 8")
    )

    access = {n: (await people.named(n)).access for n in (ADMIN, 7, 8, 9, 404)}

    assert access == {
        ADMIN: Access.ADMIN,
        7: Access.TESTER,
        8: Access.TESTER,
        9: Access.STRANGER,
        404: Access.STRANGER,
    }


async def test_person_is_known_from_before(people: People):
    """For messages that nobody asked for: name and language of the last time."""
    await saw(people, 7, "en")
    await people.database.write(lambda tx: people.store.choose(tx, 7, language="ru"))

    person = await people.named(7)

    assert (person.name, person.language, person.telegram_language) == ("Анна", "ru", "en")
    assert (await people.named(404)).name == "404"


async def test_language_that_telegram_does_not_tell_is_not_forgotten(people: People):
    await saw(people, 7, "en")
    await saw(people, 7, None)

    assert (await people.named(7)).telegram_language == "en"


KIND = DeliveryKind.REFUSED


async def test_every_admin_is_told_once(parts: BotParts):
    for _ in range(3):
        await parts.database.write(
            lambda tx: parts.notifications.tell_admins(tx, KIND, {"a": 1}, key="job:1:finished")
        )
    await parts.database.write(
        lambda tx: parts.notifications.tell(tx, 9, KIND, {}, key="job:1:finished")
    )

    assert await parts.told() == [
        (ADMIN, KIND, {"a": 1}),
        (SECOND_ADMIN, KIND, {"a": 1}),
        (9, KIND, {}),
    ]
