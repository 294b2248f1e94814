"""A week in one message of a phone's height."""

import datetime as dtm
from collections.abc import Sequence

from bot.delivery.screen import Button, Screen, rows
from bot.edge.buttons import data_of
from bot.ratings.entities import RatedTurn
from bot.ratings.views import complaint_label, share_of
from bot.texts import Texts, shortened
from bot.week.report import WeekReport


def week(texts: Texts, report: WeekReport) -> Screen:
    """What was asked, how answers were liked, which were liked least, what it cost."""
    share, before = (share_of(texts, each) for each in report.shares)
    asked = texts(
        "week_asked",
        days=_days(texts, report.first, report.first + dtm.timedelta(days=6)),
        n=texts.number(report.n_questions),
        people=texts.number(report.n_people),
        themes=_themes(texts, report),
    )
    worst = [_answer(texts, n, each) for n, each in enumerate(report.worst, 1)]
    end = [texts("week_spent", training=_trained(texts, report), answers=_answered(texts, report))]
    if report.days_left:
        model, days = shortened(report.model, 30), texts.number(report.days_left)
        end.append(texts("week_model", model=model, days=days))
    parts = [[asked], [texts("week_shares", share=share, before=before)], worst, end]
    text = "\n\n".join("\n".join(lines) for lines in parts if lines)
    return Screen(text=text, buttons=rows(correctors(report.worst)))


def correctors(worst: Sequence[RatedTurn]) -> list[Button]:
    """A button for each of the answers, to say it differently."""
    return [
        Button(text=f"✍️ {n}", data=data_of("editing", "answer", each.request_id))
        for n, each in enumerate(worst, 1)
    ]


def _days(texts: Texts, first: dtm.date, last: dtm.date) -> str:
    if first.month != last.month:
        return f"{texts.day(first)} – {texts.day(last)}"
    return texts.day(last).replace(f"{last.day}", f"{first.day}–{last.day}", 1)


def _themes(texts: Texts, report: WeekReport) -> str:
    return ", ".join(
        f"{texts.plain(f'dataset_theme_{theme}')}\N{NO-BREAK SPACE}{texts.number(n)}"
        for theme, n in report.themes.items()
    )


def _answer(texts: Texts, n: int, rated: RatedTurn) -> str:
    complaint = rated.rating.complaint
    return texts(
        "week_worst",
        n=n,
        question=shortened(" ".join(rated.user_text.split()), 46),
        reason=f" · {complaint_label(texts, complaint)}" if complaint else "",
        answer=shortened(" ".join(rated.assistant_text.split()), 36),
    )


def _trained(texts: Texts, report: WeekReport) -> str:
    """What trainings cost, without those of no known price; "—" if there are no others."""
    prices = [price for price in report.trainings if price is not None]
    return texts.money(sum(prices)) if prices or not report.trainings else "—"


def _answered(texts: Texts, report: WeekReport) -> str:
    bill = report.answers
    is_known = not bill.n_unpriced or bill.n_unpriced < bill.n_answers
    return texts.money(bill.usd) if is_known else "—"
