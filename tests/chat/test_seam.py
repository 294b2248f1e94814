"""An answer that was cut and its continuation read as one text: nothing glued, nothing doubled."""

import pytest

from bot.chat.seam import LEAST_OVERLAP, joined, kept

SENTENCE = "Представь, что тропа впереди скрыта туманом."


@pytest.mark.parametrize(
    ("text", "shown_to_the_model"),
    [
        ("Ты стоишь в лесу на рас", "Ты стоишь в лесу на"),
        ("Ты стоишь в лесу на рассвете ", "Ты стоишь в лесу на рассвете"),
        ("Ты стоишь в лесу.", "Ты стоишь в лесу."),
        ("Ты стоишь в лесу,", "Ты стоишь в лесу,"),
        ("Пи — это 3.", "Пи — это"),  # perhaps 3.14
        ("Что там?\n\n- оди", "Что там?\n\n-"),
        ("Лес", "Лес"),  # nothing would be left
        ("Смотри: " + "х" * 41, "Смотри: " + "х" * 41),  # no word
        ("Ключ в **за", "Ключ в"),
        ("Ключ в **замке**", "Ключ в **замке**"),
        ("Набери `cd ..`", "Набери `cd ..`"),
        ("Конец:\n```\nx\n```", "Конец:\n```\nx\n```"),
        ("Она сказала «по", "Она сказала"),
    ],
)
def test_last_word_is_left_to_the_model(text: str, shown_to_the_model: str):
    assert kept(text) == shown_to_the_model


@pytest.mark.parametrize(
    ("text", "rest", "whole"),
    [
        # cut in a word; the model says it whole, with and without a space
        ("в лесу на рас", "рассвете.", "в лесу на рассвете."),
        ("в лесу на рас", " рассвете.", "в лесу на рассвете."),
        # cut between words
        ("в лесу на ", "рассвете.", "в лесу на рассвете."),
        ("в лесу.", "Дыши.", "в лесу. Дыши."),
        ("в лесу.", "\n\nДыши.", "в лесу.\n\nДыши."),
        ("в лесу.\n\n", "Дыши.", "в лесу.\n\nДыши."),
        # the beginning of a line is no repetition that anybody means
        ("Раз.\n\n- оди", "- один", "Раз.\n\n- один"),
        ("Раз:\n1. Да\n2. Съе", "2. Съешь яблоко", "Раз:\n1. Да\n2. Съешь яблоко"),
        ("Код:\n```\ny = ", "y = 2", "Код:\n```\ny = 2"),
        ("Раз.\n\nДа", "Да, конечно", "Раз.\n\nДа, конечно"),
        ("Раз.\nДыши.", "Дыши. И ещё.", "Раз.\nДыши. Дыши. И ещё."),
        ("    x = fo", "foo()", "    x = foo()"),
        ("if x:\n    re", "return", "if x:\n    return"),
        ("ключ " + "х" * 41, "ххх", "ключ " + "х" * 44),
        # what is repeated word by word is there once
        (f"Да. {SENTENCE} Ша", f"{SENTENCE} Шагни.", f"Да. {SENTENCE} Шагни."),
        (f"Да. {SENTENCE} Ша", f"Да. {SENTENCE} Шагни.", f"Да. {SENTENCE} Шагни."),
        (f"Да. {SENTENCE}", f"…{SENTENCE}", f"Да. {SENTENCE} …{SENTENCE}"),  # not exactly
        (f"{SENTENCE} Да. Не", f"{SENTENCE} Иди.", f"{SENTENCE} Да. {SENTENCE} Иди."),  # a refrain
        ("на, на, на, на", "на, на!", "на, на, на, на, на!"),  # too short to be a repetition
        ("Ты стоишь в лесу на рас", "в лесу на рассвете.", "Ты стоишь в лесу на рассвете."),
        ("Ты стоишь в лесу на рас", "на рассвете.", "Ты стоишь в лесу на на рассвете."),
        ("Дыши глубже. И", "Дыши глубже. И ещё.", "Дыши глубже. Дыши глубже. И ещё."),  # a mantra
        ("Она такая разноцветная ле", "цветная лента", "Она такая разноцветная цветная лента"),
    ],
)
def test_parts_become_one_text(text: str, rest: str, whole: str):
    found, start = joined(text, rest)

    assert found == whole
    assert found.startswith(kept(text))
    assert 0 < start <= len(found)


def test_model_that_only_says_the_same_again_adds_nothing():
    """While it grows, and at its end: the person sees no second copy."""
    text = f"Да. {SENTENCE} {SENTENCE}"

    for end in range(LEAST_OVERLAP, len(text) + 1):
        whole, start = joined(text, text[:end])
        assert (whole, whole[start:]) == (text, "")
    assert joined("Иди в лес", "Иди в") == ("Иди в", 5)


@pytest.mark.parametrize("cut", range(len("Представь,"), 99))
def test_wherever_it_is_cut_no_word_is_lost_or_doubled(cut: int):
    """The model goes on from what it has seen, and leaves out the blank at the start."""
    text = f"{SENTENCE} Какой шаг ты уже знаешь наверняка? Сделай его, и ещё один, и ещё."
    rest = text[len(kept(text[:cut])) :].lstrip()

    assert joined(text[:cut], rest)[0] == text


def test_long_answers_are_joined_at_once():
    """No search through all places: this would take minutes."""
    text = "лес " * 50_000

    assert len(joined(text, "лес " * 50_000)[0]) < 2 * len(text)
