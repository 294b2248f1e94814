"""Verdicts, answers side by side, and models that do not answer yet, as people read them."""

import time
from dataclasses import replace

import pytest

from bot.domain.models import Ending, ServedModel
from bot.trials import views
from bot.trials.entities import (
    AnswerFigures,
    Judgement,
    Reason,
    TrainingFigures,
    Trial,
    TrialAnswer,
    TrialFailure,
    TrialState,
    Verdict,
)
from bot.trials.verdict import REASONS
from bot.trials.views import ModelUse
from tests.screens import EN, RU, buttons_of, shown

BASE = "gpt-4.1-mini-2025-04-14"
MODEL = ServedModel(
    id=3,
    name=f"ft:{BASE}:org:natasha-v1:AbC",
    system_prompt="Ты Наташа.",
    job_id="ftjob-1",
    added_at=1,
)
FIGURES = AnswerFigures(
    n_asked=5, n_answered=5, n_asking=4, n_refusing=1, n_repeating=2, n_foreign=0, characters=1412
)
PUT = Judgement(
    verdict=Verdict.PUT,
    reasons=[Reason(rule="fine")],
    answers=FIGURES,
    base=replace(FIGURES, n_answered=3, n_asking=0, characters=310),
    training=TrainingFigures(n_answers=321, share_asking=0.996, characters=639),
)
LEAVE = replace(
    PUT,
    verdict=Verdict.LEAVE,
    reasons=[
        Reason(rule="refusing", params={"n": 3, "of": 5}),
        Reason(rule="cut", params={"n": 1, "of": 5}),
    ],
)


def a_trial(judgement: Judgement | None = PUT, *answers: TrialAnswer, **fields) -> Trial:
    known = {"state": TrialState.ANSWERED, "base_model": BASE} | fields
    return Trial(
        id=12,
        model=MODEL,
        asked_by=None,
        answers=answers,
        created_at=1,
        judgement=judgement,
        **known,
    )


def test_verdict_stands_first():
    """Then figures in a few lines, the reasons, and what to do."""
    screen = views.verdict(RU, a_trial(), ModelUse.OFFERED)
    lines = shown(screen).splitlines()

    assert lines[0] == "natasha-v1 · вердикт: ставить"
    assert lines[1] == "Проба: ответов 5 из 5 · с вопросом 4"
    assert (
        lines[2] == "Повторов из датасета: 2 · отказов: 1 · обычно знаков: 1\N{NO-BREAK SPACE}412"
    )
    assert lines[3] == "В датасете: с вопросом 100 % · обычно знаков: 639"
    assert lines[4] == "Базовая: с вопросом 0 из 3 · обычно знаков: 310"
    assert lines[5].startswith("• Явных бед нет")
    assert buttons_of(screen) == ["models:use:3", "trials:page:12.0", "trials:leave:12"]


def test_reasons_are_told_with_remedies():
    """Where the model came from a job of ours; a good one needs none."""
    screen = views.verdict(RU, a_trial(LEAVE), ModelUse.WITHHELD, job_number=7)

    assert "вердикт: не ставить" in shown(screen)
    assert "• Отказ, как у обычного ассистента: 3 из 5." in shown(screen)
    assert "• Упёрлись в предел длины: 1 из 5." in shown(screen)
    assert "сама я её не включаю" in shown(screen)
    assert buttons_of(screen)[-1] == "training:remedies:7"
    good = views.verdict(RU, a_trial(), ModelUse.OFFERED, job_number=7)
    assert "training:remedies:7" not in buttons_of(good)


@pytest.mark.parametrize("standing", [ModelUse.PROMOTED, ModelUse.SERVING, ModelUse.LEFT])
def test_what_is_settled_is_not_asked(standing: ModelUse):
    assert buttons_of(views.verdict(RU, a_trial(), standing)) == ["trials:page:12.0"]


def test_figures_that_there_are_none_of_are_left_out():
    """No base model, no dataset; or a base model that is not served here."""
    bare = replace(PUT, base=None, training=None)
    assert "Базовая" in shown(views.verdict(RU, a_trial(bare), ModelUse.OFFERED))

    text = shown(views.verdict(RU, a_trial(bare, base_model=None), ModelUse.OFFERED))
    assert "Базовая" not in text
    assert "В датасете" not in text
    silent = replace(bare, answers=replace(FIGURES, n_answered=0))
    assert "Повторов из датасета" not in shown(views.verdict(RU, a_trial(silent), ModelUse.OFFERED))


