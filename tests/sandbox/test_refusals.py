"""What Telegram refuses, the sandbox refuses, in the same words."""

from typing import Any

import pytest

from tests.sandbox.conftest import BotClient
from tests.telegram_people import People, Person

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)


def keyboard(*buttons: Any) -> dict:
    return {"inline_keyboard": [list(buttons)]}


def button(data: str) -> dict:
    return {"text": "Кнопка", "callback_data": data}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("я" * 4096, None),
        ("я" * 4097, "message is too long"),
        ("😀" * 2048, None),
        ("😀" * 2048 + "a", "message is too long"),
        ("a" * 4096 + "   ", None),
        ("", "message text is empty"),
        (" \n ", "message text is empty"),
        (None, "message text is empty"),
    ],
)
async def test_length_of_texts(bot: BotClient, anna: Person, text, reason):
    if reason is None:
        await bot.call("sendMessage", chat_id=anna.id, text=text)
    else:
        refusal = await bot.refusal("sendMessage", chat_id=anna.id, text=text)
        assert refusal == (400, f"Bad Request: {reason}")


async def test_length_counts_after_parsing(bot: BotClient, anna: Person):
    text = "<b>" + "a" * 4096 + "</b>"

    await bot.call("sendMessage", chat_id=anna.id, text=text, parse_mode="HTML")
    refusal = await bot.refusal("sendMessage", chat_id=anna.id, text="<b> </b>", parse_mode="HTML")

    assert refusal == (400, "Bad Request: message text is empty")


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        (keyboard(button("x" * 64)), None),
        (keyboard(button("x" * 65)), "BUTTON_DATA_INVALID"),
        (keyboard(button("я" * 32)), None),
        (keyboard(button("я" * 33)), "BUTTON_DATA_INVALID"),
        (keyboard(button("")), "BUTTON_DATA_INVALID"),
        (
            keyboard({"text": "", "callback_data": "x"}),
            "inline keyboard button text must be non-empty",
        ),
        (
            keyboard({"callback_data": "x"}),
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            keyboard({"text": "x"}),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            keyboard("x"),
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object",
        ),
        (
            {"inline_keyboard": [button("x")]},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        (
            {"inline_keyboard": 1},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array',
        ),
        (
            keyboard({"text": "x", "url": "not a link"}),
            "inline keyboard button URL 'not a link' is invalid: Wrong HTTP URL",
        ),
        (keyboard({"text": "x", "url": "https://x.ru"}), None),
        ({"inline_keyboard": [[button("x")]] * 101}, "REPLY_MARKUP_TOO_LONG"),
        ("{", "can't parse reply keyboard markup JSON object"),
        ([1], "object expected as reply markup"),
        ({"keyboard": [["a", {"text": "b"}]]}, None),
        ({"keyboard": [[""]]}, "keyboard button text must be non-empty"),
        ({"remove_keyboard": True}, None),
    ],
)
async def test_shape_of_keyboards(bot: BotClient, anna: Person, markup, reason):
    if reason is None:
        await bot.call("sendMessage", chat_id=anna.id, text="x", reply_markup=markup)
    else:
        refusal = await bot.refusal("sendMessage", chat_id=anna.id, text="x", reply_markup=markup)
        assert refusal == (400, f"Bad Request: {reason}")


@pytest.mark.parametrize(
    ("method", "params", "reason"),
    [
        ("sendMessage", {"chat_id": 404404, "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": "@nobody", "text": "x"}, "chat not found"),
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        (
            "sendMessage",
            {"text": "x", "reply_parameters": {"message_id": 999}},
            "message to be replied not found",
        ),
        (
            "sendMessage",
            {"text": "x", "reply_to_message_id": 999},
            "message to be replied not found",
        ),
        ("editMessageText", {"message_id": 999, "text": "x"}, "message to edit not found"),
        ("editMessageText", {"text": "x"}, "message identifier is not specified"),
        ("editMessageText", {"message_id": 1, "text": "x"}, "message can't be edited"),
        ("editMessageText", {"message_id": 2, "text": "x"}, NOT_MODIFIED),
        (
            "editMessageText",
            {"message_id": 2, "text": " <b></b>x ", "parse_mode": "HTML"},
            NOT_MODIFIED,
        ),
        ("editMessageText", {"message_id": 2, "text": ""}, "message text is empty"),
        (
            "editMessageText",
            {"message_id": 2, "text": "y", "reply_markup": {"keyboard": [["a"]]}},
            "inline keyboard expected",
        ),
        ("editMessageReplyMarkup", {"message_id": 2}, NOT_MODIFIED),
        (
            "editMessageCaption",
            {"message_id": 2, "caption": "x"},
            "there is no caption in the message to edit",
        ),
        ("deleteMessage", {"message_id": 999}, "message to delete not found"),
        ("deleteMessages", {"message_ids": []}, "message identifiers must be 1-100"),
        ("sendChatAction", {"action": "dancing"}, "wrong parameter action in request"),
        (
            "answerCallbackQuery",
            {"callback_query_id": "1"},
            "query is too old and response timeout expired or query ID is invalid",
        ),
        ("getFile", {"file_id": "x"}, "wrong file_id or the file is temporarily unavailable"),
        ("getFile", {}, "file_id not specified"),
        ("sendDocument", {}, "there is no document in the request"),
        ("sendDocument", {"document": "x"}, "wrong file identifier/HTTP URL specified"),
        ("sendDocument", {"document": "https://x.ru/a"}, "failed to get HTTP URL content"),
        ("sendDocument", {"document": "attach://a"}, "file not found in the request"),
        ("sendMediaGroup", {"media": [{"type": "photo"}]}, "media must include 2-10 items"),
        (
            "sendMediaGroup",
            {"media": [{"type": "photo", "media": "x"}] * 11},
            "too many messages to send as an album",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "Start", "description": "x"}]},
            "BOT_COMMAND_INVALID",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "start", "description": ""}]},
            "BOT_COMMAND_DESCRIPTION_INVALID",
        ),
        (
            "setMyCommands",
            {"commands": [], "scope": {"type": "chat", "chat_id": 404404}},
            "chat not found",
        ),
        (
            "setMyCommands",
            {"commands": [], "scope": {"type": "moon"}},
            "can't parse BotCommandScope: unsupported type specified",
        ),
        (
            "setMyCommands",
            {"commands": [], "language_code": "rus"},
            "invalid language code specified",
        ),
        ("leaveChat", {}, "chat member status can't be changed in private chats"),
        (
            "setWebhook",
            {"url": "https://example.com/hook"},
            "bad webhook: the sandbox delivers to http://127.0.0.1 and localhost only",
        ),
        ("getUpdates", {"allowed_updates": "x"}, "can't parse allowed updates list JSON object"),
    ],
)
async def test_refusals(bot: BotClient, anna: Person, method, params, reason):
    """Message 1 is the person's, message 2 the bot's; `chat_id` is theirs unless it is given."""
    await bot.call("sendMessage", chat_id=anna.id, text="x")
    about_chat = {} if reason == "chat_id is empty" else {"chat_id": anna.id}

    refusal = await bot.refusal(method, **about_chat | params)

    assert refusal == (400, f"Bad Request: {reason}")


