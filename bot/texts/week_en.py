"""What admins read about a week, in English."""

from typing import Final

WEEK: Final[dict[str, str]] = {
    "week_asked": "<b>Week {days}</b>\nQuestions: {n}, people: {people}\nThemes, roughly: {themes}",
    "week_shares": "Ratings this week: {share}\nThe week before: {before}",
    "week_worst": "👎 {n}. {question}<b>{reason}</b>\n<i>{answer}</i>",
    "week_spent": "Spent: training {training}, answers {answers}",
    "week_model": "Days until {model} is switched off: {days}",
    "button_week": "Week",
    "settings_week_on": "Weekly report: on Mondays at 9:00",
    "settings_week_off": "Weekly report: off",
    "button_week_on": "Weekly report: send",
    "button_week_off": "Weekly report: don't send",
}
