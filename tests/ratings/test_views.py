"""Ratings: the buttons under answers, the question why, and what admins see of it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.delivery.screen import Screen
from bot.domain.models import Ending, ServedModel
from bot.ratings import quality_views as quality
from bot.ratings import views as feedback
from bot.ratings.entities import Complaint, RatedTurn, Rating
from bot.ratings.quality import ModelQuality, Share, Trend
from bot.safety.entities import DangerCounts
from bot.texts import Texts
from tests.screens import EN, HUGE, LONG_AGO, NASTY, RU, buttons_of, shown

CUT = quality.CutAnswers(n=HUGE, limit=HUGE)
NONE_CUT = quality.CutAnswers(n=0, limit=500)
DANGERS = DangerCounts(n_lately=HUGE, n=HUGE)
NO_DANGERS = DangerCounts(n_lately=0, n=0)


def model_of(number: int, name: str) -> ServedModel:
    return ServedModel(id=number, name=name, system_prompt="", job_id=None, added_at=1)


def quality_of(
    model: ServedModel, n_good: int, n: int, trend: Trend | None = None, n_corrections: int = 0
) -> ModelQuality:
    share = Share(n_good=n_good, n=n)
    return ModelQuality(model=model, share=share, trend=trend, n_corrections=n_corrections)


def answer_of(said: str, rating: Rating) -> RatedTurn:
    return RatedTurn(
        id=1,
        request_id=2,
        person_id=3,
        model="m",
        system_prompt="",
        window=[],
        user_text=said,
        assistant_text=said,
        ending=Ending.WHOLE,
        rating=rating,
        rated_at=LONG_AGO,
        answered_at=LONG_AGO,
    )


RATINGS = [
    Rating(is_good=is_good, complaint=complaint, correction=correction)
    for is_good, complaint in ((True, None), (None, None), (False, None), (False, Complaint.OTHER))
    for correction in (None, "иначе")
]


def screens(texts: Texts, value: str) -> Iterator[Screen]:
    worst = Rating(is_good=False, complaint=Complaint.NOT_HER_VOICE, correction=value)
    for rating in (*RATINGS, worst):
        yield feedback.opinion(texts, HUGE, rating)
        yield feedback.waiting(texts, HUGE, rating, until=LONG_AGO)
        yield quality.bad_answer(
            texts, model_of(HUGE, value), answer_of(value, rating), number=HUGE - 2, of=HUGE
        )
    yield feedback.noted(texts, HUGE)
    yield feedback.left_off(texts, HUGE)
    yield quality.bad_answer(texts, model_of(HUGE, value), None, number=0, of=0)
    yield quality.overview(texts, [], CUT, NO_DANGERS)
    share = Share(n_good=0, n=HUGE)
    many = [
        quality_of(
            model_of(HUGE + n, value),
            HUGE * (n == 0),
            HUGE,
            Trend(before=share, lately=share),
            HUGE,
        )
        for n in range(20)
    ]
    yield quality.overview(texts, many, CUT, DANGERS)


@pytest.mark.parametrize("texts", [RU, EN], ids=["ru", "en"])
@pytest.mark.parametrize("value", NASTY.values(), ids=NASTY)
def test_telegram_takes_every_screen(texts: Texts, value: str):
    for screen in screens(texts, value):
        assert "{" not in shown(screen) or "{" in value


@pytest.mark.parametrize(
    ("is_good", "labels", "data"),
    [
        (None, ["👍", "👎", "🔁"], ["ratings:up:7", "ratings:down:7", "chat:again:7"]),
        (True, ["👍 ✓", "👎", "🔁"], ["ratings:unrate:7", "ratings:down:7", "chat:again:7"]),
        (False, ["👍", "👎 ✓", "🔁"], ["ratings:up:7", "ratings:unrate:7", "chat:again:7"]),
    ],
)
def test_only_the_marked_button_takes_a_rating_back(
    is_good: bool | None, labels: list[str], data: list[str]
):
    screen = feedback.keyboard(RU, 7, is_good=is_good, is_after_silence=True)

    assert screen.has_only_buttons
    assert [button.text for button in screen.buttons[0]] == labels
    assert buttons_of(screen) == [*data, "chat:anew:7"]


def test_the_question_why_marks_the_reason():
    screen = feedback.opinion(RU, 7, Rating(is_good=False, complaint=Complaint.UNTRUE))

    assert [[button.text for button in row] for row in screen.buttons] == [
        ["Не в тему", "Слишком общо"],
        ["Не её голос", "Неправда ✓"],
        ["Другое"],
        ["✍️ Написать за Наташу"],
    ]
    assert buttons_of(screen)[-2:] == ["ratings:why_other:7", "ratings:correction_write:7"]


def test_no_reason_is_asked_of_what_is_not_bad():
    screen = feedback.opinion(RU, 7, Rating(is_good=True, correction="<Вдох>"))

    assert "сейчас нет 👎" in shown(screen)
    assert "<Вдох>" in shown(screen)
    assert buttons_of(screen) == ["ratings:correction_write:7", "ratings:correction_drop:7"]


NEW, OLD = model_of(2, "ft:m:org:natasha-v2:B"), model_of(1, "ft:m:org:natasha-v1:A")


def test_admins_see_shares_with_their_intervals():
    trend = Trend(before=Share(n_good=16, n=22), lately=Share(n_good=10, n=10))
    text = shown(
        quality.overview(
            RU,
            [quality_of(NEW, 26, 32, trend, n_corrections=4), quality_of(OLD, 40, 61)],
            NONE_CUT,
            NO_DANGERS,
        )
    )

    assert "natasha-v2 · 👍 81\N{NO-BREAK SPACE}% (65–91, оценок 32)" in text
    assert (
        "За 7 дней 100\N{NO-BREAK SPACE}% (оценок 10), до того 73\N{NO-BREAK SPACE}% "
        "(оценок 22): разница может быть случайной" in text
    )
    assert "Исправлений: 4" in text
    assert "natasha-v1 · 👍 66\N{NO-BREAK SPACE}% (53–76, оценок 61)" in text
    assert "Какая модель лучше, пока не сказать" in text


def test_few_ratings_are_no_share():
    """An admin of one 👎 hears what is missing, not "0 %"."""
    few, enough = (
        shown(quality.overview(RU, [quality_of(NEW, 0, n)], NONE_CUT, NO_DANGERS)) for n in (1, 20)
    )

    assert "natasha-v2 · рано судить: 1 оценка, нужно около 20" in few
    assert "natasha-v2 · 👍 0\N{NO-BREAK SPACE}%" in enough


def test_a_better_model_is_named_only_where_that_is_clear():
    clear = quality.overview(
        RU, [quality_of(NEW, 95, 100), quality_of(OLD, 40, 100)], NONE_CUT, NO_DANGERS
    )
    alone = quality.overview(
        RU, [quality_of(NEW, 95, 100), quality_of(OLD, 0, 0)], NONE_CUT, NO_DANGERS
    )

    assert "natasha-v2 заметно лучше, чем natasha-v1." in shown(clear)
    assert buttons_of(clear) == [
        "ratings:bad:2.0",
        "ratings:bad:1.0",
        "export:start:",
        "week:show:",
        "safety:overview:",
    ]
    assert "лучше" not in shown(alone)
    assert "natasha-v1 · оценок нет" in shown(alone)


@pytest.mark.parametrize("models", [[], [quality_of(NEW, 1, 2)]], ids=["unrated", "rated"])
def test_admins_are_pointed_at_the_limit_where_they_ask(models: list[ModelQuality]):
    """Only if answers reached it; whether or not anybody rated them."""
    cut = quality.overview(RU, models, quality.CutAnswers(n=12, limit=500), NO_DANGERS)

    assert (
        "предел длины, за 7 дней: 12. Поможет предел побольше, сейчас он 500 (CHAT_MAX_TOKENS)"
        in shown(cut)
    )
    assert "CHAT_MAX_TOKENS" not in shown(quality.overview(RU, models, NONE_CUT, NO_DANGERS))


@pytest.mark.parametrize(
    ("ending", "why"),
    [
        (Ending.CUT_BY_LENGTH, "достигнут предел длины"),
        (Ending.STOPPED, "остановлено"),
        (Ending.FILTERED, "скрыл фильтр"),
        (Ending.WHOLE, ""),
        (None, ""),
    ],
)
def test_bad_answer_that_is_a_part_says_so(ending: Ending | None, why: str):
    answer = replace(answer_of("Иди к лесу и", Rating(is_good=False)), ending=ending)
    text = shown(quality.bad_answer(RU, NEW, answer, number=0, of=1))

    assert ("Это не весь ответ" in text) == bool(why)
    assert why in text


def test_models_of_one_name_are_told_apart():
    both = [quality_of(model_of(n, f"ft:m:org:natasha:{n}xyz"), 1, 2) for n in (1, 2)]
    screen = quality.overview(RU, both, NONE_CUT, NO_DANGERS)

    assert [row[0].text for row in screen.buttons][:2] == [
        "natasha · 1xyz · 👎 1",
        "natasha · 2xyz · 👎 1",
    ]


def test_bad_answers_are_read_one_by_one():
    rating = Rating(is_good=False, complaint=Complaint.TOO_GENERAL, correction="Вдох.")
    screen = quality.bad_answer(RU, NEW, answer_of("Как быть?", rating), number=1, of=3)

    text = shown(screen)
    assert "natasha-v2 · 👎 2 из 3" in text
    assert "Что не так: Слишком общо" in text
    assert text.endswith("Как сказала бы Наташа\nВдох.")
    assert buttons_of(screen) == [
        "ratings:bad:2.0", "ratings:bad:2.2", "ratings:list:", "export:start:",
    ]  # fmt: skip
