"""A bad network: shares of the calls are cut or late, and a hole cuts them all."""

import asyncio
from time import monotonic

import httpx
import pytest

from tests.sandbox.conftest import BotClient
from tests.telegram_people import People, Person
from tests.world import eventually

MANY = 60


@pytest.fixture(autouse=True)
async def _calm(people: People):
    yield
    await people.calm_network()


async def tries(bot: BotClient, person: Person, prefix: str) -> list[str]:
    """Which of many messages the bot has an answer to."""
    arrived = []
    for number in range(MANY):
        try:
            await bot.raw("sendMessage", chat_id=person.id, text=f"{prefix}{number}")
            arrived.append(f"{number}")
        except httpx.TransportError:
            pass
    return arrived


async def there(person: Person, prefix: str) -> list[str]:
    """Which of them are in the chat."""
    texts = [message["text"] for message in await person.chat()]
    return [text.removeprefix(prefix) for text in texts if text.startswith(prefix)]


async def test_shares_are_cut_before_and_after_their_work(
    bot: BotClient, people: People, anna: Person
):
    """The bot hears of neither; one was sent and one was not. What was counted tells them apart."""
    await people.network(seed=7, cut_before=0.3, cut_after=0.2)

    answered = await tries(bot, anna, "a")

    sent, seen = await there(anna, "a"), await people.network_seen()
    assert set(answered) < set(sent)
    assert len(sent) - len(answered) == seen["cut_after"]
    assert MANY - len(sent) == seen["cut_before"]
    assert 8 <= seen["cut_before"] <= 28
    assert 4 <= seen["cut_after"] <= 21
    assert seen["calls"] == MANY


async def test_the_seed_decides(bot: BotClient, people: People, anna: Person):
    """The same seed cuts the same calls of each chat, whatever happens in others meanwhile."""
    boris = await people.person(6_400_001, "Борис")
    await boris.says("/start")

    async def answered(seed: int, prefix: str) -> list[str]:
        await people.network(seed=seed, cut_before=0.4, methods=["sendMessage"])
        return await tries(bot, anna, prefix)

    alone = await answered(1, "a")
    beside, _ = await asyncio.gather(answered(1, "b"), tries(bot, boris, "x"))
    other = await answered(2, "c")

    assert alone == beside
    assert alone != other


async def test_late_calls_arrive(bot: BotClient, people: People, anna: Person):
    await people.network(seed=1, delayed=1, delay_s=0.3)

    began = monotonic()
    await bot.call("sendMessage", chat_id=anna.id, text="x")

    assert monotonic() - began >= 0.29
    assert await people.network_seen() == {"calls": 1, "delayed": 1}


async def test_a_hole_cuts_new_calls_and_waiting_polls(
    bot: BotClient, people: People, anna: Person
):
    """Also a poll that began in good weather; afterwards all is well and no update is lost."""
    await bot.call("getUpdates", offset=-1)
    newest = (await bot.call("getUpdates", offset=-1))[0]["update_id"]
    poll = asyncio.create_task(bot.raw("getUpdates", offset=newest + 1, timeout=50))
    await asyncio.sleep(0.2)
    await people.network(hole={"after_s": 0.2, "for_s": 1.0})

    with pytest.raises(httpx.TransportError):
        await poll
    with pytest.raises(httpx.TransportError):
        await bot.raw("sendMessage", chat_id=anna.id, text="в дыре")
    await anna.says("слышно?")

    async def is_over() -> bool:
        try:
            return bool(await bot.call("getUpdates", offset=newest + 1))
        except httpx.TransportError:
            return False

    await eventually(is_over)
    assert await there(anna, "в дыре") == []


async def test_a_hole_swallows_the_answer_of_a_late_call(
    bot: BotClient, people: People, anna: Person
):
    """A call that did its work before the hole, with its answer still on the way."""
    await people.network(delayed=1, delay_s=2, hole={"after_s": 1.5, "for_s": 5})

    with pytest.raises(httpx.TransportError):
        await bot.raw("sendMessage", chat_id=anna.id, text="ушло")

    assert await there(anna, "ушло") == [""]
    assert (await people.network_seen())["hole"] == 1


async def test_only_these_methods_and_only_this_bot(
    bot: BotClient, people: People, anna: Person, url: str
):
    other = BotClient(url, bot.id + 500_000)
    await people.network(cut_before=1, methods=["sendMessage"])

    await bot.call("getMe")
    with pytest.raises(httpx.TransportError):
        await bot.raw("sendmessage", chat_id=anna.id, text="x")
    async with other.http:
        assert (await other.raw("sendMessage", chat_id=anna.id, text="x")).status_code == 403


async def test_downloads_are_cut_too(bot: BotClient, people: People, anna: Person):
    message = await anna.sends_document("a.bin", b"x" * 100_000)
    path = (await bot.call("getFile", file_id=message["document"]["file_id"]))["file_path"]
    address = f"/file/bot{bot.bot_token}/{path}"

    for weather in ({"cut_before": 1}, {"cut_after": 1}):
        await people.network(**weather)
        with pytest.raises(httpx.TransportError):
            await bot.http.get(address)
    await people.calm_network()

    assert len((await bot.http.get(address)).content) == 100_000


@pytest.mark.parametrize(
    "weather",
    [
        {"cut_before": 0.6, "cut_after": 0.6},
        {"delayed": 2},
        {"cut_before": "often"},
        {"hole": {"after_s": 1}},
        {"hole": 20},
        {"methods": "sendMessage"},
        {"rain": 1},
    ],
)
async def test_weather_without_sense(people: People, weather):
    response = await people.http.put("/sandbox/network", json=weather)

    assert response.status_code == 400
    assert response.json()["error"]
    assert await people.request("GET", "/sandbox/network") == []
