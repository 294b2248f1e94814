"""Server-sent events: what the chat page lives on."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.sandbox.conftest import BotClient
from tests.telegram_people import People, Person

Event = tuple[int, str, Any]


@asynccontextmanager
async def listening(people: People, **query: int) -> AsyncIterator[AsyncIterator[Event]]:
    """The events of a stream that is open when the block begins."""
    query = {"bot_id": people.bot_id, **query}
    async with people.http.stream("GET", "/sandbox/events", params=query) as response:
        lines = response.aiter_lines()
        assert await anext(lines) == ": hello"
        yield _events(lines)


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    number, name = 0, ""
    async for line in lines:
        field, _, value = line.partition(": ")
        if field == "id":
            number = int(value)
        elif field == "event":
            name = value
        elif field == "data":
            yield number, name, json.loads(value)


async def take(events: AsyncIterator[Event], count: int) -> list[Event]:
    return [await asyncio.wait_for(anext(events), 10) for _ in range(count)]


async def test_everything_that_happens_in_a_chat(bot: BotClient, people: People, anna: Person):
    keyboard = {"inline_keyboard": [[{"text": "Да", "callback_data": "yes"}]]}

    async with listening(people, chat_id=anna.id) as events:
        await bot.call("sendChatAction", chat_id=anna.id, action="typing")
        sent = await bot.call("sendMessage", chat_id=anna.id, text="Ну?", reply_markup=keyboard)
        which = {"chat_id": anna.id, "message_id": sent["message_id"]}
        query_id = await anna.presses("yes")
        await bot.call("answerCallbackQuery", callback_query_id=query_id, text="Ура")
        await bot.call("editMessageText", **which, text="Да!")
        await bot.call("setMyCommands", commands=[{"command": "new", "description": "x"}])
        await bot.call("deleteMessage", **which)
        happened = [(name, data) for _, name, data in await take(events, 8)]

    assert happened == [
        ("action", {"chat_id": anna.id, "action": "typing"}),
        ("action", {"chat_id": anna.id, "action": None}),
        ("message", sent),
        ("ring", which),
        (
            "callback_answer",
            {
                "chat_id": anna.id,
                "callback_query_id": query_id,
                "text": "Ура",
                "show_alert": False,
                "url": None,
            },
        ),
        ("edited", {**happened[5][1], "text": "Да!"}),
        ("commands", {"chat_id": None}),
        ("deleted", which),
    ]


async def test_a_page_that_comes_back_misses_nothing(people: People, anna: Person):
    seen = (await anna.view())["last_event"]
    await anna.says("раз")
    await anna.says("два")

    async with listening(people, chat_id=anna.id, after=seen) as events:
        first, second = await take(events, 2)
        await anna.says("три")
        (third,) = await take(events, 1)
    headers = {"Last-Event-ID": str(first[0])}
    query = {"bot_id": people.bot_id, "chat_id": anna.id}
    async with people.http.stream(
        "GET", "/sandbox/events", params=query, headers=headers
    ) as response:
        again = await take(_events(response.aiter_lines()), 2)

    assert [event[2]["text"] for event in (first, second, third)] == ["раз", "два", "три"]
    assert again == [second, third]


async def test_a_stream_tells_of_its_own_chat_only(bot: BotClient, people: People, anna: Person):
    boris = await people.person(6_400_001, "Борис")

    async with listening(people, chat_id=anna.id) as events:
        await boris.says("мимо")
        await people.person(6_400_002, "Вера")
        await anna.says("сюда")
        (new_user, message) = await take(events, 2)

    assert (new_user[1], new_user[2]["first_name"]) == ("user", "Вера")
    assert (message[1], message[2]["text"]) == ("message", "сюда")


async def test_typing_ends_by_itself(bot: BotClient, people: People, anna: Person):
    """After five seconds, as in Telegram."""
    async with listening(people, chat_id=anna.id) as events:
        await bot.call("sendChatAction", chat_id=anna.id, action="typing")
        actions = [data["action"] for _, _, data in await take(events, 2)]

    assert actions == ["typing", None]


async def test_another_page_hears_that_the_bot_was_blocked(people: People, anna: Person):
    async with listening(people, chat_id=anna.id) as events:
        await anna.blocks()
        await anna.unblocks()
        told = [(name, data) for _, name, data in await take(events, 2)]

    assert told == [
        ("blocked", {"chat_id": anna.id, "blocked": True}),
        ("blocked", {"chat_id": anna.id, "blocked": False}),
    ]


async def test_a_new_bot_is_announced(url: str, people: People):
    async with listening(people) as events:
        newcomer = BotClient(url, 7_777_777)
        async with newcomer.http:
            await newcomer.call("getMe")
        _, name, data = (await take(events, 1))[0]

    assert (name, data["id"]) == ("bot", 7_777_777)
    assert data in await people.request("GET", "/sandbox/bots")
