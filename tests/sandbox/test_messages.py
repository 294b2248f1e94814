"""Messages: sent, edited, deleted, answered, copied."""

from tests.sandbox.conftest import BotClient
from tests.telegram_people import People, Person

YES = {"inline_keyboard": [[{"text": "Да", "callback_data": "yes"}]]}
NO = {"inline_keyboard": [[{"text": "Нет", "callback_data": "no"}]]}


async def test_ids_grow_over_all_chats_of_a_bot(bot: BotClient, people: People, anna: Person):
    boris = await people.person(6_200_001, "Борис")
    await boris.says("/start")

    first = await bot.call("sendMessage", chat_id=anna.id, text="x")
    second = await bot.call("sendMessage", chat_id=anna.id, text="x")
    other = await bot.call("sendMessage", chat_id=boris.id, text="x")

    assert [each["message_id"] for each in (first, second, other)] == [3, 4, 5]
    assert first["chat"] == {
        "id": anna.id,
        "type": "private",
        "username": "anna",
        "first_name": "Анна",
    }
    assert first["from"]["id"] == bot.id


async def test_an_edit_changes_text_and_takes_the_keyboard_away(bot: BotClient, anna: Person):
    sent = await bot.call("sendMessage", chat_id=anna.id, text="x", reply_markup=YES)

    edited = await bot.call(
        "editMessageText", chat_id=anna.id, message_id=sent["message_id"], text="y"
    )

    assert edited["text"] == "y"
    assert edited["edit_date"] >= edited["date"]
    assert "reply_markup" not in edited
    assert (await anna.chat())[-1] == edited


async def test_a_keyboard_changes_alone(bot: BotClient, anna: Person):
    sent = await bot.call("sendMessage", chat_id=anna.id, text="x", reply_markup=YES)
    which = {"chat_id": anna.id, "message_id": sent["message_id"]}

    edited = await bot.call("editMessageReplyMarkup", **which, reply_markup=NO)
    unchanged = await bot.refusal("editMessageReplyMarkup", **which, reply_markup=NO)

    assert (edited["text"], edited["reply_markup"]) == ("x", NO)
    assert unchanged[1].startswith("Bad Request: message is not modified")


async def test_replies_show_what_they_answer(bot: BotClient, anna: Person):
    question = await anna.says("почему?")

    answer = await bot.call(
        "sendMessage",
        chat_id=anna.id,
        text="потому",
        reply_parameters={"message_id": question["message_id"]},
    )
    without = await bot.call(
        "sendMessage",
        chat_id=anna.id,
        text="потому",
        reply_parameters={"message_id": 999, "allow_sending_without_reply": True},
    )
    back = await anna.says("ясно", reply_to=answer["message_id"])

    assert answer["reply_to_message"]["text"] == "почему?"
    assert "reply_to_message" not in without
    assert back["reply_to_message"]["text"] == "потому"
    assert "reply_to_message" not in back["reply_to_message"]


async def test_deleted_messages_are_gone(bot: BotClient, anna: Person):
    ids = [
        (await bot.call("sendMessage", chat_id=anna.id, text="x"))["message_id"] for _ in range(3)
    ]

    await bot.call("deleteMessage", chat_id=anna.id, message_id=ids[0])
    await bot.call("deleteMessages", chat_id=anna.id, message_ids=[ids[1], ids[2], 999])

    assert [message["message_id"] for message in await anna.chat()] == [1]


async def test_a_press_is_answered_once(bot: BotClient, anna: Person):
    await bot.call("sendMessage", chat_id=anna.id, text="Ну?", reply_markup=YES)
    query_id = await anna.presses("Да")

    query = (await bot.call("getUpdates", offset=-1))[0]["callback_query"]
    await bot.call("answerCallbackQuery", callback_query_id=query_id, text="ок")
    again = await bot.refusal("answerCallbackQuery", callback_query_id=query_id)

    assert (query["id"], query["data"], query["from"]["id"]) == (query_id, "yes", anna.id)
    assert query["message"]["text"] == "Ну?"
    assert again[1] == (
        "Bad Request: query is too old and response timeout expired or query ID is invalid"
    )


