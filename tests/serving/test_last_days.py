"""Everybody hears in time that what the bot lives on will be switched off."""

import datetime as dtm

import pytest

from bot import errors
from tests.composition import ADMIN, MODEL, SECOND_ADMIN, TUNED, House

DAY = dtm.date(2027, 1, 14)
OPENAI = "https://api.openai.com/v1"
OTHER = "gpt-4o-2024-08-06"


def before(days: int) -> dtm.date:
    return DAY - dtm.timedelta(days=days)


async def looked(house: House, days: int) -> int:
    """The bot looks so many days before the end; how many warnings an admin then has in all."""
    house.today = before(days)
    await house.last_days.look()
    return len([chat for chat, _, _ in await house.told("model_ending") if chat == ADMIN])


async def serve(house: House, name: str) -> None:
    await house.serving.use(await house.serving.model(name), by=ADMIN)


@pytest.mark.parametrize("url", [OPENAI, "https://models.example/v1"])
async def test_warned_once_at_each_threshold(house: House, url):
    """By the catalogue's day at its own provider, elsewhere by what the server tells."""
    house.begin(openai_base_url=url)
    if url != OPENAI:
        house.provider.last_days[MODEL] = DAY

    days = [53, 31, 30, 30, 29, 8, 7, 6, 2, 1, 1, 0, -1, -90]

    assert [await looked(house, n) for n in days] == [0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4]
    chats = {chat for chat, _, _ in await house.told()}
    assert chats == {ADMIN, SECOND_ADMIN}


@pytest.mark.parametrize("days", [30, 12, 5, 1, 0, -400])
async def test_days_that_were_slept_through_are_not_told_one_by_one(house: House, days):
    """A bot that starts late warns once, of the nearest threshold."""
    house.begin(openai_base_url=OPENAI)

    assert await looked(house, days) == 1
    assert await looked(house, days) == 1


async def test_what_was_told_survives_restarts_and_sweeping(house: House):
    """The outbox forgets after two days."""
    house.begin(openai_base_url=OPENAI)
    assert await looked(house, 30) == 1
    await house.database.write(lambda tx: tx.execute("DELETE FROM outbox"))
    await house.restart()

    assert await looked(house, 20) == 0
    assert await looked(house, 7) == 1


async def test_server_that_tells_nothing_ends_nothing(house: House):
    """The catalogue's days are another provider's."""
    await serve(house, TUNED)

    assert await looked(house, 0) == 0
    assert await house.last_days.over_since(TUNED) is None


async def test_one_warning_names_the_model_and_the_plans_that_end_together(house: House):
    house.begin(openai_base_url=OPENAI)
    await serve(house, TUNED)

    assert await looked(house, 30) == 1
    _, _, payload = (await house.told("model_ending"))[0]
    assert payload == {"base": MODEL, "day": "2027-01-14", "model": TUNED, "plans": True}


async def test_serving_model_of_another_base_is_a_warning_of_its_own(house: House):
    house.begin(openai_base_url=OPENAI, base_model="gpt-4.1-mini")
    name = f"ft:{OTHER}:org:natasha:AbC"
    await serve(house, name)

    assert await looked(house, 1) == 2
    told = [payload for _, _, payload in await house.told("model_ending")][::2]
    assert [(one["base"], one["model"], one["plans"]) for one in told] == [
        (OTHER, name, False),
        (MODEL, "", True),  # an alias is its model
    ]


async def test_models_that_answer_elsewhere_end_elsewhere(house: House):
    """`CHAT_BASE_URL`: what the training server says is not about them."""
    house.begin(openai_base_url=OPENAI, chat_base_url="https://models.example/v1")
    await serve(house, TUNED)
    house.provider.last_days[TUNED] = DAY

    assert await looked(house, 7) == 1
    assert await house.last_days.of_model(TUNED) is None
    assert [payload["model"] for _, _, payload in await house.told()] == ["", ""]


async def test_the_servers_word_goes_before_the_catalogues(house: House):
    """Also its word on the base of a tuned model; a day that was moved is warned of anew."""
    house.begin(openai_base_url=OPENAI)
    house.provider.last_days[MODEL] = DAY + dtm.timedelta(days=100)
    assert await looked(house, 0) == 0
    assert await house.last_days.of_model(TUNED) == DAY + dtm.timedelta(days=100)
    assert await looked(house, -70) == 1
    assert await looked(house, -99) == 2

    house.begin()
    house.provider.last_days[MODEL] = DAY + dtm.timedelta(days=200)
    assert await looked(house, -100) == 2
    assert await looked(house, -170) == 3


async def test_word_is_remembered_for_a_while(house: House):
    """Opening screens asks the server once."""
    for _ in range(3):
        assert await house.last_days.of_model(MODEL) is None

    assert house.provider.calls == [f"shutdown_date {MODEL}"]


@pytest.mark.parametrize("trouble", [errors.ProviderUnreachable(), errors.KeyRefused(message="no")])
async def test_server_that_does_not_answer_is_asked_again(house: House, trouble):
    """The catalogue helps out meanwhile, and nobody is told of it."""
    house.begin(openai_base_url=OPENAI)
    house.provider.fails("shutdown_date", trouble)
    assert await house.last_days.of_model(MODEL) == DAY

    house.provider.last_days[MODEL] = before(1)
    assert await house.last_days.of_model(MODEL) == before(1)


async def test_server_that_hangs_keeps_nobody_waiting(house: House):
    house.begin(openai_base_url=OPENAI)
    house.provider.hangs("shutdown_date")

    assert await house.last_days.of_model(MODEL) == DAY


async def test_model_is_over_from_its_day_on(house: House):
    house.begin(openai_base_url=OPENAI)
    house.today = before(1)
    assert await house.last_days.over_since(TUNED) is None
    house.today = DAY
    assert await house.last_days.over_since(TUNED) == DAY
    assert await house.last_days.over_since("чужая") is None
