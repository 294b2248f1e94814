"""Reasoning in the text of an answer: hidden while it grows, and never a word of it."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.models import TakenBack
from bot.gateways.reasoning import Reasoning

HIDDEN = (
    ("<think>hm</think>Привет", "Привет"),
    ("<think>\nhm\n</think>\n\nПривет", "Привет"),
    ("\n <think>hm</think> Привет", "Привет"),
    ("<THINK>hm</Think>Привет", "Привет"),
    ("<thinking>hm</thinking>Привет", "Привет"),
    ("<reasoning>hm</reasoning>\nПривет", "Привет"),
    ("<thought>hm</thought>Привет", "Привет"),
    ("<antThinking>hm</antThinking>Привет", "Привет"),
    ("<seed:think>hm</seed:think>Привет", "Привет"),
    ('<think duration="3">hm</think>Привет', "Привет"),
    ("<think>hm</thinking>Привет", "Привет"),
    ("<think></think>Привет", "Привет"),
    ("<think>\n\n</think>\n\nПривет", "Привет"),
    ("<think>a</think>\n<think>b</think>\nПривет", "Привет"),
    ("<think>if a < b, <b>x</b> [1]</think>Привет", "Привет"),
    ("<think>the tag `</think>` is theirs</think>Привет", "Привет"),
    ("[THINK]hm[/THINK]Привет", "Привет"),
    ("◁think▷hm◁/think▷Привет", "Привет"),
    ("<|begin_of_thought|>hm<|end_of_thought|>Привет", "Привет"),
    ("<|START_THINKING|>hm<|END_THINKING|>Привет", "Привет"),
    ("<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Привет",
     "Привет"),
    ("<|start|>assistant<|channel|>final<|message|>Привет", "Привет"),
    ("analysisUser says hi.assistantfinalПривет", "Привет"),
    ("<think>hm</think>`<think>` открывает, `</think>` закрывает.",
     "`<think>` открывает, `</think>` закрывает."),
    ("<think>hm</think>Цитата: <think>так</think>", "Цитата: <think>так</think>"),
    ("</think>\n\nПривет", "Привет"),
    ("hm.\n</think>\n\nПривет", "Привет"),
    ("Человек здоровается.</think>Привет", "Привет"),
    ("Okay, he greets me</think>Привет", "Привет"),
    ("Okay. </think> Привет", "Привет"),
    ("hm.\n[/THINK]Привет", "Привет"),
    ("<think>hm", ""),
    ("<think>", ""),
    ("<think>hm</thi", ""),
    ("<think>hm</think>", ""),
    ("hm.\n</think>", ""),
    ("<|channel|>analysis<|message|>hm", ""),
)  # fmt: skip
_TAGS = (
    *("<think>", "</think>", "<thinking>", "</reasoning>", "<THINK>", "<b>", "t", "hink>"),
    *("[THINK]", "[/THINK]", "◁think▷", "◁/think▷", "analysis", "assistantfinal", "```"),
    *("<|start|>", "<|channel|>", "final<|message|>", "<|end_of_thought|>", "Нет"),
)
PROSE = (
    "тег `<think>` открывает размышления, `</think>` закрывает",
    "`<think>` — это тег",
    "<think> — это тег, а </think> его закрывает.",
    "</think> — это закрывающий тег.",
    "Тег <think> открывает, тег </think> закрывает.",
    "Тег </think> закрывает размышления.",
    "Тег «</think>» закрывает размышления.",
    "Вот код:\n```\n<think>\nтак\n</think>\n```\nДальше.",
    "Вот код:\n```\nтак.\n</think>\n```\nДальше.",
    "```html\n<think>x</think>\n```",
    "Напишите `so.</think>` в конце.",
    "print('</think>') печатает тег.",
    "<b>Привет</b>",
    "< 5",
    "2 < 3 и 5 > 4",
    "a",
    "analysis",
    "analysis of the text",
    "Analysis: хорошо",
    "[1] Привет",
    "<thinker>Роден</thinker>",
    "<",
    "Думаю <",
    "  отступ",
    "",
)


def given_words(pieces: Sequence[str], *, is_presumed: bool = False, is_whole: bool = True):
    """The words, how often some were taken back, and whether the next answer begins so too."""
    reasoning = Reasoning(is_presumed=is_presumed)
    parts = [part for piece in pieces for part in reasoning.feed(piece)]
    parts += reasoning.finish(is_whole=is_whole)
    words: list[str] = []
    for part in parts:
        words = [] if isinstance(part, TakenBack) else [*words, part]
    return "".join(words), sum(isinstance(part, TakenBack) for part in parts), reasoning.is_presumed


@pytest.mark.parametrize(("answer", "words"), HIDDEN)
def test_reasoning_is_no_words(answer, words):
    """Whole or letter by letter, nothing but the answer is given in the end."""
    assert given_words([answer])[0] == words
    assert given_words(answer)[0] == words


@pytest.mark.parametrize("answer", PROSE)
def test_words_about_tags_stay(answer):
    """Only what begins an answer is its reasoning; an answer may speak of tags, or show code."""
    assert given_words([answer]) == (answer, 0, False)
    assert given_words(answer) == (answer, 0, False)


@pytest.mark.parametrize("opening", ["<think>", "[THINK]", "◁think▷", "<|channel|>analysis"])
def test_reasoning_is_hidden_while_it_grows(opening):
    """No letter of it comes out, not even for a moment."""
    assert given_words(opening + "Сначала поздороваюсь.", is_whole=False) == ("", 0, False)


@pytest.mark.parametrize("is_presumed", [False, True])
@pytest.mark.parametrize(
    ("first", "rest"),
    [
        *(("", each) for each in "\nм<["),
        *(("<think>", each) for each in " \nм<"),
        ("[THINK]", " "),
        ("<think>hm</think>", "\n"),
        ("<|channel|>", " "),
        ("", "<think>"),
        ("", "</think>"),
    ],
)
def test_little_is_looked_at_for_each_piece(first: str, rest: str, is_presumed: bool):
    """However much has come before it, so that a long answer holds nobody up."""
    reasoning, longest = Reasoning(is_presumed=is_presumed), 0

    for piece in (first, *[rest] * 2000):
        list(reasoning.feed(piece))
        texts = [value for value in vars(reasoning).values() if isinstance(value, str)]
        longest = max(longest, *map(len, texts))

    assert longest <= 150


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (" " * 500 + "а", " " * 100 + "а"),
        ("\n" * 70 + " " * 70 + "<b>", "\n" * 70 + " " * 30 + "<b>"),
        ("\n" * 500, ""),
    ],
)
def test_of_blanks_before_the_first_word_a_hundred_stay(answer: str, words: str):
    assert given_words([answer])[0] == given_words(answer)[0] == words


@pytest.mark.parametrize("tag", ["<think>a</think>", "</think>", "а.\n</think>", "а</think> "])
def test_of_countless_tags_the_last_are_words(tag: str):
    """In any pieces, so that comparing each with all before it has an end."""
    answer = tag * 200 + "Привет"

    words = given_words([answer])[0]

    assert words == given_words(answer)[0]
    assert words.endswith(tag * 140 + "Привет")


TOKENS = st.sampled_from([" ", "\n", " " * 45, "\n\n", *_TAGS, *"</`—«AaxДа.["])


@given(tokens=st.lists(TOKENS, max_size=9), data=st.data(), is_presumed=..., is_whole=...)
def test_the_same_words_in_any_pieces(
    tokens: list[str], data: st.DataObject, is_presumed: bool, is_whole: bool
):
    """Where a server cuts the text, be it in a tag, makes no difference to what is read."""
    answer = "".join(tokens)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(answer)), max_size=6)) | {0, len(answer)})
    pieces = [answer[start:end] for start, end in pairwise(cuts)]

    whole = given_words([answer], is_presumed=is_presumed, is_whole=is_whole)
    cut = given_words(pieces, is_presumed=is_presumed, is_whole=is_whole)

    assert (cut[0], cut[2]) == (whole[0], whole[2])


def test_a_tag_that_only_closes_takes_the_words_back_once():
    """The first time nobody can know; from then on the reasoning is not shown at all."""
    answer = "Он здоровается.\n</think>\n\nПривет"

    assert given_words(answer) == ("Привет", 1, True)
    assert given_words(answer, is_presumed=True) == ("Привет", 0, True)
    assert given_words([answer]) == ("Привет", 0, True)


def test_a_presumption_that_was_wrong_costs_no_answer():
    """An answer without any tag is given at its end, and the next one grows again."""
    assert given_words("Привет!", is_presumed=True) == ("Привет!", 0, False)
    assert given_words("Он здоров", is_presumed=True, is_whole=False) == ("", 0, True)
    assert given_words("<think>hm</think>Привет", is_presumed=True) == ("Привет", 0, True)
