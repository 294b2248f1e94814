"""What people may do, and what the sandbox's own API refuses in a sentence."""

from pathlib import Path

import pytest

from tests.sandbox.conftest import BotClient
from tests.telegram_people import NotSeen, People, Person


async def test_a_group_and_leaving_it(bot: BotClient, people: People, anna: Person):
    group = await people.group(-5, anna, "Команда")
    await group.says("Наташа, привет /help")
    update = (await bot.call("getUpdates", offset=-1))[0]["message"]

    await bot.call("sendMessage", chat_id=-5, text="Я только для личных бесед")
    await bot.call("leaveChat", chat_id=-5)
    left = (await bot.call("getUpdates", offset=-1))[0]["my_chat_member"]

    assert update["chat"] == {"id": -5, "type": "group", "title": "Команда"}
    assert (update["from"]["id"], update["entities"][0]["type"]) == (anna.id, "bot_command")
    assert await group.sees("личных бесед")
    assert (left["new_chat_member"]["status"], left["from"]["id"]) == ("left", bot.id)
    assert await bot.refusal("sendMessage", chat_id=-5, text="x") == (
        403,
        "Forbidden: bot is not a member of the group chat",
    )


async def test_only_a_groups_own_messages_are_deleted(bot: BotClient, people: People, anna: Person):
    group = await people.group(-6, anna)
    written = await group.says("моё")

    refusal = await bot.refusal("deleteMessage", chat_id=-6, message_id=written["message_id"])

    assert refusal == (400, "Bad Request: message can't be deleted")


async def test_a_button_that_is_gone_cannot_be_pressed(
    bot: BotClient, people: People, anna: Person
):
    keyboard = {"inline_keyboard": [[{"text": "Да", "callback_data": "yes"}]]}
    sent = await bot.call("sendMessage", chat_id=anna.id, text="Ну?", reply_markup=keyboard)
    await bot.call("editMessageText", chat_id=anna.id, message_id=sent["message_id"], text="Ну!")

    path = f"/sandbox/bots/{bot.id}/chats/{anna.id}/messages/{sent['message_id']}/press"
    response = await people.http.post(path, json={"data": "yes"})

    assert response.status_code == 409
    assert response.json()["error"] == "no button of message 2 has the data 'yes' now"


async def test_people_edit_only_what_they_wrote(bot: BotClient, people: People, anna: Person):
    sent = await bot.call("sendMessage", chat_id=anna.id, text="x")

    path = f"/sandbox/bots/{bot.id}/chats/{anna.id}/messages/{sent['message_id']}"
    response = await people.http.patch(path, json={"text": "y"})

    assert (response.status_code, response.json()) == (
        409,
        {"error": "people can only edit their own messages"},
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "chats/404/messages", {"text": "x"}, 404),
        ("POST", "chats/-404/messages", {"text": "x"}, 404),
        ("POST", "chats/{anna}/messages", {"text": " "}, 400),
        ("PATCH", "chats/{anna}/messages/1", {"text": "x" * 4097}, 400),
        ("POST", "chats/{anna}/messages", {"text": "x", "from_id": 1}, 400),
        ("POST", "chats/{anna}/messages", {"text": "x", "reply_to_message_id": 99}, 404),
        ("POST", "chats/{anna}/messages", [], 400),
        ("POST", "chats/anna/messages", {"text": "x"}, 400),
        ("PATCH", "chats/{anna}/messages/99", {"text": "x"}, 404),
        ("POST", "chats/{anna}/block", {"blocked": "yes"}, 400),
        ("POST", "updates", {"update_id": 5}, 400),
        ("POST", "nowhere", {}, 404),
    ],
)
async def test_refusals_are_sentences(people: People, anna: Person, method, path, body, status):
    address = f"/sandbox/bots/{people.bot_id}/{path.format(anna=anna.id)}"
    response = await people.http.request(method, address, json=body)

    assert response.status_code == status
    assert response.json()["error"]


async def test_who_blocked_the_bot_cannot_write(people: People, anna: Person):
    await anna.blocks()

    assert (await anna.view())["blocked"] is True
    with pytest.raises(AssertionError, match="409"):
        await anna.says("привет")


async def test_people_can_change_their_names(bot: BotClient, people: People, anna: Person):
    await people.person(anna.id, "Анюта")

    message = await anna.says("это я")

    assert (message["from"]["first_name"], message["chat"]["first_name"]) == ("Анюта", "Анюта")
    users = await people.request("GET", "/sandbox/users")
    assert message["from"] in users


async def test_what_was_not_seen_shows_the_chat(bot: BotClient, anna: Person):
    """The client's own promise to those who read a failed test."""
    keyboard = {"inline_keyboard": [[{"text": "Да", "callback_data": "yes"}]]}
    await bot.call("sendMessage", chat_id=anna.id, text="Ну?", reply_markup=keyboard)

    with pytest.raises(NotSeen) as caught:
        await anna.sees("чудо", timeout=0.1)

    assert "'чудо' was not seen in 0.1 s" in str(caught.value)
    assert "   2 Natasha: Ну?\n       [Да]" in str(caught.value)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://{host}"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example:80", "Origin": "http://evil.example:80"}, 403),
    ],
)
async def test_pages_elsewhere_cannot_drive_it(people: People, headers, status):
    host = people.url.removeprefix("http://")
    headers = {name: value.format(host=host) for name, value in headers.items()}

    response = await people.http.get("/sandbox/users", headers=headers)

    assert response.status_code == status


async def test_the_page_is_served_and_nothing_beside_it(people: People):
    page = await people.http.get("/")
    outside = await people.http.get("/page/..%2F__init__.py")

    assert page.headers["content-type"].startswith("text/html")
    script = await people.http.get("/page/main.js")
    for response in (page, script):
        policy = response.headers["content-security-policy"]
        assert policy == "default-src 'self'; img-src 'self' blob:"
    assert outside.status_code == 404


async def test_files_in_a_conversation(
    bot: BotClient, people: People, anna: Person, tmp_path: Path
):
    """Sent from the disk, as a reply, with words; and what the bot sends is found and saved."""
    path = tmp_path / "x"
    path.write_bytes(b'{"messages": []}')
    first = await anna.says("вот")

    sent = await anna.sends_document("a.jsonl", path, "проверь", reply_to=first["message_id"])
    await bot.upload("sendDocument", {"document": ("b.csv", b"1;2")}, chat_id=str(anna.id))
    await bot.upload(
        "sendDocument", {"document": ("c.csv", b"3")}, chat_id=str(anna.id), caption="отчёт"
    )

    assert (sent["caption"], sent["reply_to_message"]["text"]) == ("проверь", "вот")
    assert await anna.downloads(sent) == path.read_bytes()
    assert await anna.downloads(await anna.sees_document("b.csv")) == b"1;2"
    assert await anna.downloads(await anna.sees_document(caption="отчёт")) == b"3"
    with pytest.raises(NotSeen, match=r"a\.jsonl"):
        await anna.sees_document("a.jsonl", timeout=0)
