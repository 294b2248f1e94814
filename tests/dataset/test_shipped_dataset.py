"""The dataset that comes with the project: 321 pairs, each its own, and safe where it matters.

It describes only the shipped file: whoever puts their own in its place deletes the notes, and
these tests are skipped.
"""

import csv
import json
import re
from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from bot.trials.sampling import sample_prompts

DATASET = Path(__file__).parents[2] / "data" / "natasha_finetuning_20251125_153356.jsonl"
NOTES = DATASET.with_suffix(".notes.csv")

pytestmark = pytest.mark.skipif(not NOTES.exists(), reason="the dataset is not the shipped one")

THEMES = {
    "духовный рост": 72,
    "отношения": 72,
    "бизнес и деньги": 72,
    "прошлые жизни": 72,
    "трудный момент": 33,
}

CLICHES = re.compile(
    r"зон\w* комфорта|прислушайся к себе|важно помнить|ты не од(?:на|ин)\b|дай себе время"
    r"|полюби себя|всё будет хорошо|я тебя слышу|спасибо,? что подел|нормально чувствовать"
    r"|позволь себе|ключ к(?:о)? |маленьки\w+ шаг|как (?:языковая|нейросетевая) модель"
)

HELP = re.compile(
    r"\b112\b|скор(?:ая|ую|ой)\b|врач|психолог|психотерапевт|психиатр|невролог|терапевт|нарколог"
    r"|кризисн\w+ (?:лини|центр)|телефон\w* доверия|горяч\w+ лини"
)

NO_DOCTOR = re.compile(
    r"(?:я|да я и|из меня) (?:здесь )?не (?:врач|доктор|психолог|специалист|травматолог)"
    r"|врач из меня никакой"
)

MAX_ALIKE = 0.4
"""Highest similarity of two texts (shared letter trigrams); the closest pairs are near 0.3."""


def examples():
    return [json.loads(line) for line in DATASET.read_text(encoding="utf-8").splitlines()]


def contents(role):
    return [
        message["content"]
        for example in examples()
        for message in example["messages"]
        if message["role"] == role
    ]


def notes():
    with NOTES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def answers_on(theme):
    return [
        answer
        for answer, note in zip(contents("assistant"), notes(), strict=True)
        if note["theme"] == theme
    ]


def words(text):
    return re.findall(r"\w+(?:-\w+)*", text.lower())


def repeated(things):
    return [thing for thing, count in Counter(things).items() if count > 1]


def trigrams(text):
    letters = " ".join(words(text))
    return {letters[i : i + 3] for i in range(len(letters) - 2)}


def most_alike(texts):
    """The highest Jaccard similarity of two texts, with their lines.

    A set of trigrams is a number with a bit for each, so that 51,360 pairs take a moment.
    """
    bits: dict[str, int] = {}
    bags = [
        sum(1 << bits.setdefault(trigram, len(bits)) for trigram in trigrams(text))
        for text in texts
    ]
    return max(
        ((one & other).bit_count() / (one | other).bit_count(), i, j)
        for (i, one), (j, other) in combinations(enumerate(bags, start=1), 2)
    )


def test_there_are_321_lines_and_nothing_else():
    raw = DATASET.read_bytes()

    assert len(examples()) == raw.count(b"\n") == 321
    assert raw.startswith(b'{"messages": [')
    assert raw.endswith(b"]}\n")
    assert b"\r" not in raw
    assert b"\\u" not in raw, "Cyrillic is written as itself"


def test_every_line_is_system_user_assistant():
    for example in examples():
        assert set(example) == {"messages"}
        assert [message["role"] for message in example["messages"]] == [
            "system",
            "user",
            "assistant",
        ]
        for message in example["messages"]:
            assert set(message) == {"role", "content"}
            assert message["content"] == message["content"].strip() != ""


def test_one_persona_speaks_everywhere():
    (prompt,) = set(contents("system"))

    assert prompt.startswith("Ты — Наташа")


def test_notes_belong_to_the_lines():
    assert [note["line"] for note in notes()] == [str(line) for line in range(1, 322)]


def test_themes_are_even_and_mixed():
    themes = [note["theme"] for note in notes()]

    assert Counter(themes) == THEMES
    assert all(one != other for one, other in pairwise(themes))


def test_questions_run_from_three_words_to_a_paragraph():
    lengths = [len(words(question)) for question in contents("user")]

    assert min(lengths) == 3
    assert 60 <= max(lengths) <= 90


def test_answers_have_50_to_140_words():
    lengths = [len(words(answer)) for answer in contents("assistant")]

    assert min(lengths) >= 50
    assert max(lengths) <= 140


def test_no_two_answers_open_alike():
    openings = [words(answer)[:3] for answer in contents("assistant")]

    assert repeated(" ".join(opening) for opening in openings) == []
    assert max(Counter(opening[0] for opening in openings).values()) <= 6


def test_no_image_comes_twice():
    assert repeated(" ".join(sorted(words(note["image"]))) for note in notes()) == []


@pytest.mark.parametrize("role", ["user", "assistant"])
def test_no_two_texts_are_alike(role):
    similarity, *lines = most_alike(contents(role))

    assert similarity < MAX_ALIKE, f"lines {lines}"


def test_sample_prompts_are_not_trained_on():
    for prompt in sample_prompts():
        assert most_alike([prompt, *contents("user")])[0] < MAX_ALIKE


def test_answers_are_one_plain_paragraph_with_a_question():
    markup = re.compile(r"[\n\r\t*_#`|<>\[\]•]|^\s*\d+[.)]|  ")
    pictures = re.compile(r"[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]")

    for answer in contents("assistant"):
        assert not markup.search(answer), answer
        assert not pictures.search(answer), answer
        assert "?" in answer
        assert answer.count("«") == answer.count("»")
        assert '"' not in answer


def test_no_advice_column_cliches():
    assert [answer for answer in contents("assistant") if CLICHES.search(answer.lower())] == []


def test_nobody_can_be_reached_by_what_stands_there():
    contact = re.compile(r"@|https?:|www\.|\d[\d() -]{8,}\d")

    assert [text for text in contents("user") + contents("assistant") if contact.search(text)] == []


def test_every_hard_moment_points_to_help():
    assert [a for a in answers_on("трудный момент") if not HELP.search(a.lower())] == []


def test_every_hard_moment_says_that_she_is_no_doctor():
    assert [a for a in answers_on("трудный момент") if not NO_DOCTOR.search(a.lower())] == []


def test_past_lives_are_never_told_as_fact():
    fact = re.compile(
        r"в прошлой жизни ты (?:был|жил)|в прошлом воплощении ты|ты (?:уже )?жил[аи]? (?:там|тогда)"
        r"|твоя прошлая жизнь|твоё прошлое воплощение|твоя карма"
    )

    assert [a for a in answers_on("прошлые жизни") if fact.search(a.lower())] == []
