"""Everybody hears in time that what the bot lives on will be switched off."""

import datetime as dtm

import pytest

from bot import errors
from tests.composition import ADMIN, MODEL, SECOND_ADMIN, TUNED, BotParts

DAY = dtm.date(2027, 1, 14)
OPENAI = "https://api.openai.com/v1"
OTHER = "gpt-4o-2024-08-06"


def before(days: int) -> dtm.date:
    return DAY - dtm.timedelta(days=days)


async def looked(parts: BotParts, days: int) -> int:
    """The bot looks so many days before the end; how many warnings an admin then has in all."""
    parts.today = before(days)
    await parts.last_days.look()
    return len([chat for chat, _, _ in await parts.told("model_ending") if chat == ADMIN])


async def serve(parts: BotParts, name: str) -> None:
    await parts.serving.use(await parts.serving.model(name), by=ADMIN)


@pytest.mark.parametrize("url", [OPENAI, "https://models.example/v1"])
async def test_warned_once_at_each_threshold(parts: BotParts, url):
    """By the catalogue's day at its own provider, elsewhere by what the server tells."""
    parts.begin(openai_base_url=url)
    if url != OPENAI:
        parts.provider.last_days[MODEL] = DAY

    days = [53, 31, 30, 30, 29, 8, 7, 6, 2, 1, 1, 0, -1, -90]

    assert [await looked(parts, n) for n in days] == [0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4]
    chats = {chat for chat, _, _ in await parts.told()}
    assert chats == {ADMIN, SECOND_ADMIN}


@pytest.mark.parametrize("days", [30, 12, 5, 1, 0, -400])
async def test_days_that_were_slept_through_are_not_told_one_by_one(parts: BotParts, days):
    """A bot that starts late warns once, of the nearest threshold."""
    parts.begin(openai_base_url=OPENAI)

    assert await looked(parts, days) == 1
    assert await looked(parts, days) == 1


async def test_what_was_told_survives_restarts_and_sweeping(parts: BotParts):
    """The outbox forgets after two days."""
    parts.begin(openai_base_url=OPENAI)
    assert await looked(parts, 30) == 1
    await parts.database.write(lambda tx: tx.execute("DELETE FROM outbox"))
    await parts.restart()

    assert await looked(parts, 20) == 0
    assert await looked(parts, 7) == 1


async def test_server_that_tells_nothing_ends_nothing(parts: BotParts):
    """The catalogue's days are another provider's."""
    await serve(parts, TUNED)

    assert await looked(parts, 0) == 0
    assert await parts.last_days.over_since(TUNED) is None


async def test_one_warning_names_the_model_and_the_plans_that_end_together(parts: BotParts):
    parts.begin(openai_base_url=OPENAI)
    await serve(parts, TUNED)

    assert await looked(parts, 30) == 1
    _, _, payload = (await parts.told("model_ending"))[0]
    assert payload == {"base": MODEL, "day": "2027-01-14", "model": TUNED, "plans": True}


async def test_serving_model_of_another_base_is_a_warning_of_its_own(parts: BotParts):
    parts.begin(openai_base_url=OPENAI, base_model="gpt-4.1-mini")
    name = f"ft:{OTHER}:org:natasha:AbC"
    await serve(parts, name)

    assert await looked(parts, 1) == 2
    told = [payload for _, _, payload in await parts.told("model_ending")][::2]
    assert [(one["base"], one["model"], one["plans"]) for one in told] == [
        (OTHER, name, False),
        (MODEL, "", True),  # an alias is its model
    ]


async def test_models_that_answer_elsewhere_end_elsewhere(parts: BotParts):
    """`CHAT_BASE_URL`: what the training server says is not about them."""
    parts.begin(openai_base_url=OPENAI, chat_base_url="https://models.example/v1")
    await serve(parts, TUNED)
    parts.provider.last_days[TUNED] = DAY

    assert await looked(parts, 7) == 1
    assert await parts.last_days.of_model(TUNED) is None
    told = await parts.told("model_ending")
    assert [payload["model"] for _, _, payload in told] == ["", ""]


async def test_the_servers_word_goes_before_the_catalogues(parts: BotParts):
    """Also its word on the base of a tuned model; a day that was moved is warned of anew."""
    parts.begin(openai_base_url=OPENAI)
    parts.provider.last_days[MODEL] = DAY + dtm.timedelta(days=100)
    assert await looked(parts, 0) == 0
    assert await parts.last_days.of_model(TUNED) == DAY + dtm.timedelta(days=100)
    assert await looked(parts, -70) == 1
    assert await looked(parts, -99) == 2

    parts.begin()
    parts.provider.last_days[MODEL] = DAY + dtm.timedelta(days=200)
    assert await looked(parts, -100) == 2
    assert await looked(parts, -170) == 3


async def test_word_is_remembered_for_a_while(parts: BotParts):
    """Opening screens asks the server once."""
    for _ in range(3):
        assert await parts.last_days.of_model(MODEL) is None

    assert parts.provider.calls == [f"shutdown_date {MODEL}"]


@pytest.mark.parametrize("trouble", [errors.ProviderUnreachable(), errors.KeyRefused(message="no")])
async def test_server_that_does_not_answer_is_asked_again(parts: BotParts, trouble):
    """The catalogue helps out meanwhile, and nobody is told of it."""
    parts.begin(openai_base_url=OPENAI)
    parts.provider.fails("shutdown_date", trouble)
    assert await parts.last_days.of_model(MODEL) == DAY

    parts.provider.last_days[MODEL] = before(1)
    assert await parts.last_days.of_model(MODEL) == before(1)


async def test_server_that_hangs_keeps_nobody_waiting(parts: BotParts):
    parts.begin(openai_base_url=OPENAI)
    parts.provider.hangs("shutdown_date")

    assert await parts.last_days.of_model(MODEL) == DAY


async def test_model_is_over_from_its_day_on(parts: BotParts):
    parts.begin(openai_base_url=OPENAI)
    parts.today = before(1)
    assert await parts.last_days.over_since(TUNED) is None
    parts.today = DAY
    assert await parts.last_days.over_since(TUNED) == DAY
    assert await parts.last_days.over_since("чужая") is None