@pytest.mark.parametrize("texts", [RU, EN])
def test_every_reason_can_be_told(texts):
    params = {"n": 1, "of": 5, "percent": 100, "usual": 639}
    told = replace(LEAVE, reasons=[Reason(rule=rule, params=params) for rule in sorted(REASONS)])

    assert shown(views.verdict(texts, a_trial(told), ModelUse.OFFERED)).count("•") == len(REASONS)


ANSWERS = (
    TrialAnswer(prompt="Кто <я>?", answer="<b>Лес</b>.", base_answer="Здравствуйте!"),
    TrialAnswer(prompt="Зачем?", answer=None, base_answer=None),
    TrialAnswer(prompt="Когда?", answer="Лес растёт и", ending=Ending.CUT_BY_LENGTH),
)


def test_answers_side_by_side():
    """As they were said, and a prompt a page."""
    trial = a_trial(PUT, *ANSWERS)
    screens = [views.side_by_side(RU, trial, n) for n in range(3)]
    first, second, third = map(shown, screens)

    assert "natasha-v1 · вопрос 1 из 3\nКто <я>?" in first
    assert "Базовая\nЗдравствуйте!" in first
    assert "natasha-v1\n<b>Лес</b>." in first
    assert second.count("— ответа нет —") == 2
    assert "— обрывается" in third
    assert [buttons_of(screen) for screen in screens] == [
        ["trials:turn:12.1"], ["trials:turn:12.0", "trials:turn:12.2"], ["trials:turn:12.1"],
    ]  # fmt: skip
    assert [b.text for row in screens[1].buttons for b in row] == ["← Вопрос 1", "Вопрос 3 →"]


@pytest.mark.parametrize(
    ("said", "ending", "read"),
    [
        ("Лес растёт и", Ending.CUT_BY_LENGTH, "— обрывается: предел длины, CHAT_MAX_TOKENS —"),
        ("Лес растёт и", Ending.FILTERED, "— остальное скрыл фильтр провайдера —"),
        (None, Ending.CUT_BY_LENGTH, "размышления заняли весь предел, CHAT_MAX_TOKENS"),
        (None, Ending.FILTERED, "— ответ скрыл фильтр провайдера —"),
        (None, Ending.WHOLE, "— ответа нет —"),
        (None, None, "— ответа нет —"),
    ],
)
def test_endings_are_told_in_both_columns(said, ending, read):
    answer = TrialAnswer(
        prompt="?", answer=said, base_answer=said, ending=ending, base_ending=ending
    )

    assert shown(views.side_by_side(RU, a_trial(PUT, answer), 0)).count(read) == 2


def test_column_of_a_base_model_that_is_not_served_says_so():
    trouble = TrialFailure(key="error_model_unknown", params={"model": BASE})
    text = shown(views.side_by_side(RU, a_trial(PUT, *ANSWERS, base_trouble=trouble), 1))

    assert "— здесь не отвечает —" in text
    assert BASE in text
    assert "Базовая" not in shown(
        views.side_by_side(RU, a_trial(PUT, *ANSWERS, base_model=None), 0)
    )


def test_only_what_is_longer_than_a_message_is_cut():
    whole = TrialAnswer(prompt="?", answer="Слово. " * 400, base_answer="Слог. " * 100)
    text = shown(views.side_by_side(RU, a_trial(PUT, whole), 0))
    assert (text.count("Слово."), text.count("Слог.")) == (400, 100)

    long = replace(whole, answer="Слово. " * 900)
    text = shown(views.side_by_side(RU, a_trial(PUT, long), 0))
    assert text.count("Слог.") == 100
    assert 400 < text.count("Слово.") < 900
    assert " …" in text


def test_model_that_nobody_serves():
    """What to do, and when it is asked again; without a job it may be a misprint."""
    trouble = TrialFailure(key="error_provider_unreachable")
    waiting = a_trial(
        None, state=TrialState.UNSERVED, trouble=trouble, next_at=int(time.time()) + 1800
    )
    screen = views.unserved(RU, waiting)

    assert "natasha-v1 обучена, но пока не отвечает" in shown(screen)
    assert "До модели не достучаться" in shown(screen)
    assert "CHAT_BASE_URL" in shown(screen)
    assert "через 30 мин" in shown(screen)
    assert buttons_of(screen) == ["trials:now:12"]

    given_up = replace(waiting, next_at=None, model=replace(MODEL, job_id=None))
    assert "обучена" not in shown(views.unserved(RU, given_up))
    assert "Сама больше не спрашиваю" in shown(views.unserved(RU, given_up))