async def test_captions_are_shorter_than_texts(bot: BotClient, anna: Person):
    file = {"document": ("a.txt", b"a")}

    sent = await bot.upload("sendDocument", file, chat_id=str(anna.id), caption="😀" * 512)
    refusal = await bot.refusal(
        "editMessageCaption", chat_id=anna.id, message_id=sent["message_id"], caption="a" * 1025
    )

    assert refusal == (400, "Bad Request: message caption is too long")


async def test_a_bot_cannot_write_first(bot: BotClient, people: People):
    stranger = await people.person(6_000_001)

    refusal = await bot.refusal("sendMessage", chat_id=stranger.id, text="x")

    assert refusal == (403, "Forbidden: bot can't initiate conversation with a user")


async def test_a_blocked_bot_cannot_write(bot: BotClient, anna: Person):
    await anna.blocks()

    refusal = await bot.refusal("sendMessage", chat_id=anna.id, text="x")
    await anna.unblocks()

    assert refusal == (403, "Forbidden: bot was blocked by the user")
    await bot.call("sendMessage", chat_id=anna.id, text="x")


@pytest.mark.parametrize(
    ("bot_token", "description"),
    [
        ("1:short", "Unauthorized"),
        ("1:" + "я" * 35, "Unauthorized"),
        ("12345678:", "Unauthorized"),
        ("x" * 40, "Unauthorized: invalid token specified"),
        ("0" + "1:" + "A" * 35, "Unauthorized: invalid token specified"),
    ],
)
async def test_malformed_tokens(bot: BotClient, bot_token, description):
    response = await bot.http.get(f"/bot{bot_token}/getMe")

    assert response.status_code == 401
    assert response.json() == {"ok": False, "error_code": 401, "description": description}


async def test_another_token_of_the_same_bot(bot: BotClient):
    response = await bot.http.get(f"/bot{bot.id}:{'B' * 35}/getMe")

    assert response.status_code == 401


async def test_unknown_methods(bot: BotClient):
    """Methods that Telegram has and the sandbox lacks are unknown too."""
    for method in ("makeCoffee", "sendGame", ""):
        assert await bot.refusal(method) == (404, "Not Found: method not found")


async def test_unknown_parameters_are_ignored(bot: BotClient, anna: Person):
    message = await bot.call("sendMessage", chat_id=anna.id, text="x", flavour="vanilla")

    assert message["text"] == "x"


@pytest.mark.parametrize("how", ["query", "form", "multipart", "json", "json in strings"])
async def test_every_way_to_pass_parameters(bot: BotClient, anna: Person, how):
    path = f"/bot{bot.bot_token}/sendmessage"
    markup = '{"inline_keyboard": [[{"text": "Да", "callback_data": "yes"}]]}'
    fields = {"chat_id": str(anna.id), "text": "12", "reply_markup": markup}
    match how:
        case "query":
            response = await bot.http.get(path, params=fields)
        case "form":
            response = await bot.http.post(path, data=fields)
        case "multipart":
            files = {name: (None, value) for name, value in fields.items()}
            response = await bot.http.post(path, files=files)
        case "json":
            body = {"chat_id": anna.id, "text": "12", "reply_markup": keyboard(button("yes"))}
            response = await bot.http.post(path, json=body)
        case _:
            response = await bot.http.post(path, json=fields)

    message = bot.result("sendMessage", response)

    assert message["text"] == "12"
    assert message["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "yes"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"text": "\\ud83d"}'])
async def test_broken_bodies(bot: BotClient, body):
    headers = {"Content-Type": "application/json"}
    response = await bot.http.post(f"/bot{bot.bot_token}/getMe", content=body, headers=headers)

    assert response.status_code == 400
    assert response.json()["description"].startswith("Bad Request: can't parse the request's body")
