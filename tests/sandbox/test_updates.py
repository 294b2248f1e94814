"""Updates: gone only when confirmed, in order, to one poller or one webhook."""

import asyncio
import json

import pytest

from tests.sandbox.conftest import BotClient
from tests.telegram_people import People, Person
from tests.telegram_schema import check_object

TERMINATED = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)


def texts(updates: list[dict]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_an_update_stays_until_a_later_offset(bot: BotClient, anna: Person):
    await anna.says("один")

    first = await bot.call("getUpdates")
    again = await bot.call("getUpdates", offset=first[0]["update_id"])
    later = await bot.call("getUpdates", offset=first[0]["update_id"] + 1)
    none = await bot.call("getUpdates", offset=first[1]["update_id"] + 1)

    assert texts(first) == texts(again) == ["/start", "один"]
    assert texts(later) == ["один"]
    assert none == []
    assert first[1]["update_id"] == first[0]["update_id"] + 1
    assert await bot.call("getUpdates") == []


async def test_limit_and_negative_offset(bot: BotClient, anna: Person):
    for number in range(4):
        await anna.says(str(number))

    assert texts(await bot.call("getUpdates", limit=2)) == ["/start", "0"]
    assert texts(await bot.call("getUpdates", offset=-2)) == ["2", "3"]
    assert texts(await bot.call("getUpdates")) == ["2", "3"]


async def test_a_long_poll_ends_with_the_first_update(bot: BotClient, people: People):
    poll = asyncio.create_task(bot.call("getUpdates", timeout=30))
    anna = await people.person(6_100_001)

    await anna.says("привет")

    assert texts(await asyncio.wait_for(poll, 5)) == ["привет"]


async def test_an_empty_poll_waits_as_long_as_asked(bot: BotClient):
    clock = asyncio.get_running_loop().time
    began = clock()

    assert await bot.call("getUpdates", timeout=1) == []

    assert 0.9 < clock() - began < 3


async def test_the_younger_poller_lives(bot: BotClient, people: People):
    older = asyncio.create_task(bot.refusal("getUpdates", timeout=30))
    anna = await people.person(6_100_002)
    await anna.view()

    younger = asyncio.create_task(bot.call("getUpdates", timeout=30))

    assert await asyncio.wait_for(older, 5) == (409, TERMINATED)
    await anna.says("привет")
    assert texts(await younger) == ["привет"]


async def test_a_killed_poller_loses_nothing(bot: BotClient, people: People, anna: Person):
    first = await bot.call("getUpdates")
    following = first[-1]["update_id"] + 1
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bot.raw("getUpdates", timeout=30, offset=following), 0.2)

    await anna.view()  # by now the sandbox has seen that the poller is gone
    await anna.says("ты тут?")

    assert texts(await bot.call("getUpdates")) == ["ты тут?"]
    recorded = await people.calls("getUpdates")
    assert [call["params"] for call in recorded] == [{}, {}], "nothing was answered to the dead"


async def test_allowed_updates_are_remembered(bot: BotClient, anna: Person):
    await bot.call("getUpdates", offset=-1, allowed_updates=["callback_query"])
    await anna.says("не слышно")
    await bot.call("getUpdates", allowed_updates=[])
    await anna.says("слышно")

    assert texts(await bot.call("getUpdates")) == ["/start", "слышно"]


async def test_every_kind_of_update_has_telegrams_shape(
    bot: BotClient, people: People, anna: Person
):
    written = await anna.says("привет")
    await anna.edits(written["message_id"], "здравствуй")
    await anna.sends_document("a.jsonl", b"{}", caption="файл")
    keyboard = {"inline_keyboard": [[{"text": "Да", "callback_data": "yes"}]]}
    await bot.call("sendMessage", chat_id=anna.id, text="Ну?", reply_markup=keyboard)
    await anna.presses("Да")
    await anna.blocks()
    group = await people.group(-100 - anna.id, await people.person(anna.id))
    await group.says("все сюда")

    updates = await bot.call("getUpdates")

    kinds = [next(kind for kind in update if kind != "update_id") for update in updates]
    assert kinds == [
        "message",
        "message",
        "edited_message",
        "message",
        "callback_query",
        "my_chat_member",
        "my_chat_member",
        "message",
    ]
    for update in updates:
        check_object("Update", update)
    assert updates[2]["edited_message"]["edit_date"] >= updates[2]["edited_message"]["date"]
    assert updates[5]["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert updates[7]["message"]["chat"]["type"] == "group"


async def test_raw_updates_pass_as_they_are(bot: BotClient, people: People):
    update_id = await people.raw_update({"message": {"nonsense": True}})

    response = await bot.raw("getUpdates")

    assert response.json()["result"] == [{"update_id": update_id, "message": {"nonsense": True}}]


async def test_a_webhook_is_delivered_until_it_is_taken(bot: BotClient, anna: Person):
    """In order, with the secret, again after a failure; polling is refused meanwhile."""
    received: list[tuple[str, dict]] = []
    answers = iter([b"500 Oh", b"200 OK", b"200 OK"])
    everything = asyncio.Event()

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with_body = await reader.readuntil(b"\r\n\r\n")
        head = with_body.decode().lower()
        size = int(head.split("content-length: ")[1].split("\r\n")[0])
        secret = head.split("x-telegram-bot-api-secret-token: ")[1].split("\r\n")[0]
        received.append((secret, json.loads(await reader.readexactly(size))))
        writer.write(
            b"HTTP/1.1 " + next(answers) + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        writer.close()
        if len(received) == 3:
            everything.set()

    server = await asyncio.start_server(receive, "127.0.0.1", 0)
    async with server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        await bot.call("setWebhook", url=address, secret_token="s3cret")
        await anna.says("привет")
        code, description = await bot.refusal("getUpdates")
        await asyncio.wait_for(everything.wait(), 10)
        info = await bot.call("getWebhookInfo")
        await bot.call("deleteWebhook")

    assert (code, description.split(";")[0]) == (
        409,
        "Conflict: can't use getUpdates method while webhook is active",
    )
    assert [secret for secret, _ in received] == ["s3cret"] * 3
    assert texts([update for _, update in received]) == ["/start", "/start", "привет"]
    assert info["last_error_message"] == "Wrong response: 500"
    assert (await bot.call("getWebhookInfo"))["url"] == ""
