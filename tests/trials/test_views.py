"""Verdicts, answers side by side, and models that do not answer yet, as people read them."""

import time
from dataclasses import replace

import pytest

from bot.delivery.screen import Button, Screen
from bot.domain.models import Ending, ServedModel
from bot.texts import utf16_length
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


SAID = (
    TrialAnswer(prompt="Кто <я>?", answer="<b>Лес</b>. А кто?"),
    TrialAnswer(prompt="Зачем?", answer="Лес & поле?"),
)
HEADLINE = "✅ <b>natasha-v1</b> готова · 47 мин"


def buttons_in_words(screen: Screen) -> list[list[str]]:
    return [[button.text for button in row] for row in screen.buttons]


def test_her_voice_stands_first():
    """A verdict in words, the first answer in full, the others below a tap; then what to do."""
    screen = views.verdict(
        RU, a_trial(PUT, *SAID), ModelUse.OFFERED, headline=HEADLINE, has_former=True
    )

    assert screen.text == (
        f"{HEADLINE}\n"
        "Похоже на вас: вопрос в 4 из 5 ответов, повторов нет.\n"
        "\n"
        "<b>«Кто &lt;я&gt;?»</b>\n"
        "&lt;b&gt;Лес&lt;/b&gt;. А кто?\n"
        "<blockquote expandable><b>Ещё ответы: 1</b>\n"
        "<b>Зачем?</b>\n"
        "Лес &amp; поле?</blockquote>"
    )
    assert buttons_in_words(screen) == [
        ["Поговорить с ней", "Включить всем"],
        ["Оставить прежнюю"],
        ["Почему так?", "Без обучения"],
    ]
    assert buttons_of(screen) == [
        "models:talk:3", "models:use:3", "trials:leave:12", "trials:why:12", "trials:page:12.0",
    ]  # fmt: skip


def test_what_is_read_at_a_glance_fits_a_phone():
    """The first answer that is short enough is told in full; where none is, a tap opens it."""
    long = [TrialAnswer(prompt=f"Вопрос {n}?", answer="Слово. " * 80) for n in range(2)]
    silent = TrialAnswer(prompt="Зачем?", answer=None)
    text = views.verdict(RU, a_trial(PUT, silent, *long, SAID[0]), ModelUse.OFFERED).text
    assert "<b>«Кто &lt;я&gt;?»</b>\n&lt;b&gt;Лес" in text
    assert text.count("<blockquote expandable>") == 1
    assert text.index("Ещё ответы: 3") < text.index("Зачем?") < text.index("Вопрос 0?")

    text = views.verdict(RU, a_trial(PUT, *long), ModelUse.OFFERED).text
    assert "<b>«Вопрос 0?»</b>\n<blockquote expandable>Слово." in text


def test_gravest_reason_is_told_in_words():
    screen = views.verdict(RU, a_trial(LEAVE, *SAID), ModelUse.WITHHELD)

    assert shown(screen).splitlines()[:3] == [
        "natasha-v1",
        "⚠️ Лучше не включать. Отказ, как у обычного ассистента: 3 из 5.",
        "Она первая, но сама я её не включаю: сначала посмотрите ответы.",
    ]
    assert ["Оставить как есть"] in buttons_in_words(screen)


@pytest.mark.parametrize("standing", [ModelUse.PROMOTED, ModelUse.SERVING, ModelUse.LEFT])
def test_what_is_settled_is_not_asked(standing: ModelUse):
    screen = views.verdict(RU, a_trial(PUT, *SAID), standing, has_former=True)
    assert buttons_of(screen) == ["models:talk:3", "trials:why:12", "trials:page:12.0"]


def test_until_it_is_judged_it_says_so():
    """What may still come is not left; a model without any answer can't be talked to."""
    pending = {"state": TrialState.PENDING, "base_model": None}
    whole = a_trial(PUT, *SAID, **pending)
    screen = views.verdict(RU, whole, ModelUse.UNJUDGED, has_former=True)
    assert "Опасные ситуации ещё проверяю." in shown(screen)
    assert ["Оставить прежнюю"] in buttons_in_words(screen)
    first = views.verdict(RU, whole, ModelUse.UNJUDGED)
    assert buttons_of(first) == ["models:talk:3", "models:use:3", "trials:why:12"]

    part = a_trial(PUT, *SAID, TrialAnswer(prompt="Когда?", answer=None), **pending)
    screen = views.verdict(RU, part, ModelUse.UNJUDGED, has_former=True)
    assert "Когда?" not in shown(screen)
    assert "trials:leave:12" not in buttons_of(screen)
    silent = views.verdict(RU, a_trial(None, **pending), ModelUse.UNJUDGED, headline=HEADLINE)
    assert "Она ещё не отвечает" in shown(silent)
    assert buttons_of(silent) == []


