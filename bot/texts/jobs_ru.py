"""The card of a job, its events and its diagram, and the list of jobs, in Russian."""

from typing import Final

CARDS: Final[dict[str, str]] = {
    "job_card": "<b>{icon} {name}</b> · {status}",
    "job_starter": "Запуск: {name}",
    "job_starter_price": "Запуск: {name} · ~{price}",
    "job_progress": "{bar} {percent} % · эпоха {epoch} из {epochs}",
    "job_progress_plain": "{bar} {percent} %",
    "job_step": "шаг {step} из {total}",
    "job_step_alone": "шаг {step}",
    "job_step_left": "шаг {step} из {total} · осталось ~{left}",
    "job_loss": "ошибка {fall}  {spark}",
    "job_valid_loss": "на проверочных {fall}  {spark}",
    "loss_fell_2": "упала вдвое",
    "loss_fell_3": "упала втрое",
    "loss_fell_4": "упала вчетверо",
    "loss_fell_times": "упала в {n} раз",
    "loss_fell_more": "упала больше чем в {n} раз",
    "loss_fell_percent": "упала на {n} %",
    "loss_same": "почти не изменилась",
    "loss_rose": "выросла на {n} %",
    "job_spent": "потрачено ~{price}",
    "job_queued_hint": "В очереди бывает долго: напишу, когда что-то изменится.",
    "job_last": "<i>{message}</i>",
    "job_warning": "⚠️ Провайдер пишет: <i>{message}</i>",
    "job_rehearsed": (
        "⚠️ Это репетиция: на самом деле ничего не обучается, а ответы берутся из датасета."
    ),
    "job_id": "<code>{id}</code>",
    "job_base": "из {model}",
    "status_validating_files": "файлы проверяются",
    "status_queued": "в очереди",
    "status_running": "обучается",
    "status_paused": "на паузе",
    "status_succeeded": "обучилась",
    "status_failed": "не обучилась",
    "status_cancelled": "остановлена",
    "status_unknown": "состояние «{word}»",
    "job_model": "Модель: <code>{model}</code>",
    "jobs_title": "<b>Последние задания</b>",
    "jobs_none": "Заданий ещё не было. Первое начинается с /train.",
    "jobs_line": "{icon} №{number} <b>{name}</b> · {status} · {day}\n<code>{id}</code>",
    "monitor_started": "Слежу за заданием {name}. Его модель предложу, но сама не включу.",
    "monitor_how": "Пришлите команду и ID задания: <code>/monitor ftjob-…</code>",
    "button_all_jobs": "Все задания",
    "button_monitor": "Следить за чужим заданием",
    "cancel_ask": "Остановить {name}? Потраченное не вернётся, модели не будет.",
    "cancel_sent": "Останавливаю {name}. Напишу, когда провайдер подтвердит.",
    "cancel_kept": "Хорошо, {name} учится дальше.",
    "button_refresh": "Обновить",
    "button_cancel_job": "Остановить",
    "button_cancel_yes": "Да, остановить",
    "button_keep": "Нет, пусть учится",
    "job_took": "за {time}",
    "jobs_title_page": "<b>Последние задания</b> · {first}–{last} из {n}",
    "card_later": "{name}: карточка теперь ниже.",
    "job_paused": "⏸ {name} на паузе. Продолжить можно с того же места.",
    "job_resumed": "▶️ {name} учится дальше.",
    "button_chart": "График",
    "button_events": "События",
    "button_pause": "Пауза",
    "button_resume": "Продолжить",
    "button_open_job": "№{number} {name}",
    "button_page_newer": "← Новее",
    "button_page_older": "Старее →",
    # Events
    "events_title": "<b>События: {name}</b> · {first}–{last} из {n}",
    "events_none": "Событий у {name} пока нет. Как идёт обучение, покажет /status.",
    "events_day": "<b>{day}</b>",
    "events_line": "<code>{time}</code> {mark}{message}",
    # The diagram
    "chart_title": "Ошибка · {name}",
    "chart_caption": "<b>{name}</b>",
    "chart_train": "обучающие",
    "chart_valid": "проверочные",
    "chart_step": "шаг",
    "chart_best": "лучшая {loss}",
    "chart_epoch": "эпоха {n}",
    "chart_now": "Ошибка: {loss} на шаге {step} (меньше — лучше)",
    "chart_now_valid": "На проверочных: {loss} на шаге {step}",
    "chart_lowest": "Лучшая на проверочных: {loss} на шаге {step}",
    "chart_nothing": (
        "Рисовать пока нечего: у {name} ещё нет двух замеров ошибки. Загляните чуть позже."
    ),
    "chart_failed": "График нарисовать не вышло. Попробуйте ещё раз чуть позже.",
    # Refused actions
    "error_not_pausable": "{name} сейчас не обучается и не ждёт очереди: ставить на паузу нечего.",
    "error_not_paused": "{name} не на паузе, продолжать нечего.",
    "error_pause_unsupported": (
        "Этот провайдер не умеет ставить обучение на паузу. Задание идёт своим ходом; совсем его "
        "остановит кнопка «Остановить»."
    ),
    "error_pause_refused": (
        "Провайдер отказал, и состояние задания не изменилось. Попробуйте ещё раз чуть позже. Его "
        "слова: {message}"
    ),
}
