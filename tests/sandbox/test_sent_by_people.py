"""What people send, as their apps send it: each update has exactly Telegram's shape."""

from typing import Any

import pytest

from sandbox.text import utf16_len
from tests.sandbox.conftest import BotClient
from tests.telegram_people import People, Person
from tests.telegram_schema import check_object


async def updates(bot: BotClient, *kinds: str) -> list[dict[str, Any]]:
    """The updates that wait, without the first "/start"; each fits the official schema."""
    allowed = {"allowed_updates": kinds} if kinds else {}
    found: list[dict[str, Any]] = (await bot.call("getUpdates", **allowed))[1:]
    for update in found:
        check_object("Update", update)
    return found


async def test_a_photo_has_a_caption_and_can_be_downloaded(bot: BotClient, anna: Person):
    """Also with the caption's entities, and as a reply."""
    (sent,) = await anna.sends("photo", caption="Это #кот?", reply_to=1)

    (update,) = await updates(bot)
    message = update["message"]
    assert message == sent
    assert (message["caption"], message["reply_to_message"]["text"]) == ("Это #кот?", "/start")
    assert [entity["type"] for entity in message["caption_entities"]] == ["hashtag"]
    assert "text" not in message
    assert (message["photo"][-1]["width"], message["photo"][-1]["height"]) == (320, 200)
    file = await bot.call("getFile", file_id=message["photo"][-1]["file_id"])
    content = (await bot.http.get(f"/file/bot{bot.bot_token}/{file['file_path']}")).content
    assert content.startswith(b"\x89PNG")


async def test_voice_and_sticker(bot: BotClient, anna: Person):
    await anna.sends("voice", duration=2)
    await anna.sends("sticker", emoji="😭")

    voice, sticker = [update["message"] for update in await updates(bot)]
    assert voice["voice"]["duration"] == 2
    assert voice["voice"]["mime_type"] == "audio/ogg"
    assert sticker["sticker"]["emoji"] == "😭"
    assert (sticker["sticker"]["width"], sticker["sticker"]["height"]) == (512, 512)
    assert (await anna.view())["messages"][-2:] == [voice, sticker]


async def test_an_album_is_several_updates(bot: BotClient, anna: Person):
    """One group, ids in a row, the same second, and the caption at the first."""
    picture = (await anna.sends("photo"))[0]["photo"][-1]["file_id"]
    content = (await anna.people.http.get(f"/sandbox/files/{picture}")).content
    files = [(f"{number}.png", content) for number in range(3)]

    await anna.sends("photo", *files, caption="три")
    await anna.sends("document", ("a.txt", b"1"), ("b.txt", b"2"))

    *photos, one, two = [update["message"] for update in await updates(bot)][1:]
    assert len({photo["media_group_id"] for photo in photos}) == 1
    assert [photo.get("caption") for photo in photos] == ["три", None, None]
    first = photos[0]["message_id"]
    assert [photo["message_id"] for photo in photos] == [first, first + 1, first + 2]
    assert len({photo["date"] for photo in photos}) == 1
    assert one["media_group_id"] == two["media_group_id"] != photos[0]["media_group_id"]


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("жирное", {"text": "жирное", "position": 8}),
        ({"text": "да", "position": 0}, {"text": "да", "position": 0}),
        ({"text": "да", "position": 15}, {"text": "да", "position": 15}),
        ("🙂 жирное да", {"text": "🙂 жирное да", "position": 5}),
    ],
)
async def test_a_reply_may_highlight_a_fragment(bot: BotClient, anna: Person, quote, expected):
    """With its place in UTF-16 units and the entities within it, cut to the fragment."""
    sent = await bot.call(
        "sendMessage", chat_id=anna.id, text="да и 🙂 <b>жирное</b> да", parse_mode="HTML"
    )

    await anna.says("почему?", reply_to=sent["message_id"], quote=quote)

    (update,) = await updates(bot)
    found = update["message"]["quote"]
    entities = found.pop("entities", [])
    assert found == expected | {"is_manual": True}
    assert update["message"]["reply_to_message"]["text"] == sent["text"]
    bold = [{"type": "bold", "offset": 8 - expected["position"], "length": 6}]
    assert entities == (bold if "жирное" in expected["text"] else [])


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ({"quote": "x"}, 400),
        ({"reply_to_message_id": 1, "quote": "stop"}, 409),
        ({"reply_to_message_id": 1, "quote": {"text": "start", "position": 0}}, 409),
        ({"reply_to_message_id": 1, "quote": ""}, 409),
        ({"reply_to_message_id": 1, "quote": ["start"]}, 400),
        ({"reply_to_message_id": "1"}, 400),
        ({"message_thread_id": 77}, 404),
        ({"external_reply": "x"}, 400),
        ({"external_reply": {"name": "x"}, "reply_to_message_id": 1, "quote": "start"}, 400),
        ({"text": "x" * 5000, "entities": [{"type": "bold", "offset": 0, "length": 1}]}, 400),
        ({"entities": [{"type": "bold", "offset": 0, "length": 9}]}, 400),
        ({"app": "fax"}, 400),
        ({"rich_message": {"blocks": []}}, 400),
        ({"rich_message": "x"}, 400),
    ],
)
async def test_what_the_app_would_not_let_people_do(people: People, anna: Person, reply, status):
    path = f"/sandbox/bots/{people.bot_id}/chats/{anna.id}/messages"

    response = await people.http.post(path, json={"text": "x", **reply})

    assert response.status_code == status
    assert response.json()["error"]
    assert len(await anna.chat()) == 1


