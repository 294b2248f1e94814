"""Blind comparison of two models, in Russian. The two answers and their buttons are a tester's."""

from typing import Final

COMPARE: Final[dict[str, str]] = {
    "compare_usage": "/compare модель_A модель_B 50",
    "compare_pick_first": (
        "<b>Слепое сравнение</b>\n"
        "Тестировщики увидят два ответа рядом, не зная, чьи они, и выберут лучший. Какую модель "
        "сравниваем?"
    ),
    "compare_pick_second": "<b>{model}</b> — с какой моделью её сравнить?",
    "compare_pick_votes": (
        "<b>{a}</b> и <b>{b}</b>. Сколько собрать голосов? Если разница станет ясна раньше, "
        "сравнение остановится само."
    ),
    "compare_too_few": "Сравнивать пока нечего: нужны хотя бы две модели. Новую обучит /train.",
    "compare_title": "<b>Сравнение: {a} и {b}</b>",
    "compare_running": "Идёт. Голосов: {n} из {wanted}",
    "compare_every_one": "Два ответа тестировщик получает на каждый вопрос.",
    "compare_every": "Два ответа тестировщик получает на каждый {every}-й вопрос.",
    "compare_runs_already": "Одно сравнение уже идёт. Дождитесь его конца или остановите.",
    "compare_better": "🏆 <b>{model} лучше: {n} из {of}</b>, не считая ничьих.",
    "compare_chance": (
        "Одинаковые модели показали бы такую разницу реже чем в {percent}\N{NO-BREAK SPACE}% "
        "сравнений."
    ),
    "compare_no_difference": "<b>Разницы не видно.</b>",
    "compare_not_yet": "<b>Пока ничего не ясно.</b>",
    "compare_stopped": "<b>Остановлено. Разницы пока не видно.</b>",
    "compare_gone": (
        "<b>Сравнение прервано:</b> одна из моделей убрана из списка или провайдер её больше не "
        "знает."
    ),
    "compare_votes": "За {a}: {n_a} · за {b}: {n_b} · одинаково: {n_same}",
    "compare_share": (
        "Доля {model} без ничьих: {share}\N{NO-BREAK SPACE}%, вероятно от {low} до "
        "{high}\N{NO-BREAK SPACE}%"
    ),
    "compare_people": "Голосов: {n} из {wanted} · голосовали: {people}",
    "button_compare_votes": "{n} голосов",
    "button_compare_stop": "Остановить",
    "button_compare_result": "Результат",
    "button_compare_longer": "Продолжить до {n}",
    "button_compare_use": "Включить {model}",
    "button_every_one": "Каждый вопрос",
    "button_every": "Каждый {every}-й",
    "button_vote_first": "1 лучше",
    "button_vote_second": "2 лучше",
    "button_vote_same": "Одинаково",
    "error_model_not_listed": (
        "Модели {model} в списке нет. Номера и имена всех моделей покажет /models."
    ),
    "error_model_ambiguous": (
        "{model} — так называются несколько моделей. Назовите нужную по номеру: {numbers}"
    ),
    "error_compared_models_equal": "Это одна и та же модель. Для сравнения нужны две разные.",
    "error_compared_model_retired": (
        "{model} убрана из списка. Чтобы сравнивать её, верните её туда: /models."
    ),
    "error_compared_model_unfit": (
        "Людям {model} не показываю: вердикт «лучше не включать». Выберите другую: /models."
    ),
    "error_comparison_gone": "Такого сравнения нет. Что идёт сейчас, покажет /compare.",
    "error_comparison_over": "Это сравнение уже закончилось, спасибо за помощь.",
    "error_vote_stands": "Разговор пошёл дальше, поэтому выбор уже не изменить.",
}
