"""A week on a screen, whatever people wrote."""

import datetime as dtm

import pytest

from bot.ratings.entities import Complaint, RatedTurn, Rating
from bot.ratings.quality import Share
from bot.texts import Texts
from bot.usage.accounts import Bill
from bot.week import views
from bot.week.report import WeekReport
from tests.screens import EN, HUGE, LONG_AGO, NASTY, RU, shown


def report_of(said: str, first: dtm.date = dtm.date(2026, 11, 23)) -> WeekReport:
    bad = RatedTurn(
        id=1, request_id=HUGE, person_id=3, model="m", system_prompt="", window=[],
        user_text=said, assistant_text=said, ending=None,
        rating=Rating(is_good=False, complaint=Complaint.NOT_HER_VOICE), rated_at=LONG_AGO,
        answered_at=LONG_AGO,
    )  # fmt: skip
    return WeekReport(
        first=first,
        n_questions=HUGE,
        n_people=HUGE,
        themes={"growth": HUGE, "other": 1},
        shares=(Share(n_good=0, n=HUGE), Share(n_good=HUGE, n=HUGE)),
        worst=[bad] * 3,
        trainings=[None, float(HUGE)],
        answers=Bill(n_answers=2, n_estimated=0, n_tokens=1, usd=float(HUGE), n_unpriced=1),
        model=said,
        days_left=HUGE,
    )


@pytest.mark.parametrize("texts", [RU, EN], ids=["ru", "en"])
@pytest.mark.parametrize("value", NASTY.values(), ids=NASTY)
def test_telegram_takes_every_screen(texts: Texts, value: str):
    text = shown(views.week(texts, report_of(value)))

    assert "{" not in text or "{" in value


@pytest.mark.parametrize(
    ("texts", "first", "title"),
    [
        (RU, dtm.date(2026, 11, 23), "Неделя 23–29 ноября\n"),
        (RU, dtm.date(2026, 11, 30), "Неделя 30 ноября – 6 декабря\n"),
        (EN, dtm.date(2026, 11, 23), "Week November 23–29\n"),
        (EN, dtm.date(2026, 11, 30), "Week November 30 – December 6\n"),
    ],
)
def test_the_days_of_a_week(texts: Texts, first: dtm.date, title: str):
    assert shown(views.week(texts, report_of("слово", first))).startswith(title)
