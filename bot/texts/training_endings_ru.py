"""How a training ended, why a provider refused, and what to do next, in Russian."""

from typing import Final

ENDINGS: Final[dict[str, str]] = {
    "ending_ready": "✅ <b>{name}</b> готова{facts}",
    "ending_trained": "✅ <b>{name}</b> обучилась{facts}",
    "ending_failed": "❌ <b>{name}</b> не обучилась{facts}",
    "ending_cancelled": "⏹ <b>{name}</b> остановлена{facts}",
    "job_started_by": "запуск: {who}",
    "job_losses": "Ошибка {fall}: {first} → {last}",
    "job_losses_validated": "Ошибка {fall}: {first} → {last} · на проверочных {valid}",
    "job_validated": "Ошибка на проверочных: {valid}",
    "job_best": "Лучшая точка: шаг {step}, на проверочных {loss}",
    "job_tokens": "Токены: {tokens}",
    "job_not_begun": "До обучения не дошло, деньги не списаны.",
    "run_refused": "❌ План №{run_id} не запустился, задания нет.\n{reason}\nДеньги не списаны.",
    # What to do next
    "button_step_mend": "Починить датасет",
    "button_step_retry": "Повторить",
    "button_step_anew": "С нынешним датасетом",
    "button_step_model": "Другая модель",
    "button_step_multiplier": "Осторожнее темп",
    "button_remedies": "Ответы слабые?",
    "remedies_title": (
        "<b>{name} отвечает слабо?</b> Помочь может что-то из этого. Кнопка откроет план, в "
        "котором изменено только одно, а «Больше примеров» — отчёт о датасете. Ничего не "
        "отправится, пока вы не запустите план."
    ),
    "remedies_foreign": (
        "<b>{name} отвечает слабо?</b> Она обучалась не здесь: её датасет и темп мне неизвестны, "
        "так что и поправить их за вас не могу. Обычно помогает что-то одно: больше эпох, "
        "осторожнее темп, больше примеров, модель сильнее. Выберите это в новом плане."
    ),
    "remedy_epochs": "<b>Больше эпох</b>: {before} → {after}. Когда голос Наташи едва слышен.",
    "remedy_multiplier": (
        "<b>Осторожнее темп</b>: {before} → {after}. Когда ответы сбивчивы или дословно из "
        "датасета."
    ),
    "remedy_examples": (
        "<b>Больше примеров</b>. Когда ответы мимо темы. /export соберёт их из оценок "
        "тестировщиков. Или пришлите сюда новый файл .jsonl; какие версии уже есть, покажет "
        "/datasets."
    ),
    "remedy_model": "<b>Модель сильнее</b>: {after} вместо {before}. Учится лучше, стоит дороже.",
    "button_remedy_epochs": "Больше эпох: {after}",
    "button_remedy_multiplier": "Осторожнее темп: {after}",
    "button_remedy_examples": "Больше примеров",
    "button_remedy_model": "Модель сильнее: {after}",
    "other_model": (
        "<b>Какую модель обучать вместо {model}?</b>\n"
        "Всё остальное останется как в плане №{run_id}. Модель, которой здесь нет, назовите сами: "
        "<code>/train model=имя</code>"
    ),
    "derived_epochs": "Как план №{run_id}, но эпох больше: {before} → {after}.",
    "derived_multiplier": "Как план №{run_id}, но темп осторожнее: {before} → {after}.",
    "derived_model": "Как план №{run_id}, но модель другая: {after} вместо {before}.",
    "derived_same": "Как план №{run_id}, без изменений.",
    "derived_dataset": (
        "⚠️ Датасет другой: план №{run_id} был на версии №{before}, а этот на версии №{after}."
    ),
    # Why a provider refused
    "refusal_key_refused": (
        "Провайдер не принял ключ. Проверьте OPENAI_API_KEY и права ключа, потом повторите."
    ),
    "refusal_quota_exceeded": (
        "У провайдера кончились деньги или квота. Пополните счёт и повторите."
    ),
    "refusal_exceeded_quota": (
        "У провайдера кончились деньги или квота. Пополните счёт и повторите."
    ),
    "refusal_training_not_available": (
        "Провайдер больше не принимает обучение от вашей организации. Выберите другой сервер в "
        "docs/providers.md, задайте OPENAI_BASE_URL и ключ, перезапустите бота и повторите."
    ),
    "refusal_provider_unreachable": (
        "До провайдера не достучаться. Проверьте OPENAI_BASE_URL, прокси и сеть, потом повторите."
    ),
    "refusal_provider_failed": (
        "Провайдер ответил ошибкой ({message}). Повторите через несколько минут."
    ),
    "refusal_training_busy": (
        "Провайдер учит модели по одной и сейчас занят. Дождитесь, пока то обучение закончится "
        "(/status), или остановите его, затем повторите."
    ),
    "refusal_suffix_refused": (
        "Провайдеру не подошло имя: {message}\n"
        "Бывает, что он берёт не больше 18 знаков и без точек. Повторите и выберите в плане другое "
        "имя, или так: /train --suffix natasha"
    ),
    "refusal_provider_busy": "Провайдер просит подождать. Повторите через несколько минут.",
    "refusal_dataset_changed": (
        "Датасет изменился с тех пор, как план составлен. Проверьте его (/validate) и повторите."
    ),
    "refusal_dataset_missing": "Файл датасета пропал. Верните его и повторите.",
    "refusal_model_unknown": "Провайдер не знает такой базовой модели. Выберите другую.",
    "refusal_model_not_found": "У провайдера больше нет этой базовой модели. Выберите другую.",
    "refusal_invalid_training_file": (
        "Провайдер не принял датасет: {message}\nПоправьте его и повторите."
    ),
    "refusal_invalid_validation_file": (
        "Провайдер не принял проверочную часть: {message}\n"
        "Поправьте её или обучайте без неё: в плане есть такая кнопка."
    ),
    "refusal_invalid_n_examples": (
        "Провайдеру не хватило примеров: {message}\nДобавьте примеры и повторите."
    ),
    "refusal_insufficient_memory": (
        "Серверу не хватит памяти на это обучение: {message}\nВыберите модель поменьше или "
        "освободите память и повторите."
    ),
    "refusal_out_of_memory": (
        "Памяти не хватило посреди обучения: {message}\nВыберите модель поменьше или освободите "
        "память на сервере и повторите."
    ),
    "refusal_bad_number": (
        "Обучение пошло вразнос: ошибка перестала быть числом: {message}\n"
        "Обычно помогает темп осторожнее. Если не поможет, проверьте датасет."
    ),
    "refusal_disk_full": (
        "На сервере кончилось место на диске: {message}\nОсвободите место и повторите."
    ),
    "refusal_base_missing": (
        "Сервер не нашёл файлы базовой модели: {message}\nВерните их на место и повторите или "
        "выберите другую модель."
    ),
    "refusal_crashed": (
        "На сервере упал процесс обучения: {message}\nПовторите, а подробности ищите в журнале "
        "сервера."
    ),
    "refusal_killed": (
        "На сервере прервали процесс обучения: {message}\nЕсли это были не вы, могло не хватить "
        "памяти. Повторите или выберите модель поменьше."
    ),
    "refusal_server_error": (
        "На сервере произошла ошибка: {message}\nПовторите, а если не поможет, загляните в журнал "
        "сервера."
    ),
    "refusal_given_up": "Администратор решил оставить план без задания.",
    "refusal_other": "Провайдер ответил: {message}",
    "refusal_silent": "Провайдер не назвал причины (код {code}).",
    # Jobs with missing fields
    "job_status_unnamed": "состояние не названо",
    "nameless_yet": (
        "Провайдер ещё не назвал модель. Дождитесь: как назовёт, её ответы появятся здесь."
    ),
    "nameless_forever": (
        "⚠️ Провайдер так и не назвал модель. Найдите имя в его кабинете и включите модель: "
        "<code>/use имя_модели</code>"
    ),
    "job_faulty_example": "в примере «{question}» (строка {line}): {fault}",
    "job_faulty_line": "в строке {line}: {fault}",
    "refusal_no_words": "подробностей нет.",
    "refusal_unexplained": "Провайдер не назвал причины.",
    # Refusals without an explanation, and answers that are not the API's
    "error_region_refused": (
        "Провайдер не обслуживает страну, из которой к нему обращается бот. Поможет прокси "
        "(OPENAI_PROXY) или другой сервер (OPENAI_BASE_URL)."
    ),
    "error_provider_silent": (
        "Провайдер отказал и не объяснил почему ({message}). Попробуйте ещё раз чуть позже."
    ),
    "error_not_the_api": (
        "Провайдер отвечает не так, как принято в API OpenAI ({message}). Попробуйте ещё раз, а "
        "если не пройдёт, проверьте OPENAI_BASE_URL и CHAT_BASE_URL."
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
        "Провайдер отвечает не так, как принято в API OpenAI ({message}). Проверьте "
        "OPENAI_BASE_URL (адреса есть в docs/providers.md), потом повторите."
    ),
}