async def test_typing_ends_with_the_message(bot: BotClient, anna: Person):
    await bot.call("sendChatAction", chat_id=anna.id, action="typing")
    before = (await anna.view())["action"]

    await bot.call("sendMessage", chat_id=anna.id, text="x")

    assert (before, (await anna.view())["action"]) == ("typing", None)


async def test_drafts_are_accepted_and_leave_no_message(bot: BotClient, anna: Person):
    await bot.call("sendMessageDraft", chat_id=anna.id, draft_id=1, text="Наверн")

    assert len(await anna.chat()) == 1
    assert (await bot.refusal("sendMessageDraft", chat_id=anna.id, draft_id=0, text="x"))[0] == 400


async def test_copies_and_forwards(bot: BotClient, anna: Person):
    written = await anna.says("*важное* /start")
    source = {"from_chat_id": anna.id, "message_id": written["message_id"]}

    copied = await bot.call("copyMessage", chat_id=anna.id, **source)
    forwarded = await bot.call("forwardMessage", chat_id=anna.id, **source)

    chat = await anna.chat()
    assert chat[-2]["message_id"] == copied["message_id"]
    assert chat[-2]["text"] == written["text"]
    assert forwarded["forward_origin"]["sender_user"]["id"] == anna.id


async def test_menus_by_scope_and_language(bot: BotClient, people: People, anna: Person):
    async def seen(person: Person) -> list[str]:
        return [command["command"] for command in (await person.view())["commands"]]

    john = await people.person(6_200_002, "John", language_code="en-US")
    await john.says("/start")
    mine = {"type": "chat", "chat_id": anna.id}
    menus: list[tuple[str, dict]] = [
        ("default", {}),
        ("private", {"scope": {"type": "all_private_chats"}}),
        ("private_en", {"scope": {"type": "all_private_chats"}, "language_code": "en"}),
        ("mine", {"scope": mine}),
    ]
    for command, where in menus:
        commands = [{"command": command, "description": "x"}]
        await bot.call("setMyCommands", commands=commands, **where)

    assert (await seen(anna), await seen(john)) == (["mine"], ["private_en"])
    assert (await bot.call("getMyCommands", scope=mine))[0]["command"] == "mine"
    await bot.call("deleteMyCommands", scope=mine)
    assert await seen(anna) == ["private"]
    await bot.call("setMyCommands", commands=[], scope={"type": "all_private_chats"})
    assert await seen(anna) == ["default"]


async def test_the_bots_own_words_are_stored(bot: BotClient, anna: Person):
    await bot.call("setMyName", name="Наташа")
    await bot.call("setMyDescription", description="Коуч", language_code="ru")
    await bot.call("setMyShortDescription", short_description="К")
    await bot.call("setChatMenuButton", chat_id=anna.id, menu_button={"type": "commands"})

    assert (await anna.view())["description"] == "Коуч"
    assert (await bot.call("getMe"))["first_name"] == "Наташа"
    assert (await bot.call("getMyName"))["name"] == "Наташа"
    assert (await bot.call("getMyDescription", language_code="ru"))["description"] == "Коуч"
    assert (await bot.call("getMyShortDescription"))["short_description"] == "К"
    assert (await bot.call("getChatMenuButton", chat_id=anna.id)) == {"type": "commands"}
    assert await bot.call("logOut")
    assert await bot.call("close")


async def test_chats_and_members(bot: BotClient, anna: Person):
    assert (await bot.call("getChat", chat_id=anna.id))["first_name"] == "Анна"
    member = await bot.call("getChatMember", chat_id=anna.id, user_id=anna.id)
    assert member["status"] == "member"
