"""Loops and template marks: the first complaints about tuned models."""

import json

import pytest

from bot.trials.answer_faults import has_marks, loops
from tests.dataset.test_shipped_dataset import ANSWERS
from tests.world import ROOT

LOOPS = [
    "Лес растёт медленно. Лес растёт медленно. Лес растёт медленно.",
    "и снова и снова и снова и снова и снова и снова",
    "да " * 30,
    "Что ты чувствуешь? Расскажи. Что ты чувствуешь? Ничего страшного. Что ты чувствуешь?",
    "I hear you and I see you, " * 6,
    "Breathe in. Breathe out and rest. Breathe in. Breathe out and rest. Breathe out and rest.",
    (
        "Ты стоишь перед дверью и не знаешь, что за ней. За дверью комната, в комнате стол, на "
        "столе лампа. Ты стоишь перед дверью и не знаешь, что за ней. В комнате стол, на столе "
        "лампа, за дверью комната. Ты стоишь перед дверью и не знаешь, что за ней. На столе лампа."
    ),
]
STRAIGHT = [
    "Очень, очень медленно растёт лес, и ты это знаешь.",
    "Нет, нет и нет. Так нельзя.",
    "Что ты чувствуешь? А что чувствует он? А что чувствует она?",
    "Шаг, ещё шаг, ещё шаг. Теперь звони 112.",
    "Yes. Yes. What else?",
    "Тише, тише, тише. Дыши.",
    "",
    "Лес",
]
MARKED = [
    "Лес.<|eot_id|>",
    "<think>Он спрашивает о лесе.</think>Лес.",
    "Лес.\n</think>",
    "Лес. [INST] А дальше?",
    "Лес.\n### Response:\nПоле.",
    "Лес.\n###Instruction\nПиши дальше.",
    "Лес.\nUser: спасибо\nAssistant: пожалуйста",
    "Question: who are you?",
    "**Assistant:** I hear you.",
    "Лес.\nПользователь: а поле?",
    "<s>Лес",
    "Лес</s>",
    "Лес<|im_e",
    "Лес.<end_of_turn>",
    "<｜end▁of▁sentence｜>",
]
CLEAN = [
    "Вопрос в другом: чей это лес?",
    "Ответь себе: чего ты ждёшь?",
    "Твой вопрос: где лес? Мой ответ: за рекой.",
    "### Что сделать сегодня\n1. Позвонить.",
    "2 < 3, а 3 > 2.",
    "As a user of that forest you may ask: whose is it?",
    "I have one question: who is it?",
    "The human: that is you.",
]


@pytest.mark.parametrize("answer", LOOPS)
def test_answer_that_goes_in_circles(answer):
    assert loops(answer)


@pytest.mark.parametrize("answer", [*STRAIGHT, *CLEAN])
def test_answer_that_gets_somewhere(answer):
    assert not loops(answer)


@pytest.mark.parametrize("answer", MARKED)
def test_marks_of_a_template(answer):
    assert has_marks(answer)


@pytest.mark.parametrize("answer", [*CLEAN, *STRAIGHT])
def test_words_that_only_look_like_marks(answer):
    assert not has_marks(answer)


def test_what_the_shipped_files_teach_has_neither():
    english = (ROOT / "data" / "natasha_en.jsonl").read_text(encoding="utf-8").splitlines()
    answers = [json.loads(line)["messages"][-1]["content"] for line in english]

    assert [a for a in [*ANSWERS, *answers] if loops(a) or has_marks(a)] == []
