"""While an answer grows, and where it was stopped, nobody reads the signs of its formatting."""

import pytest

from bot.chat import views as answer
from bot.chat.unclosed import closed
from tests.screens import RU

WHOLE = (
    "Ты стоишь **в лесу *на рассвете* и ~~боишься~~** слушаешь `воду`: 2*3, a\\*b.\n\n"
    "* **Раз**\n* *два*\n\n```python\nx = 2 ** 3  # *\n```\nИ **всё**."
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ты стоишь **в лесу", "Ты стоишь **в лесу**"),
        ("Ты стоишь **в лесу ", "Ты стоишь **в лесу**"),
        ("Ты стоишь **", "Ты стоишь"),
        ("Ты стоишь *", "Ты стоишь"),
        ("**в лесу*", "**в лесу**"),
        ("**в лесу** и *на", "**в лесу** и *на*"),
        ("**в лесу *на рас", "**в лесу *на рас***"),
        ("~~нет", "~~нет~~"),
        ("~~нет~", "~~нет~~"),
        ("вот `x = 2 ** 3", "вот `x = 2 ** 3`"),
        ("вот `x` и", "вот `x` и"),
        ("2 * 2 = 4", "2 * 2 = 4"),
        ("2*2", "2*2"),
        ("a \\*b", "a \\*b"),
        ("* пункт", "* пункт"),
        ("**первое\nвторое", "**первое\nвторое"),
        ("```\nx = **y", "```\nx = **y"),
        ("вот:\n```pyth", "вот:"),
        ("```\n**\n```\nи **вот", "```\n**\n```\nи **вот**"),
        ("", ""),
        ("**", ""),
    ],
)
def test_what_is_open_is_closed(text: str, expected: str):
    assert closed(text) == expected


def test_no_frame_shows_bare_signs():
    """At whatever character the model pauses: nothing is shown that is not there in the end."""
    (whole,) = answer.whole(RU, WHOLE)
    for n in range(1, len(WHOLE) + 1):
        text = answer.growing(RU, WHOLE[:n], 1).text
        prose = text.split("x = ")[0]
        assert "**" not in prose, text
        assert "~~" not in prose, text
    assert "**" not in whole.text.split("x = ")[0]


def test_a_stopped_answer_shows_no_bare_signs():
    """What is stored stays as the model said it; only its picture is mended."""
    (screen,) = answer.whole(RU, "Ты стоишь **в лесу на рас", is_stopped=True)

    assert screen.text == "Ты стоишь в лесу на рас … (остановлено)"
    assert [each["type"] for each in screen.entities or []] == ["bold", "italic"]
