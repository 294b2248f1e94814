"""Every sentence that a person can read, in Russian. Admins and strangers are addressed as «вы»."""

from typing import Final

from bot.texts.access_ru import PEOPLE
from bot.texts.alarms_ru import ALARMS
from bot.texts.chat_ru import CHAT
from bot.texts.comparison_ru import COMPARE
from bot.texts.dataset_ru import DATASETS
from bot.texts.export_ru import EXPORT
from bot.texts.jobs_ru import CARDS
from bot.texts.models_ru import MODELS
from bot.texts.ratings_ru import FEEDBACK
from bot.texts.training_endings_ru import ENDINGS
from bot.texts.training_ru import PLANS
from bot.texts.trials_ru import TRIALS
from bot.texts.validation_ru import FINDINGS

MESSAGES: Final[dict[str, str]] = {
    # Everyone
    "start_tester": (
        "Здравствуйте, {name}. Здесь можно поговорить с Наташей — моделью, которую учат быть "
        "коучем.\n"
        "Просто напишите, что у вас на душе.\n\n"
        "/new — начать разговор заново\n/help — что здесь есть"
    ),
    "start_no_model": "Модель пока не готова: её ещё учат. Загляните чуть позже.",
    "start_admin": ("Здравствуйте, {name}. Вы администратор.\n{dataset}\n{model}\n{training}"),
    "start_dataset_good": "Датасет: {n} {examples}, без ошибок",
    "start_dataset_bad": "Датасет: ошибок — {n}, посмотрите /validate",
    "start_dataset_missing": "Датасет: файл не найден",
    "start_model": "Отвечает модель: {model} (с {since})",
    "start_model_settings": "Отвечает модель: {model} (из настроек)",
    "start_model_none": "Модели для разговоров пока нет.",
    "start_training_none": "Сейчас ничего не обучается.",
    "start_training": "Обучается: {jobs}",
    "help_tester": (
        "Напишите что угодно — ответит Наташа. Она помнит разговор, пока вы не начнёте новый.\n"
        "👍 и 👎 под ответом помогают её учить; под 👎 можно написать, как сказала бы она.\n\n"
        "/new — начать разговор заново\n"
        "/retry — ответить на последний вопрос иначе\n"
        "/language — язык бота\n"
        "/id — ваш номер\n"
        "/privacy — что о вас хранится и как это удалить\n\n"
        "Наташа — языковая модель, а не врач. Если вам плохо или опасно, звоните 112."
    ),
    "help_admin": (
        "<b>Датасет</b>\n"
        "Пришлите файл .jsonl — проверю его, починю и сохраню как новую версию.\n"
        "/validate — проверить датасет в работе (или файл, если ответить командой на него)\n"
        "/datasets — все версии: выбрать, скачать, удалить\n"
        "/export — примеры из оценок тестировщиков\n"
        "/upload — отправить файл провайдеру\n\n"
        "<b>Обучение</b>\n"
        "/train — составить план и увидеть цену; можно с пресетом: "
        "<code>/train quick</code>, <code>production</code>, <code>premium</code>, или так: "
        "<code>/train epochs=5 suffix=natasha-v2</code>\n"
        "/status — что обучается сейчас\n"
        "/jobs — последние задания\n"
        "/monitor <i>ID</i> — следить за заданием, запущенным не здесь\n"
        "/cancel <i>ID</i> — остановить задание\n\n"
        "<b>Модели</b>\n"
        "/test <i>МОДЕЛЬ</i> — пять пробных вопросов\n"
        "/models — все модели: включить, вернуть прежнюю, контрольные точки, убрать\n"
        "/use <i>МОДЕЛЬ</i> — включить по имени или номеру; со второй строки можно задать "
        "системную подсказку; без имени — кто отвечает и с какой подсказкой\n"
        "/quality — что думают об ответах: доли 👍, плохие ответы, исправления\n"
        "/compare — слепое сравнение двух моделей: тестировщики выбирают из двух ответов\n\n"
        "<b>Разговор</b>\n"
        "Любой текст — вопрос модели. /new — начать заново, /retry — другой ответ, "
        "/language — язык, /id — ваш номер, /privacy — что о вас хранится.\n\n"
        "<b>Люди</b>\n"
        "/people — кто здесь есть, расход, лимиты, закрыть доступ\n"
        "/invite — ссылка, по которой войдёт один человек"
    ),
    "id_yours": "Ваш номер: <code>{id}</code>",
    "language_ask": "На каком языке с вами говорить?",
    "language_chosen": "Хорошо, говорим по-русски.",
    # Commands in Telegram's menu
    "menu_start": "начать",
    "menu_help": "что здесь есть",
    "menu_language": "язык",
    "menu_id": "мой номер",
    "menu_privacy": "что обо мне хранится",
    "menu_validate": "проверить датасет",
    "menu_datasets": "версии датасета",
    "menu_upload": "отправить датасет провайдеру",
    "menu_train": "план обучения и цена",
    "menu_status": "что обучается",
    "menu_jobs": "последние задания",
    "menu_monitor": "следить за чужим заданием",
    "menu_cancel": "остановить задание",
    "menu_test": "пять пробных вопросов",
    "menu_models": "модели",
    "menu_use": "включить модель",
    "menu_people": "люди, расход, лимиты",
    "menu_invite": "пригласить человека",
    # Buttons
    "button_validate": "Проверить датасет",
    "button_train": "Обучить",
    "button_models": "Модели",
    "button_status": "Что обучается",
    "button_to_training": "К обучению",
    "button_start": "🚀 Запустить за ~{price}",
    "button_start_unpriced": "🚀 Запустить",
    "button_drop": "Отменить",
    "button_use": "Включить",
    "button_test": "Пробные вопросы",
    "button_retry": "Новый план",
    "button_again": "Создать ещё раз",
    "button_look": "Поискать ещё",
    "button_give_up": "Оставить как есть",
    "button_provider_page": "Страница у провайдера",
    # The plan
    "plan_title": "<b>План №{run_id}</b> · ещё ничего не отправлено",
    "plan_model": "Модель: {model}",
    "plan_model_until": "Модель: {model} (работает до {day})",
    "plan_parameters": "Эпохи {epochs} · множитель {multiplier} · имя {suffix}",
    "plan_no_suffix": "не задано",
    "plan_tokens": "{n} {examples} · токенов к оплате: {tokens}",
    "plan_price": "Цена: около {price} (по ценам {provider} на {day})",
    "plan_price_of_server": "Цена: неизвестна, цен этого сервера ({host}) не знаю.",
    "plan_price_own_machine": "Цена: сервер на этом же компьютере ({host}) сам денег не берёт.",
    "plan_price_elsewhere": "У {provider} было бы около {price} (на {day}).",
    "plan_price_unknown": "Цена: неизвестна, этой модели нет в каталоге",
    "plan_days_left": "⚠️ До отключения базовой модели дней: {days}. С ней отключатся и обученные.",
    "plan_trouble": (
        "<blockquote expandable><b>Если что-то пойдёт не так</b>\n"
        "Ключ не принят — проверьте OPENAI_API_KEY и права ключа на обучение.\n"
        "Файл не принят — /validate назовёт строку, поправьте её и составьте новый план.\n"
        "Очередь дольше часа — у провайдера много заявок: подождите или остановите "
        "задание и запустите снова.\n"
        "Ответы слабые — больше эпох, меньше множитель, больше примеров или модель сильнее.\n"
        '<a href="{errors_url}">Об ошибках</a> · <a href="{guide_url}">о дообучении</a>'
        "</blockquote>"
    ),
    "plan_started": "План №{run_id} запущен: отправляю датасет и создаю задание.",
    "plan_dropped": "План №{run_id} отменён. Ничего не отправлено и не потрачено.",
    "plan_time_hinted": "Время: {time} (по руководству) плюс очередь у провайдера",
    "plan_time_learnt": "Время: {time} по прошлым заданиям ({n})",
    "plan_hours": "{low}–{high} ч",
    "plan_minutes": "{low}–{high} мин",
    "plan_validation": "Проверочная часть: {n} {examples}, бесплатно",
    "plan_warnings": "⚠️ Предупреждений в датасете: {n}",
    "run_uncertain": (
        "⚠️ План №{run_id}: ответ провайдера потерялся, и в списке его заданий нашего нет.\n"
        "Скорее всего, задание не создано. Загляните в кабинет провайдера и решите, что делать."
    ),
    "run_unlisted": (
        "⚠️ План №{run_id}: ответ провайдера потерялся, а список его заданий не открывается.\n"
        "Задание могло создаться. Загляните в кабинет провайдера или поищите ещё раз позже."
    ),
    "run_again": "План №{run_id}: создаю задание ещё раз.",
    "run_looking": "План №{run_id}: ищу задание в списке провайдера.",
    "run_given_up": "План №{run_id} оставлен без задания.",
    "run_decided": "По плану №{run_id} всё уже решено.",
    # Jobs
    "monitor_usage": "/monitor ID_задания",
    # Units
    "unit_seconds": "{n} с",
    "unit_minutes": "{n} мин",
    "unit_hours": "{hours} ч {minutes} мин",
    # Errors
    "error_not_allowed": "Это могут только администраторы.",
    "error_bad_command": "Не поняла команду. Она пишется так:\n<code>{usage}</code>",
    "unknown_command": "Такой команды нет. Какие есть, покажет /help.",
    "unknown_command_near": "Такой команды нет. Может быть, {commands}?",
    "unknown_command_or": " или ",
    "button_run": "/{command}",
    "error_button_gone": "Эта кнопка больше не работает. Что здесь есть, расскажет /help.",
    "error_bad_value": "{name}: значение «{value}» не подходит, можно {allowed}.",
    "error_model_shut_down": (
        "Модель {model} отключена {day}: дообучить её уже нельзя. Выберите другую."
    ),
    "error_dataset_missing": (
        "Файл датасета не найден: <code>{path}</code>. Положите его туда или поправьте "
        "DATASET_PATH. Или пришлите файл .jsonl прямо сюда."
    ),
    "error_dataset_in_use": (
        "Версия №{number} нужна: она в работе, лежит в DATASET_PATH или ждёт обучения. Сначала "
        "выберите другую."
    ),
    "error_dataset_gone": "Этой версии уже нет. Какие есть, покажет /datasets.",
    "error_cannot_repair": (
        "Сама я здесь ничего починить не могу, не изменив смысла. Что поправить руками, сказано "
        "в отчёте."
    ),
    "error_file_is_there": "Файл {path} уже есть. Назовите новый.",
    "error_too_few_to_split": (
        "Разных примеров слишком мало ({n}): чтобы отложить часть, нужно не меньше {least}."
    ),
    "error_file_too_big": (
        "Файл больше {limit} МБ ({megabytes} МБ), а такие Telegram ботам не отдаёт. Положите его "
        "на сервер и укажите в DATASET_PATH, потом пришлите /validate."
    ),
    "error_too_big_to_send": (
        "Файл больше {limit} МБ ({megabytes} МБ), а такие Telegram от ботов не берёт. На сервере "
        "он лежит здесь: <code>{path}</code>"
    ),
    "error_download_failed": "Telegram не отдал файл. Пришлите его ещё раз.",
    "error_too_much_work": (
        "Файл слишком тяжёлый: проверка заняла бы больше времени или памяти, чем можно. "
        "Разделите его на части."
    ),
    "error_not_delivered": (
        "Telegram не принял моё сообщение. Сообщите администратору код <code>{incident}</code>."
    ),
    "error_dataset_invalid": (
        "В датасете есть ошибки ({n_errors}), такой файл не примут. Что именно не так, скажет "
        "/validate."
    ),
    "error_dataset_changed": "Датасет изменился с тех пор, как составлен план №{run_id}.",
    "error_plan_gone": "Плана №{run_id} больше нет: он отменён или устарел. Новый составит /train.",
    "error_plan_taken": "План №{run_id} уже запущен. Как он идёт, покажет /status.",
    "error_job_unknown": (
        "Задания <code>{job_id}</code> провайдер не знает. Проверьте номер: /jobs."
    ),
    "error_job_not_followed": (
        "За заданием <code>{job_id}</code> я не слежу, поэтому не трогаю его. Если оно ваше, "
        "сначала "
        "<code>/monitor {job_id}</code>."
    ),
    "error_job_finished": "Задание <code>{job_id}</code> уже закончилось.",
    "error_nothing_active": "Сейчас ничего не обучается. Начать можно с /train.",
    "error_which_job": "Идёт несколько заданий, назовите нужное: <code>{job_ids}</code>",
    "error_no_model": "Модель пока не готова: её ещё учат. Загляните чуть позже.",
    "error_model_unknown": "Сервер не знает модели <code>{model}</code>.",
    "error_provider_unreachable": "До модели не достучаться. Попробуйте через минуту.",
    "error_provider_uncertain": "Ответ оборвался на полпути. Попробуйте ещё раз.",
    "error_provider_failed": (
        "Провайдер не дал внятного ответа ({message}). Попробуйте ещё раз через минуту."
    ),
    "error_provider_busy": "Модель сейчас перегружена. Попробуйте через минуту.",
    "error_key_refused": "Сервис не принял ключ бота. Администратору: проверьте OPENAI_API_KEY.",
    "error_quota_exceeded": (
        "На счёте бота у провайдера кончились деньги или квота. Администратору: пополните счёт."
    ),
    "error_training_not_available": (
        "Провайдер больше не принимает обучение от этой организации. Поможет другой сервер с тем "
        "же "
        "API: OPENAI_BASE_URL."
    ),
    "error_training_busy": "Сервер учит модели по одной и сейчас занят. Попробуйте позже.",
    "error_suffix_refused": "Провайдеру не подошло имя «{suffix}»: {message}",
    "error_provider_refused": "Провайдер отказал: {message}",
    "error_question_refused": "Вопрос не прошёл фильтр провайдера: {message}",
    "error_incident": (
        "Что-то сломалось, и ответа не будет. Сообщите администратору код <code>{incident}</code> "
        "или попробуйте ещё раз."
    ),
    **CHAT,
    **COMPARE,
    **CARDS,
    **ALARMS,
    **DATASETS,
    **ENDINGS,
    **EXPORT,
    **FEEDBACK,
    **FINDINGS,
    **MODELS,
    **PEOPLE,
    **PLANS,
    **TRIALS,
}
"""The sentences by key; `Texts` escapes their parameters."""

PLURALS: Final[dict[str, tuple[str, str, str]]] = {
    "examples": ("пример", "примера", "примеров"),
}
"""One, a few, many."""

MONTHS: Final = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
