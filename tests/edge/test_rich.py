"""Formatted text is cut into messages without a loss: no word, no formatting, no code in two."""

import random
import re

import pytest

from bot.delivery.screen import MAX_UNITS
from bot.edge.rich import MOST_ENTITIES, Rich, Span
from sandbox.text import utf16_len
from tests.screens import shown

KINDS = ("bold", "italic", "strikethrough", "spoiler", "text_link", "blockquote")
SIGNS = "абвгд efgh ёж 🌲 👩‍👩‍👧 é \n - . _"


def parts_of(rich: Rich) -> list[Rich]:
    parts = list(rich.messages())
    for part in parts:
        assert utf16_len(part.text) <= MAX_UNITS
        assert len(part.spans) <= MOST_ENTITIES
        assert part.text == part.text.strip() != ""
        shown(part.screen())
    return parts


def styles(rich: Rich) -> list[tuple[str, str]]:
    """Each visible sign with the kinds of its formatting, in alphabetical order."""
    kinds = [""] * len(rich.text)
    for span in sorted(rich.spans, key=lambda span: str(span.entity["type"])):
        for place in range(span.start, span.end):
            kinds[place] += f"{span.entity['type']} "
    return [
        (sign, found) for sign, found in zip(rich.text, kinds, strict=True) if not sign.isspace()
    ]


def random_text(chance: random.Random) -> str:
    words = [
        "".join(chance.choices(SIGNS, k=chance.randrange(1, 12)))
        + chance.choice([" ", " ", " ", "\n", "\n\n"])
        for _ in range(chance.randrange(10, 3_000))
    ]
    words.insert(chance.randrange(len(words)), "x" * chance.choice([10, 3_000, 9_000]))
    return "".join(words)


def random_spans(chance: random.Random, text: str) -> list[Span]:
    """Formatting anywhere, and code beside each other, as in real answers."""
    spans = []
    for longest in [3_000] * chance.choice([0, 5, 60]) + [40] * chance.choice([0, 400]):
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.randrange(1, longest))
        spans.append(Span(start, end, {"type": chance.choice(KINDS)}))
    place = 0
    while chance.random() < 0.8 and place + 10 < len(text):
        start = chance.randrange(place, len(text) - 5)
        place = min(len(text), start + chance.choice([3, 30, 500, 3_900, 6_000]))
        spans.append(Span(start, place, {"type": chance.choice(["code", "pre"])}))
    return spans


@pytest.mark.parametrize("seed", range(150))
def test_nothing_is_lost_in_any_text(seed: int):
    """Each sign arrives once, in order, formatted as before, in messages that Telegram takes."""
    chance = random.Random(seed)
    text = random_text(chance)
    rich = Rich(text, random_spans(chance, text))

    parts = parts_of(rich)

    assert [style for part in parts for style in styles(part)] == styles(rich)


@pytest.mark.parametrize("seed", range(60))
def test_words_and_code_stay_whole(seed: int):
    """Where a message can hold them."""
    chance = random.Random(seed)
    words = [f"слово{n}" for n in range(3_000)]
    text = "".join(word + chance.choice([" ", " ", "\n", "\n\n"]) for word in words)
    spans, place = [], 0
    while (start := place + chance.randrange(1, 3_000)) < len(text) - 10:
        start = text.find("слово", start)
        place = min(len(text), start + chance.choice([6, 60, 600, 4_000]))
        if start < 0:
            break
        spans.append(Span(start, place, {"type": chance.choice(["code", "pre"])}))

    parts = parts_of(Rich(text, spans))

    assert [word for part in parts for word in part.text.split()] == words
    codes = [text[span.start : span.end].strip() for span in spans]
    found = [part.text[s.start : s.end].strip() for part in parts for s in part.spans]
    assert found == codes


def test_long_code_goes_on_in_the_next_message():
    """As code of the same language, cut between lines."""
    lines = [f"    print({n})" for n in range(1_000)]
    code = "\n".join(lines)
    text = f"Смотри:\n{code}\nВсё."
    pre = Span(8, 8 + len(code), {"type": "pre", "language": "python"})

    first, *others = parts_of(Rich(text, [pre]))

    assert first.text.startswith("Смотри:\n    print(0)")
    assert len(others) == 3
    for part in (first, *others):
        assert [span.entity for span in part.spans] == [{"type": "pre", "language": "python"}]
        assert re.fullmatch(r"\s*print\(\d+\)|Смотри:|Всё\.", part.text.splitlines()[-1])


def test_paragraphs_are_better_than_lines_and_lines_than_words():
    paragraph = "слово " * 100 + "\n" + "слово " * 100
    text = f"{paragraph}\n\n" * 6

    assert [part.text.count("\n\n") for part in parts_of(Rich(text))] == [2, 2]
    text = f"{paragraph}\n" * 6
    assert [part.text.count("\n") for part in parts_of(Rich(text))] == [5, 5]
    text = "слово " * 1_200
    assert all(part.text.endswith("слово") for part in parts_of(Rich(text)))
    assert all(len(part.text) > MAX_UNITS // 2 - 5 for part in parts_of(Rich(text))[:-1])


def test_code_that_begins_late_waits_for_the_next_message():
    """Rather than be cut, even where it leaves this message short."""
    text = "слово " * 20 + "x" * 4_090

    first, second = parts_of(Rich(text, [Span(120, len(text), {"type": "code"})]))

    assert first.text.split() == ["слово"] * 20
    assert second.text == "x" * 4_090


def test_one_endless_word_is_cut_between_signs():
    """Never inside of one, however many characters it is made of."""
    for sign in ("🌲", "👩‍👩‍👧", "👍🏽", "é", "❤️"):
        first, *others = parts_of(Rich("x" + sign * 5_000))

        assert "".join(part.text for part in others) == sign * (5_000 - first.text.count(sign))
        assert all(part.text.replace(sign, "") == "" for part in others), sign


@pytest.mark.parametrize("lines", ["\n", "\n\n", "\n\n\n \n"])
def test_empty_lines_before_code_are_no_trap(lines: str):
    code = "x" * 4_000
    text = f"{code}{lines}{code}"
    spans = [Span(text.rindex(code), len(text), {"type": "pre"})]

    assert [part.text for part in parts_of(Rich(text, spans))] == [code, code]


def test_code_at_the_beginning_stays_whole():
    """Whatever comes after it, and however many lines it has."""
    code = "x y\n\n" * 800 + "x"
    pre = [Span(0, len(code), {"type": "pre"})]

    first, *_ = parts_of(Rich(code + "\n\nслово" * 300, pre))
    assert first.text.startswith(f"{code}\n\nслово")

    assert [part.text for part in parts_of(Rich(code + "слово" * 300, pre))] == [
        code, "слово" * 300,
    ]  # fmt: skip


def test_end_begins_with_a_word():
    rich = Rich("слово " * 2_000, [Span(0, 12_000, {"type": "bold"})])

    end = rich.end_of(100)

    assert end.text.startswith("…слово слово")
    assert utf16_len(end.text) in range(90, 102)
    assert [(span.start, span.end) for span in end.spans] == [(1, len(end.text))]
    assert rich.end_of(12_000) is rich
