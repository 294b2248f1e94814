"""Which command a text begins with, as phones and people write it."""

import pytest

from bot.edge.dispatch import command_in


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/train", "train"),
        ("/train quick", "train"),
        ("/train\nquick", "train"),
        ("/train\tquick", "train"),
        ("/train, quick", "train"),
        ("/TRAIN quick", "train"),
        ("/train@natasha_bot quick", "train"),
        ("/train@Natasha_Bot", "train"),
        ("/train@other_bot", ""),
        ("/trainer", "trainer"),
        ("/", ""),
        ("", ""),
        ("train", ""),
        (" /train", ""),
        ("/поезд", ""),
    ],
)
def test_command_is_read_as_telegram_marks_it(text: str, command: str):
    assert command_in(text, "natasha_bot") == command
