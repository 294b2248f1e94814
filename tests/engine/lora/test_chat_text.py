"""The text of an answer: whole characters, no stop strings, no thoughts."""

import pytest

from engine.backends.lora.speaker.text import AnswerText


def read(tokens):
    """Tokens of bytes as text, as a tokenizer of bytes does."""
    return bytes(tokens).decode(errors="replace")


def pieces(text, *, stop=(), is_thinking=False):
    """What is told after each byte of *text*, and at the end."""
    answer = AnswerText(read, stop, is_thinking=is_thinking)
    told = [answer.feed(token) for token in text.encode()]
    return [*told, answer.end()], answer.is_stopped


@pytest.mark.parametrize("text", ["Привет, мир 🙂!", "日本", "a\n\n b", " <thin air>", "<", ""])
def test_pieces_are_whole_characters(text):
    """No piece has half a character, and together they are the text."""
    told, _ = pieces(text)

    assert "".join(told) == text
    assert "\ufffd" not in "".join(told)


def test_half_a_character_at_the_end_is_left_out():
    """An answer that was cut within a character ends before it."""
    answer = AnswerText(read, (), is_thinking=False)

    told = [answer.feed(token) for token in "я🙂".encode()[:-1]]

    assert "".join(told) + answer.end() == "я"


@pytest.mark.parametrize(
    ("text", "stop", "expected", "is_stopped"),
    [
        ("one two three", ["two"], "one ", True),
        ("one two three", ["three", "two t"], "one ", True),
        ("ababac", ["abac"], "ab", True),
        ("ends with tw", ["two"], "ends with tw", False),
        ("стоп-слово", ["слово"], "стоп-", True),
        ("anything", [""], "anything", False),
        ("<think>a stop b</think> c stop d", ["stop"], "c ", True),
    ],
)
def test_text_ends_before_a_stop_string(text, stop, expected, is_stopped):
    """Nothing of it is told, and nothing that only looked like it is lost."""
    told, stopped = pieces(text, stop=stop)

    assert ("".join(told), stopped) == (expected, is_stopped)


@pytest.mark.parametrize(
    ("text", "is_thinking", "expected"),
    [
        ("<think>\nhm\n</think>\n\nYes.", False, "Yes."),
        (" \n<think></think>Yes.", False, "Yes."),
        ("hm</think>\nYes.", True, "Yes."),
        ("<think>never ends", False, ""),
        ("never ends", True, ""),
        ("I <think> so</think>", False, "I <think> so</think>"),
    ],
)
def test_thoughts_are_cut_out(text, is_thinking, expected):
    """Only what comes before the answer is a thought."""
    told, _ = pieces(text, is_thinking=is_thinking)

    assert "".join(told) == expected
