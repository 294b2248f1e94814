"""What admins read about a week, in Russian."""

from typing import Final

WEEK: Final[dict[str, str]] = {
    "week_asked": "<b>Неделя {days}</b>\nВопросов: {n}, людей: {people}\nТемы на глаз: {themes}",
    "week_shares": "Оценки за неделю: {share}\nНеделей раньше: {before}",
    "week_worst": "👎 {n}. {question}<b>{reason}</b>\n<i>{answer}</i>",
    "week_spent": "Расходы: обучение {training}, ответы {answers}",
    "week_model": "До отключения {model} дней: {days}",
    "button_week": "Неделя",
    "settings_week_on": "Итоги недели: по понедельникам в 9:00",
    "settings_week_off": "Итоги недели: не приходят",
    "button_week_on": "Итоги недели: присылать",
    "button_week_off": "Итоги недели: не присылать",
}
