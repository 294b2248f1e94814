"""A screen comes out of the outbox as it went in, also one that an older bot put there."""

import json

import pytest

from bot.delivery.screen import Attachment, Button, Screen
from bot.domain import JsonDict


@pytest.mark.parametrize(
    "screen",
    [
        Screen(text="<b>слова</b>"),
        Screen(text="", entities=[], buttons=[[Button(text="?", url="https://a.b")]]),
        Screen(text="файл", attachment=Attachment(name="a.jsonl", path="/data/1")),
        Screen(text="", attachment=Attachment(name="отчёт.csv", text="строка\n")),
        Screen(text="", attachment=Attachment(name="a.png", path="/a.png", kind="photo")),
    ],
)
def test_what_is_stored_comes_back(screen: Screen):
    stored = json.loads(json.dumps(screen.to_json()))

    found = Screen.from_json(stored)

    assert found.to_json() == stored
    assert (found.text, found.entities) == (screen.text, screen.entities)
    assert found.attachment == screen.attachment
    assert [list(row) for row in found.buttons] == [list(row) for row in screen.buttons]


def test_message_of_an_older_bot_is_read():
    """It waits in the outbox while the bot is brought up to date."""
    stored: JsonDict = {"text": "раз", "buttons": [], "entities": None}

    assert Screen.from_json(stored).attachment is None


def test_screen_without_a_file_is_stored_as_before():
    """Cards remember a digest of what they show: a new key would edit every one for nothing."""
    assert Screen(text="раз").to_json() == {"text": "раз", "buttons": [], "entities": None}
