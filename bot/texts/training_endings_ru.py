"""How a training ended, why a provider refused, and what to do next, in Russian."""

from typing import Final

ENDINGS: Final[dict[str, str]] = {
    "job_succeeded": "✅ <b>{name}</b> обучилась за {duration}",
    "job_failed": "❌ <b>{name}</b> не обучилась",
    "job_cancelled": "⏹ <b>{name}</b> остановлена через {duration} после запуска",
    "job_losses": "Потери {first} → {last}",
    "job_losses_validated": "Потери {first} → {last} · проверка {valid}",
    "job_validated": "Проверка: потери {valid}",
    "job_best": "Лучшая точка: шаг {step}, проверка {loss}",
    "job_cost": "Токены: {tokens} · ~{price}",
    "job_tokens": "Токены: {tokens}",
    "job_succeeded_next": "Задаю ей пробные вопросы, ответы пришлю следом.",
    "job_not_begun": "До обучения не дошло, деньги не списаны.",
    "run_refused": "❌ План №{run_id} не запустился, задания нет.\n{reason}\nДеньги не списаны.",
    # What to do next
    "button_step_mend": "Починить датасет",
    "button_step_part": "Что в проверочной части",
    "button_step_retry": "Повторить",
    "button_step_anew": "Повторить с нынешним датасетом",
    "button_step_model": "Другая модель",
    "button_step_status": "Что обучается",
    "button_remedies": "Ответы слабые?",
    "remedies_title": (
        "<b>{name} отвечает слабо?</b> Средств четыре. Кнопка откроет план, в котором всё как "
        "прежде, кроме одного; ничего не отправится, пока вы его не запустите."
    ),
    "remedies_foreign": (
        "<b>{name} отвечает слабо?</b> Она обучалась не здесь: её датасет и множитель мне "
        "неизвестны, так что и поправить их за вас не могу. Помогают больше эпох, меньший "
        "множитель, больше примеров и модель сильнее: выберите это в новом плане."
    ),
    "remedy_epochs": "<b>Больше эпох</b>: {before} → {after}. Когда голос Наташи едва слышен.",
    "remedy_multiplier": (
        "<b>Меньше множитель</b>: {before} → {after}. Когда ответы рваные или зазубренные."
    ),
    "remedy_examples": (
        "<b>Больше примеров</b>. Когда ответы мимо темы. /export соберёт их из оценок "
        "тестировщиков. Или пришлите сюда новый файл .jsonl; какие версии уже есть, покажет "
        "/datasets."
    ),
    "remedy_model": "<b>Модель сильнее</b>: {after} вместо {before}. Учится лучше, стоит дороже.",
    "button_remedy_epochs": "Больше эпох: {after}",
    "button_remedy_multiplier": "Меньше множитель: {after}",
    "button_remedy_examples": "Больше примеров",
    "button_remedy_model": "Модель сильнее: {after}",
    "other_model": (
        "<b>Какую модель обучать вместо {model}?</b>\n"
        "Всё остальное останется как в плане №{run_id}. Модель, которой здесь нет, назовите сами: "
        "<code>/train model=имя</code>"
    ),
    "derived_epochs": "Как план №{run_id}, но эпох больше: {before} → {after}.",
    "derived_multiplier": "Как план №{run_id}, но множитель меньше: {before} → {after}.",
    "derived_model": "Как план №{run_id}, но модель другая: {after} вместо {before}.",
    "derived_same": "Как план №{run_id}, без изменений.",
    "derived_dataset": (
        "⚠️ Датасет другой: план №{run_id} был на версии №{before}, а этот на версии №{after}."
    ),
    # Why a provider refused
    "refusal_key_refused": (
        "Ключ не принят. Проверьте OPENAI_API_KEY и права ключа, потом повторите."
    ),
    "refusal_quota_exceeded": (
        "На счёте провайдера не хватает денег или квоты. Пополните счёт и повторите."
    ),
    "refusal_exceeded_quota": (
        "На счёте провайдера не хватает денег или квоты. Пополните счёт и повторите."
    ),
    "refusal_training_not_available": (
        "Провайдер больше не принимает обучение от вашей организации. Поможет другой сервер с тем "
        "же API: выберите его в docs/providers.md, задайте OPENAI_BASE_URL и ключ, перезапустите "
        "бота и повторите."
    ),
    "refusal_provider_unreachable": (
        "До провайдера не достучаться. Проверьте OPENAI_BASE_URL, прокси и сеть, потом повторите."
    ),
    "refusal_provider_failed": (
        "Сервер провайдера ответил ошибкой ({message}). Повторите через несколько минут."
    ),
    "refusal_training_busy": (
        "Сервер учит модели по одной и сейчас занят. Дождитесь, пока то обучение закончится "
        "(/status), или остановите его, затем повторите."
    ),
    "refusal_suffix_refused": (
        "Суффикс в имени модели не подошёл: {message}\nБывает, что он должен быть не длиннее 18 "
        "знаков и без точек. Повторите и выберите в плане другое имя, или так: "
        "/train --suffix natasha"
    ),
    "refusal_provider_busy": "Провайдер просит подождать. Повторите через несколько минут.",
    "refusal_dataset_changed": (
        "Датасет изменился с тех пор, как план составлен. Проверьте его и повторите."
    ),
    "refusal_dataset_missing": "Файл датасета пропал. Верните его и повторите.",
    "refusal_model_unknown": "Провайдер не знает такой базовой модели. Выберите другую.",
    "refusal_model_not_found": "У провайдера больше нет этой базовой модели. Выберите другую.",
    "refusal_invalid_training_file": (
        "Сервис не принял обучающий файл: {message}\nПоправьте датасет и повторите."
    ),
    "refusal_invalid_validation_file": (
        "Сервис не принял проверочный файл: {message}\nПоправьте его или обучайте без него: в "
        "плане есть такая кнопка."
    ),
    "refusal_invalid_n_examples": (
        "Сервису не хватило примеров: {message}\nДобавьте примеры и повторите."
    ),
    "refusal_given_up": "Администратор решил оставить план без задания.",
    "refusal_other": "Провайдер ответил: {message}",
    "refusal_silent": "Провайдер не назвал причины (код {code}).",
    # Jobs with missing fields
    "job_status_unnamed": "состояние не названо",
    "job_succeeded_untimed": "✅ <b>{name}</b> обучилась",
    "job_cancelled_untimed": "⏹ <b>{name}</b> остановлена",
    "refusal_no_words": "подробностей нет.",
    "refusal_unexplained": "Провайдер не назвал причины.",
    "job_nameless": "Имени модели провайдер ещё не назвал. Спрошу снова; как назовёт, испытаю её.",
    "job_never_named": (
        "⚠️ <b>{name}</b> обучилась, но имени модели провайдер так и не назвал.\n"
        "Найдите имя в его кабинете и включите модель: <code>/use имя_модели</code>"
    ),
    # Refusals without an explanation, and answers that are not the API's
    "error_region_refused": (
        "Провайдер не обслуживает страну, из которой к нему обращается бот. Администратору: "
        "поможет прокси (OPENAI_PROXY) или другой сервер (OPENAI_BASE_URL)."
    ),
    "error_provider_silent": (
        "Провайдер отказал и не объяснил почему ({message}). Попробуйте ещё раз чуть позже."
    ),
    "error_not_the_api": (
        "По адресу провайдера отвечают не так, как принято в API OpenAI ({message}). Попробуйте "
        "ещё раз, а если не пройдёт, проверьте OPENAI_BASE_URL и CHAT_BASE_URL."
    ),
    "refusal_region_refused": (
        "Провайдер не обслуживает страну, из которой к нему обращается бот. Задайте прокси "
        "(OPENAI_PROXY) или другой сервер (OPENAI_BASE_URL), перезапустите бота и повторите."
    ),
    "refusal_provider_silent": (
        "Провайдер отказал и не объяснил почему ({message}). Повторите чуть позже или загляните "
        "в его кабинет."
    ),
    "refusal_not_the_api": (
        "По адресу провайдера отвечают не так, как принято в API OpenAI ({message}). Проверьте "
        "OPENAI_BASE_URL (адреса есть в docs/providers.md), потом повторите."
    ),
}
