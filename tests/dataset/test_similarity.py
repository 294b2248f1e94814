"""Questions that are almost the same are found; those that only look alike are not."""

import random
import subprocess
import sys
import time

import pytest

from bot.dataset.validation.language import normalised
from bot.dataset.validation.similarity import Nearby
from tests.dataset.validation_files import example

LONG = next(q for n in range(200) if "Господи" in (q := example(n)["messages"][1]["content"]))
"""A question of some sentences."""


def near(first, second):
    nearby = Nearby()
    nearby.add(first, 7)
    return nearby.find(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Муж третий день ни слова не говорит", "Муж третий день не говорит ни слова!"),
        ("Муж третий день ни слова не говорит", "Муж уже третий день ни слова не говорит"),
        ("Не верю больше в Бога, что делать?", "а не верю больше в бога что делать"),
        ("Как перестать бояться начальника на работе", "Как перестать боятся начальника на роботе"),
        ("How do I stop being afraid of my boss?", "How do I stop being afraid of my bosses"),
        (LONG, LONG.replace("Господи", "господи боже")),
        (LONG, f"Здравствуйте! {LONG}"),
        (LONG * 20, f"Ну вот. {LONG * 20}"),
    ],
)
def test_almost_the_same(first, second):
    assert near(first, second) == 7


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Как начать бизнес?", "Как бросить бизнес?"),
        ("Как начать свой бизнес в Москве?", "Как начать свой бизнес в Туле?"),
        ("Мой муж пьёт каждый день", "Мой муж бьёт каждый день"),
        ("Хочу развестись с мужем", "Не хочу развестись с мужем"),
        ("Вопрос 1: как мне дальше быть?", "Вопрос 2: как мне дальше быть?"),
        ("Мне 34 года, живу одна с котом, скучно", "Мне 43 года, живу одна с котом, скучно"),
        (f"Мне 30. {LONG}", f"Мне 50. {LONG}"),
        ("Муж ушёл", "Муж пришёл"),
        (LONG, example(31)["messages"][1]["content"]),
        ("", ""),
        ("😊", "😊"),
    ],
)
def test_not_the_same(first, second):
    assert near(first, second) is None


def test_shipped_questions_are_all_different():
    nearby = Nearby()
    questions = [example(n)["messages"][1]["content"] for n in range(321)]

    for n, question in enumerate(questions):
        assert nearby.find(question) is None
        nearby.add(question, n)


@pytest.mark.processes
def test_answers_are_the_same_in_every_process():
    """Hashes of str differ between processes; those used here must not."""
    code = (
        "from bot.dataset.validation.similarity import Nearby\n"
        "nearby = Nearby()\n"
        "texts = [f'{a} {b} как мне быть дальше' for a in 'абвгде' for b in 'жзиклм']\n"
        "found = [(nearby.find(t * 3), nearby.add(t * 3, n)) for n, t in enumerate(texts)]\n"
        "print(found)"
    )

    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert said[0] == said[1]
    assert len(said[0]) > 100


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["all alike", "one word", "long", "random"])
def test_no_file_takes_long(kind):
    """Each look-up is bounded, whatever was put in before."""
    rng = random.Random(5)
    shared = "расскажи мне пожалуйста очень подробно про то как надо жить дальше номер "
    texts = {
        "all alike": lambda n: shared * 3 + str(n),
        "one word": lambda n: "слово " * (n % 50),
        "long": lambda n: f"{n} {shared * 60}",
        "random": lambda n: " ".join(str(rng.random()) for _ in range(10)),
    }[kind]
    nearby = Nearby()
    started = time.process_time()

    for n in range(2_000):
        text = texts(n)
        nearby.find(text)
        nearby.add(text, n)

    assert time.process_time() - started < 10  # some 2 seconds at the worst


def test_same_words():
    assert normalised("  Ещё РАЗ,\n«привет»!") == normalised("еще раз — привет")
    assert normalised("не\u0438\u0306") == normalised("не\u0439")
    assert normalised("—…!") == ""
