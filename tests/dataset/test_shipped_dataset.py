"""The dataset that comes with the project: 321 lines, each its own, and safe where it matters.

It describes only the shipped file: whoever puts their own in its place deletes the notes, and
these tests are skipped.
"""

import csv
import json
import re
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest

from bot.trials.sampling import sample_prompts

DATASET = Path(__file__).parents[2] / "data" / "natasha_finetuning_20251125_153356.jsonl"
NOTES = DATASET.with_suffix(".notes.csv")

pytestmark = pytest.mark.skipif(not NOTES.exists(), reason="the dataset is not the shipped one")

THEMES = {
    "духовный рост", "отношения", "бизнес и деньги", "прошлые жизни", "трудный момент", "обычное",
}  # fmt: skip
RISKS = {"suicide", "violence", "medical", "minor"}

CLICHES = re.compile(
    r"зон\w* комфорта|прислушайся к себе|важно помнить|ты не од(?:на|ин)\b|дай себе время"
    r"|полюби себя|всё будет хорошо|я тебя слышу|спасибо,? что подел|нормально чувствовать"
    r"|позволь себе|ключ к(?:о)? |маленьки\w+ шаг|как (?:языковая|нейросетевая) модель"
)
DIRECT_OR_STEP = re.compile(
    r"\?|\b112\b|\b124\b|\b103\b|звони|набер|уйди|уходи|выйди|выходи|отойди|отдай|останься|закрой"
    r"|позови|скажи|иди |буди|вызыв"
)
PROFESSIONALS = re.compile(
    r"\b10[13]\b|\b112\b|скор(?:ая|ую|ой)\b|врач|психолог|психотерапевт|психиатр|невролог|терапевт"
    r"|нарколог|кардиолог|гинеколог|педиатр|больниц"
)
GROWN_UPS = re.compile(
    r"\b124\b|взросл|мам|пап|отц|отец|тёт|дяд|бабушк|дедушк|учител|психолог|сосед|родител|\b112\b"
)
COMPARISONS = re.compile(r"\b(?:словно|будто|точно так же, как|похож[аеи]?\w* на)\b")
OWN_LIFE = re.compile(
    r"\bя (?:сама )?(?:читала|видела|слышала|бывала|родилась|росла|плакала|помню|пробовала)\b"
    r"|у меня (?:был[аи]?|есть) (?:муж|сын|дочь|дочка|подруга|мама|брат|сестра|кот)"
    r"|когда я был[аи]?\b|в мои годы|\bя (?:тоже )?(?:живая|человек|женщина)\b"
)

MAX_ALIKE = 0.4
"""Highest similarity of two texts (shared letter trigrams); the closest pairs are near 0.3."""
LONG = 70
"""Words. A longer answer is divided into paragraphs: people read it on a phone."""


@dataclass(frozen=True)
class Line:
    """A line of the file with its note."""

    n: int
    theme: str
    risks: frozenset[str]
    image: str
    roles: list[str]
    users: list[str]
    answers: list[str]
    system: str


def read():
    with NOTES.open(encoding="utf-8", newline="") as file:
        notes = list(csv.DictReader(file))
    examples = [json.loads(line) for line in DATASET.read_text(encoding="utf-8").splitlines()]
    for n, (example, note) in enumerate(zip(examples, notes, strict=True), start=1):
        assert set(example) == {"messages"}
        assert note["line"] == str(n)
        messages = example["messages"]
        for message in messages:
            assert set(message) == {"role", "content"}
            assert message["content"] == message["content"].strip() != ""
        yield Line(
            n=n,
            theme=note["theme"],
            risks=frozenset(filter(None, note["risk"].split("+"))),
            image=note["image"],
            roles=[message["role"] for message in messages],
            users=[m["content"] for m in messages if m["role"] == "user"],
            answers=[m["content"] for m in messages if m["role"] == "assistant"],
            system=messages[0]["content"],
        )


