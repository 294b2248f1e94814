"""The judge over calls and answers judges."""

import pytest

from tests.sandbox.conftest import BotClient
from tests.telegram_people import People, Person
from tests.telegram_schema import SchemaError, check_call, check_result

SENT = {"chat_id": 1, "text": "x"}


@pytest.mark.parametrize(
    ("method", "params", "problem"),
    [
        ("sendMessage", SENT, None),
        ("sendMessage", SENT | {"flavour": "vanilla"}, "sendMessage has no flavour"),
        ("sendMessage", {"chat_id": 1}, "sendMessage.text is missing"),
        ("sendMessage", SENT | {"text": 5}, "sendMessage.text: 5 is no String"),
        ("sendMessage", SENT | {"protect_content": "perhaps"}, "no Boolean"),
        ("sendMessage", SENT | {"entities": [{"type": "bold"}]}, "offset is missing"),
        ("sendMessage", SENT | {"reply_markup": {"inline_keyboard": [[{"text": "x"}]]}}, None),
        ("sendMessage", SENT | {"reply_markup": {"inline_keyboard": [{"text": "x"}]}}, "none fits"),
        ("sendMessage", SENT | {"reply_markup": {"inline_keyboard": [[{}]]}}, "text is missing"),
        ("sendDocument", {"chat_id": 1, "document": {"file_name": "a", "size": 1}}, None),
        ("setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": 1}}, None),
        ("setMyCommands", {"commands": [], "scope": {"type": "chat"}}, "none fits"),
        ("makeCoffee", {}, "no method makeCoffee"),
    ],
)
def test_calls(method, params, problem):
    if problem is None:
        check_call(method, params)
    else:
        with pytest.raises(SchemaError, match=problem):
            check_call(method, params)


def test_results():
    check_result("getMe", {"id": 1, "is_bot": True, "first_name": "x"})
    with pytest.raises(SchemaError, match="first_name is missing"):
        check_result("getMe", {"id": 1, "is_bot": True})
    with pytest.raises(SchemaError, match="has no flavour"):
        check_result("getMe", {"id": 1, "is_bot": True, "first_name": "x", "flavour": "vanilla"})


async def test_recorded_calls_can_be_judged(bot: BotClient, people: People, anna: Person):
    """As the bot's tests do it: with files attached, numbers in forms, JSON in strings."""
    media = '[{"type": "document", "media": "attach://one"}, {"type": "document", "media": "attach://two"}]'
    files = {"one": ("1.txt", b"1"), "two": ("2.txt", b"2")}
    await bot.upload("sendMediaGroup", files, chat_id=str(anna.id), media=media)
    await bot.call("getUpdates", allowed_updates=["message"])

    for call in await people.calls():
        check_call(call["method"], call["params"])
        check_result(call["method"], call["response"]["result"])