@pytest.mark.parametrize(
    ("text", "app", "lengths"),
    [
        ("x" * 5000, "android", [4096, 904]),
        ("x" * 5000, "desktop", [4096, 904]),
        ("x" * 4000 + " " + "y" * 1000, "android", [4000, 1000]),
        ("x" * 3000 + "\n" + "y" * 2000, "android", [4096, 905]),
        ("x" * 3000 + "\n" + "y" * 2000, "desktop", [3000, 2000]),
        ("x" * 3900 + "\n\n" + "y" * 100 + " " + "z" * 900, "android", [3900, 1001]),
        ("🙂" * 2500, "android", [4096, 904]),
        ("a" + "🙂" * 2500, "android", [4095, 906]),
        ("слово " * 1500, "android", [4091, 4091, 815]),
    ],
)
async def test_long_texts_are_cut_as_apps_do_it(
    bot: BotClient, anna: Person, text: str, app: str, lengths: list[int]
):
    """Parts of at most 4,096 UTF-16 units, in one second, ids in a row, nothing lost."""
    last = await anna.says(text, app=app, reply_to=1)

    parts = [update["message"] for update in await updates(bot)]
    assert [utf16_len(part["text"]) for part in parts] == lengths
    assert "".join("".join(part["text"].split()) for part in parts) == "".join(text.split())
    ids = [part["message_id"] for part in parts]
    assert ids == list(range(ids[0], ids[0] + len(parts)))
    assert len({part["date"] for part in parts}) == 1
    assert ["reply_to_message" in part for part in parts] == [True, *[False] * (len(parts) - 1)]
    assert last == parts[-1]


async def test_a_forward_says_where_it_comes_from(bot: BotClient, people: People, anna: Person):
    """The comment is a message of its own, before it; a forward of a forward names the first."""
    boris = await people.person(6_500_001, "Борис")
    written = await boris.says("правда?")
    photo = (await boris.sends("photo", caption="вид"))[0]
    sent = await bot.call("sendMessage", chat_id=anna.id, text="мой ответ")
    ids = {"message_ids": [written["message_id"], photo["message_id"]]}

    comment, text, picture = await anna.forwards(**ids, from_chat_id=boris.id, comment="смотри")
    (own,) = await anna.forwards(sent["message_id"])
    (again,) = await anna.forwards(text["message_id"])

    assert (comment["text"], "forward_origin" in comment) == ("смотри", False)
    assert text["forward_origin"]["sender_user"]["id"] == boris.id
    assert text["from"]["id"] == anna.id
    assert (picture["caption"], picture["photo"]) == ("вид", photo["photo"])
    assert own["forward_origin"]["sender_user"]["id"] == bot.id
    assert again["forward_origin"] == text["forward_origin"]
    seen = [update["message"] for update in await updates(bot)]
    assert seen[-5:] == [comment, text, picture, own, again]
    assert len({each["date"] for each in (comment, text, picture)}) == 1


@pytest.mark.parametrize(
    ("origin", "kind"), [({"name": "Пётр"}, "hidden_user"), ({"channel": "Новости"}, "channel")]
)
async def test_forwards_from_elsewhere(bot: BotClient, anna: Person, origin, kind):
    await anna.forwards(text="новость /start", origin=origin, comment="что скажешь?")

    comment, forward = [update["message"] for update in await updates(bot)]
    assert comment["text"] == "что скажешь?"
    assert (forward["text"], forward["forward_origin"]["type"]) == ("новость /start", kind)


async def test_a_forwarded_picture_from_elsewhere(bot: BotClient, anna: Person):
    await anna.forwards(kind="photo", caption="вид", origin={"channel": "Новости"})

    (forward,) = [update["message"] for update in await updates(bot)]
    assert forward["forward_origin"]["chat"]["title"] == "Новости"
    assert (forward["caption"], len(forward["photo"])) == ("вид", 1)


async def test_a_reply_to_another_chat_brings_its_quote(bot: BotClient, anna: Person):
    """The bot sees the fragment and whose it is; of the message itself it sees nothing."""
    await anna.says("что это?", external_reply={"name": "Пётр"}, quote="странные слова")

    (reply,) = [update["message"] for update in await updates(bot)]
    assert reply["external_reply"]["origin"]["sender_user_name"] == "Пётр"
    assert reply["quote"] == {"text": "странные слова", "position": 0, "is_manual": True}
    assert "reply_to_message" not in reply