LINES = list(read()) if NOTES.exists() else []
ANSWERS = [answer for line in LINES for answer in line.answers]
USERS = [text for line in LINES for text in line.users]
AT_RISK = [line for line in LINES if line.risks]


def words(text):
    return re.findall(r"\w+(?:-\w+)*", text.lower())


def sentences(text):
    return re.split(r"(?<=[.!?…])\s+", text)


def repeated(things):
    return [thing for thing, count in Counter(things).items() if count > 1]


def share(matching, of):
    return len(list(matching)) / len(of)


def dangerous(line):
    """The answers from the turn on in which somebody is in danger: the last, or the only one."""
    return line.answers[-1] if len(line.answers) > 1 else line.answers[0]


def trigrams(text):
    letters = " ".join(words(text))
    return {letters[i : i + 3] for i in range(len(letters) - 2)}


def most_alike(texts):
    """The highest Jaccard similarity of two texts, with their places, from 1.

    A set of trigrams is a number with a bit for each, so that 51,360 pairs take a moment. Texts of
    less than three letters have none, and are left out.
    """
    bits: dict[str, int] = {}
    bags = [
        sum(1 << bits.setdefault(trigram, len(bits)) for trigram in trigrams(text))
        for text in texts
    ]
    return max(
        ((one & other).bit_count() / (one | other).bit_count(), i, j)
        for (i, one), (j, other) in combinations(enumerate(bags, start=1), 2)
        if one and other
    )


def test_there_are_321_lines_and_nothing_else():
    raw = DATASET.read_bytes()

    assert len(LINES) == raw.count(b"\n") == 321
    assert raw.startswith(b'{"messages": [')
    assert raw.endswith(b"]}\n")
    assert b"\r" not in raw
    assert b"\\u" not in raw, "Cyrillic is written as itself"


def test_every_line_is_a_conversation():
    """One persona everywhere, then one to three questions, each with its answer."""
    for line in LINES:
        n_turns = len(line.answers)
        assert line.roles == ["system", *["user", "assistant"] * n_turns]
        assert 1 <= n_turns <= 3
    (prompt,) = {line.system for line in LINES}

    assert prompt.startswith("Ты — Наташа, коуч; ты программа")


def test_a_quarter_of_the_lines_goes_on():
    n_turns = Counter(len(line.answers) for line in LINES)

    assert 80 <= n_turns[2] + n_turns[3] <= 110
    assert n_turns[3] >= 5


def test_themes_and_risks_are_known():
    themes = Counter(line.theme for line in LINES)

    assert set(themes) == THEMES
    assert min(themes.values()) >= 20
    assert {risk for line in LINES for risk in line.risks} == RISKS
    assert [line.n for line in AT_RISK if line.theme != "трудный момент"] == []


def test_lengths_of_answers():
    """A third is short, a half is of middle length, and nothing is a wall."""
    lengths = [len(words(answer)) for answer in ANSWERS]

    assert max(lengths) <= 130
    assert 0.2 <= share((n for n in lengths if n <= 60), lengths) <= 0.5
    assert 0.4 <= share((n for n in lengths if 60 < n <= 100), lengths) <= 0.65
    assert share((n for n in lengths if n > 100), lengths) <= 0.25


def test_long_answers_have_paragraphs():
    for answer in ANSWERS:
        if len(words(answer)) > LONG:
            assert "\n\n" in answer, answer
        assert re.findall(r"\n+", answer) in ([], ["\n\n"], ["\n\n"] * 2), answer


def test_she_asks_but_not_always():
    asking = share((line for line in LINES if "?" in line.answers[-1]), LINES)

    assert 0.8 <= asking <= 0.95


def test_no_two_answers_open_alike():
    openings = [words(line.answers[0])[:3] for line in LINES]

    assert repeated(" ".join(opening) for opening in openings) == []
    assert max(Counter(opening[0] for opening in openings).values()) <= 9


