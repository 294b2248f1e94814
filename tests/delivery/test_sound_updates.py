"""Fields of an update have the types of the Bot API, or the update is left aside."""

from typing import Any

import pytest

from bot.delivery import sound_updates

USER = {"id": 5, "is_bot": False, "first_name": "Анна"}
CHAT = {"id": 5, "type": "private"}
MESSAGE = {"message_id": 1, "date": 0, "from": USER, "chat": CHAT, "text": "Да", "entities": []}
PRESS = {"id": "7", "from": USER, "message": MESSAGE, "data": "a:b:1", "chat_instance": "1"}
MEMBER = {"from": USER, "chat": CHAT, "new_chat_member": {"user": USER, "status": "kicked"}}


@pytest.mark.parametrize(
    "event", [{"message": MESSAGE}, {"callback_query": PRESS}, {"my_chat_member": MEMBER}]
)
def test_sound_updates_pass(event: dict[str, Any]):
    sound_updates.check({"update_id": 1, **event, "of_a_later_version": [None]})


@pytest.mark.parametrize(
    "event",
    [
        {"message": MESSAGE | {"from": USER | {"first_name": None}}},
        {"message": MESSAGE | {"from": USER | {"language_code": []}}},
        {"message": MESSAGE | {"chat": CHAT | {"id": {}}}},
        {"message": MESSAGE | {"chat": CHAT | {"id": 2**63}}},
        {"message": MESSAGE | {"text": 7}},
        {"message": MESSAGE | {"entities": [None]}},
        {"callback_query": PRESS | {"message": MESSAGE | {"message_id": 0}}},
        {"my_chat_member": MEMBER | {"new_chat_member": {}}},
        {"my_chat_member": {"from": USER, "chat": CHAT}},
    ],
)
def test_others_do_not(event: dict[str, Any]):
    with pytest.raises(TypeError):
        sound_updates.check({"update_id": 1, **event})