async def test_a_forwarded_album_stays_one(bot: BotClient, anna: Person):
    sent = await anna.sends("document", ("a.txt", b"1"), ("b.txt", b"2"))

    forwards = await anna.forwards(*[each["message_id"] for each in sent])

    groups = {each["media_group_id"] for each in forwards}
    assert len(groups) == 1
    assert groups != {each["media_group_id"] for each in sent}


async def test_formatted_text_comes_without_text(bot: BotClient, anna: Person):
    """It can be quoted by its words."""
    sent = await anna.says_rich(["Скажи ", {"type": "bold", "text": "честно"}], "второй абзац")
    await anna.says("это", reply_to=sent["message_id"], quote="честно")

    rich, reply = [update["message"] for update in await updates(bot)]
    assert "text" not in rich
    assert [block["type"] for block in rich["rich_message"]["blocks"]] == ["paragraph"] * 2
    assert reply["quote"]["position"] == 6


async def test_topics_in_a_private_chat(bot: BotClient, anna: Person):
    """The bot sees them in each message, and answers there; elsewhere there is no such topic."""
    thread_id = await anna.opens_topic("Сны")
    await anna.says("сон", message_thread_id=thread_id)
    where = {"chat_id": anna.id, "message_thread_id": thread_id}
    answer = await bot.call("sendMessage", text="да", **where)
    await bot.call("sendChatAction", action="typing", **where)
    refused = await bot.refusal("sendMessage", chat_id=anna.id, message_thread_id=999, text="x")

    begun, message = [update["message"] for update in await updates(bot)]
    assert begun["forum_topic_created"]["name"] == "Сны"
    for each in (begun, message, answer):
        assert (each["message_thread_id"], each["is_topic_message"]) == (thread_id, True)
    assert refused == (400, "Bad Request: message thread not found")
    assert (await bot.call("getMe"))["has_topics_enabled"] is True
    assert (await anna.view())["topics"] == {str(thread_id): "Сны"}


async def test_reactions_are_told_to_bots_that_ask(bot: BotClient, people: People, anna: Person):
    sent = await bot.call("sendMessage", chat_id=anna.id, text="x")
    await anna.reacts(sent["message_id"], "👍")
    assert await updates(bot) == []
    await updates(bot, "message", "message_reaction")

    await anna.reacts(sent["message_id"], "❤️")
    await anna.reacts(sent["message_id"], "❤")
    await anna.reacts(sent["message_id"])

    changes = [update["message_reaction"] for update in await updates(bot)]
    emoji = [
        [[each["emoji"] for each in change[side]] for side in ("old_reaction", "new_reaction")]
        for change in changes
    ]
    assert emoji == [[["👍"], ["❤"]], [["❤"], []]]
    assert (await anna.view())["reactions"] == {}
    path = f"/sandbox/bots/{bot.id}/chats/{anna.id}/messages/{sent['message_id']}/reactions"
    for wrong in ({"emoji": ["🦷"]}, {"emoji": ["👍", "👎"]}, {"emoji": "👍"}, {}):
        assert (await people.http.post(path, json=wrong)).status_code == 400


async def test_people_delete_in_silence(bot: BotClient, anna: Person):
    """Telegram does not say so; the bot learns it from its own edit."""
    sent = await bot.call("sendMessage", chat_id=anna.id, text="x")

    await anna.deletes(sent["message_id"])

    which = {"chat_id": anna.id, "message_id": sent["message_id"]}
    assert await updates(bot) == []
    assert await bot.refusal("editMessageText", text="y", **which) == (
        400,
        "Bad Request: message to edit not found",
    )


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("/start", ["/start"]),
        ("/Retry", ["/Retry"]),
        ("/retry@natasha_bot сейчас", ["/retry@natasha_bot"]),
        ("пишу /retry, да", ["/retry"]),
        ("/retry@x", ["/retry"]),
        ("(/a_1)", ["/a_1"]),
        ("/привет", []),
        ("/retryй", []),
        ("/retry@natasha_botй", []),
        ("/ - дробная черта? 6/2", []),
        ("и/или //start /start/ <b>/start</b>", []),
        ("/" + "a" * 64, ["/" + "a" * 64]),
        ("/" + "a" * 65, []),
    ],
)
async def test_commands_are_marked_as_telegram_does(bot: BotClient, anna: Person, text, commands):
    """By the rule of tdlib: letters, digits and _ of English after a "/" that begins a word."""
    message = await anna.says(text)

    found = [
        message["text"][entity["offset"] : entity["offset"] + entity["length"]]
        for entity in message.get("entities", [])
        if entity["type"] == "bot_command"
    ]
    assert found == commands