def test_no_sentence_comes_twice():
    """Sentences of five words or more, in whichever answers, but for what is said in danger."""
    said = [
        sentence
        for line in LINES
        if not line.risks
        for answer in line.answers
        for sentence in {*sentences(answer)}
        if len(words(sentence)) > 4
    ]

    assert repeated(said) == []


def test_images_are_an_exception_to_speaking_plainly():
    """A quarter has none, nobody in danger gets one, and none comes twice."""
    images = [line.image for line in LINES if line.image]

    assert 0.25 <= 1 - share(images, LINES) <= 0.45
    assert [line.n for line in AT_RISK if line.image] == []
    assert repeated(" ".join(sorted(words(image))) for image in images) == []


@pytest.mark.parametrize("texts", [USERS, ANSWERS], ids=["user", "assistant"])
def test_no_two_texts_are_alike(texts):
    long = [text for text in texts if len(words(text)) > 6]
    similarity, *places = most_alike(long)

    assert similarity < MAX_ALIKE, [long[place - 1] for place in places]


def test_sample_prompts_are_not_trained_on():
    for prompt in sample_prompts():
        assert most_alike([prompt, *USERS])[0] < MAX_ALIKE


def test_answers_are_plain():
    markup = re.compile(r"[\r\t*_#`|<>\[\]•]|^\s*\d+[.)]|  ")
    pictures = re.compile(r"[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]")

    for answer in ANSWERS:
        assert not markup.search(answer), answer
        assert not pictures.search(answer), answer
        assert answer.count("«") == answer.count("»")
        assert '"' not in answer


def test_colons_are_rare():
    """They were her loudest mannerism. What to say to an ambulance needs them."""
    calm = [answer for line in LINES if line.theme != "трудный момент" for answer in line.answers]

    assert [answer for answer in calm if answer.count(":") > 2] == []
    assert share((answer for answer in calm if ":" in answer), calm) < 0.6


def test_no_advice_column_cliches():
    assert [answer for answer in ANSWERS if CLICHES.search(answer.lower())] == []


def test_she_has_no_life_of_her_own():
    assert [answer for answer in ANSWERS if OWN_LIFE.search(answer.lower())] == []


def test_nobody_can_be_reached_by_what_stands_there():
    contact = re.compile(r"@|https?:|www\.|\d[\d() -]{8,}\d")

    assert [text for text in USERS + ANSWERS if contact.search(text)] == []


@pytest.mark.parametrize("risk", ["suicide", "violence"])
def test_in_danger_she_asks_or_says_what_to_do_at_once(risk):
    """In the first two sentences; a number to call stands in the first half."""
    for line in AT_RISK:
        if risk in line.risks:
            answer = dangerous(line)
            assert DIRECT_OR_STEP.search(" ".join(sentences(answer)[:2]).lower()), answer
            assert re.search(r"\b(?:112|124)\b", answer[: len(answer) // 2]), answer


def test_the_ill_are_sent_to_a_doctor_at_once():
    for line in AT_RISK:
        if "medical" in line.risks:
            answer = dangerous(line)
            assert PROFESSIONALS.search(answer[: len(answer) // 2].lower()), answer


def test_the_young_are_sent_to_somebody_grown_up():
    for line in AT_RISK:
        if "minor" in line.risks:
            assert GROWN_UPS.search(dangerous(line).lower()), line


def test_no_image_in_danger():
    assert [line.n for line in AT_RISK if COMPARISONS.search(dangerous(line).lower())] == []


def test_past_lives_are_never_told_as_fact():
    fact = re.compile(
        r"в прошлой жизни ты (?:был|жил)|в прошлом воплощении ты|ты (?:уже )?жил[аи]? (?:там|тогда)"
        r"|твоя прошлая жизнь|твоё прошлое воплощение|твоя карма"
    )
    past = [line for line in LINES if line.theme == "прошлые жизни"]

    assert [a for line in past for a in line.answers if fact.search(a.lower())] == []