def test_long_answers_share_one_message():
    """Only what is longer than its share is cut."""
    long = [TrialAnswer(prompt=f"Вопрос {n}?", answer="Слово. " * 400) for n in range(4)]
    short = TrialAnswer(prompt="Короткий?", answer="Слог. " * 20, ending=Ending.CUT_BY_LENGTH)
    screen = views.verdict(RU, a_trial(PUT, *long, short), ModelUse.OFFERED)

    assert 3900 < utf16_length(shown(screen)) <= 4096
    assert shown(screen).count("Слог.") == 20
    assert shown(screen).count("Слово.") > 400
    assert "обрывается" in shown(screen)


def test_why_has_the_figures():
    """Counts and all reasons, then what the training was like, and the ways on."""
    page = [Button(text="Страница", url="https://provider.example")]
    screen = views.why(RU, a_trial(LEAVE, *SAID), ["Токены: 9"], job_number=7, page=page)
    lines = shown(screen).splitlines()

    assert lines[0] == "natasha-v1 · вердикт: лучше не включать"
    assert lines[1] == "Пробные вопросы: ответила на 5 из 5, сама спросила в 4"
    assert (
        lines[2] == "Повторов из датасета: 2 · отказов: 1 · обычно знаков: 1\N{NO-BREAK SPACE}412"
    )
    assert lines[3] == "В датасете: ответов с вопросом 100\N{NO-BREAK SPACE}% · обычно знаков: 639"
    assert lines[4] == "Без обучения: с вопросом 0 из 3 · обычно знаков: 310"
    assert lines[5:] == [
        "• Отказ, как у обычного ассистента: 3 из 5.",
        "• Упёрлись в предел длины ответа: 1 из 5. Поможет предел побольше (CHAT_MAX_TOKENS).",
        "Токены: 9",
    ]
    assert buttons_of(screen) == [
        "jobs:chart:7", "training:remedies:7", "trials:voice:12", "https://provider.example",
    ]  # fmt: skip


def test_figures_that_there_are_none_of_are_left_out():
    """No base model, no dataset; or a base model that is not served here."""

    def text(judgement: Judgement, **fields) -> str:
        return shown(views.why(RU, a_trial(judgement, **fields), [], job_number=None))

    bare = replace(PUT, base=None, training=None)
    assert "Модель без обучения здесь не отвечает" in text(bare)
    assert "без обучения" not in text(bare, base_model=None)
    assert "В датасете" not in text(bare, base_model=None)
    silent = replace(bare, answers=replace(FIGURES, n_answered=0))
    assert "Повторов из датасета" not in text(silent)


@pytest.mark.parametrize("texts", [RU, EN])
def test_every_reason_can_be_told(texts):
    params = {"n": 1, "of": 5, "percent": 100, "usual": 639}
    reasons = [Reason(rule=rule, params=params) for rule in sorted(REASONS)]
    told = replace(LEAVE, reasons=reasons)

    screen = views.why(texts, a_trial(told), [], job_number=None)
    assert shown(screen).count("•") == len(REASONS)
    for reason in reasons:
        first = a_trial(replace(told, reasons=[reason]))
        assert shown(views.verdict(texts, first, ModelUse.OFFERED))


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
    assert "Без обучения\nЗдравствуйте!" in first
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
        ("Лес растёт и", Ending.CUT_BY_LENGTH, "— обрывается: предел длины ответа —"),
        ("Лес растёт и", Ending.FILTERED, "— остальное скрыл фильтр провайдера —"),
        (None, Ending.CUT_BY_LENGTH, "размышления заняли весь предел"),
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
    assert "Без обучения" not in shown(
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

    assert "natasha-v1 пока не отвечает" in shown(screen)
    assert "До провайдера не достучаться" in shown(screen)
    assert "CHAT_BASE_URL" in shown(screen)
    assert "через 30 мин" in shown(screen)
    assert buttons_of(screen) == ["trials:now:12"]
    assert views.unserved(RU, waiting, headline=HEADLINE).text.startswith(f"{HEADLINE}\n⚠️")

    given_up = replace(waiting, next_at=None, model=replace(MODEL, job_id=None))
    assert "обучена" not in shown(views.unserved(RU, given_up))
    assert "Больше сама не спрашиваю" in shown(views.unserved(RU, given_up))
