"""Nonsense is refused; it never breaks the sandbox."""

import inspect
from typing import Any

import pytest

from sandbox.errors import TelegramError
from sandbox.manners import Manner
from sandbox.methods import METHODS
from sandbox.methods.call import Call
from sandbox.params import _BOOLEANS, _INTEGERS, _OBJECTS, Params
from sandbox.people import People
from sandbox.world import World

NONSENSE: list[Any] = [
    *([], [[1]], {}, [{}], {"type": {}}, {"message_id": []}, {"inline_keyboard": [[1]]}),
    *([{"type": [], "offset": 0, "length": 1}], [{"type": "photo", "media": []}]),
    *([{"command": [], "description": {}}], {"keyboard": [[1]]}),
    *(-1, 0, 10**20, True, "x", "", None, 0.5),
]
TEXTS = {"text", "caption", "parse_mode", "document", "photo", "action", "name", "file_id", "url"}


@pytest.mark.parametrize("method", sorted(METHODS))
async def test_no_parameter_breaks_a_method(method):
    world = World()
    world.put_user({"id": 5, "is_bot": False, "first_name": "Анна"})
    bot = world.bot(77)
    People(world).write(77, 5, {"text": "/start"}, Manner())
    sound = {"chat_id": 5, "from_chat_id": 5, "message_id": 1, "text": "y", "draft_id": 1}
    METHODS["sendmessage"][1](Call(world, bot, Params(sound, {})))

    for name in sorted((_BOOLEANS | _INTEGERS | _OBJECTS | TEXTS) - {"timeout"}):
        for value in NONSENSE:
            params = Params(sound | {"message_id": 2} | {name: value}, {})
            try:
                result = METHODS[method][1](Call(world, bot, params))
                if inspect.isawaitable(result):
                    await result
            except TelegramError:
                pass
            except Exception as exc:
                pytest.fail(f"{name}={value!r}: {exc!r}")
