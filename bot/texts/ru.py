"""Every sentence that a person can read, in Russian. Admins and strangers are addressed as «вы»."""

from typing import Final

from bot.texts.access_ru import PEOPLE
from bot.texts.alarms_ru import ALARMS
from bot.texts.chat_ru import CHAT
from bot.texts.comparison_ru import COMPARE
from bot.texts.dataset_ru import DATASETS
from bot.texts.editing_ru import EDITING
from bot.texts.export_ru import EXPORT
from bot.texts.heart_ru import HEART
from bot.texts.importing_ru import IMPORT
from bot.texts.jobs_ru import CARDS
from bot.texts.models_ru import MODELS
from bot.texts.ratings_ru import FEEDBACK
from bot.texts.safety_ru import SAFETY
from bot.texts.training_endings_ru import ENDINGS
from bot.texts.training_ru import PLANS
from bot.texts.trials_ru import TRIALS
from bot.texts.validation_ru import FINDINGS
from bot.texts.week_ru import WEEK

MESSAGES: Final[dict[str, str]] = {
    # Everyone
    "start_tester": (
        "Здравствуйте, {name}. Наташа — программа (нейросеть), которую мы учим разговаривать как "
        "коуч. Просто напишите, что у вас на душе.\n\n"
        "Она может ошибаться и не заменяет врача. Переписка хранится, её могут прочесть "
        "администраторы: /privacy. Бот для взрослых, 18+. Если вам плохо или опасно — 112.\n\n"
        "/new — новый разговор\n"
        "/help — что ещё можно"
    ),
    "about": (
        "Наташа — программа (нейросеть), которая учится разговаривать как коуч: о духовном росте, "
        "отношениях, своём деле и прошлых жизнях.\n\n"
        "Это закрытый тест, 18+. Наташа может ошибаться и не заменяет врача. Если вам плохо или "
        "опасно — 112."
    ),
    "about_short": (
        "Программа, которая учится быть коучем. Закрытый тест, 18+. Не врач. Если опасно — 112."
    ),
    "button_starter_growth": "Как мне лучше слышать себя?",
    "button_starter_relationships": "Почему мы так часто ссоримся?",
    "button_starter_business": "Как решиться на своё дело?",
    "button_starter_past_lives": "Влияют ли на меня прошлые жизни?",
    "starter": "Вы спросили: «{question}»",
    "starter_asked": "Наташа только что ответила на этот вопрос.",
    "start_later": "Приветствие теперь ниже.",
    "start_no_model": "Пока Наташа учится и не отвечает. Загляните позже.",
    "start_admin": ("Здравствуйте, {name}. Вы администратор.\n{dataset}\n{model}\n{training}"),
    "start_dataset_good": "Датасет: {n} {examples}, без ошибок",
    "start_dataset_bad": "Датасет: ошибок — {n}, посмотрите /validate",
    "start_dataset_missing": "Датасет: файл не найден. Пришлите .jsonl сюда.",
    "start_model": "Отвечает модель: {model} (с {since})",
    "start_model_settings": "Отвечает модель: {model} (из настроек)",
    "start_model_none": "Модели для разговоров пока нет.",
    "start_training_none": "Сейчас ничего не обучается. Начать: /train",
    "start_training": "Обучается: {jobs}",
    "help_tester": (
        "Напишите что угодно — ответит Наташа. Она помнит разговор, пока вы не начнёте новый.\n"
        "👍 и 👎 под ответом помогают её учить; под 👎 можно написать, как сказала бы она.\n\n"
        "/new — новый разговор\n"
        "/retry — другой ответ на последний вопрос\n"
        "/language — язык бота\n"
        "/settings — настройки: звук, язык\n"
        "/id — ваш ID в Telegram\n"
        "/privacy — что о вас хранится и как это удалить\n\n"
        "Наташа — программа, а не врач. Если вам плохо или опасно: 112, скорая 103; подросткам и "
        "родителям — 124 с мобильного."
    ),
    "help_admin": (
        "<b>Как обучить Наташу</b>\n"
        "1. Пришлите датасет: файл .jsonl или таблицу с вопросами и ответами. Проверю и починю.\n"
        "2. /train — план, цена и кнопка запуска.\n"
        "3. /status — как идёт обучение.\n"
        "4. /models — кто отвечает в чатах.\n"
        "5. /invite — позвать тестировщика.\n\n"
        "Остальные команды — по разделам:"
    ),
    "help_dataset": (
        "<b>Датасет</b>\n"
        "Пришлите файл .jsonl или таблицу: проверю, починю и сохраню новой версией.\n\n"
        "/validate — проверить датасет в работе (или файл, если ответить командой на него)\n"
        "/datasets — версии: выбрать, скачать, удалить\n"
        "/export — примеры из оценок тестировщиков\n"
        "/upload — отправить файл провайдеру"
    ),
    "help_training": (
        "<b>Обучение</b>\n"
        "/train — план и цена. Можно сразу назвать вид: <code>/train quick</code> (быстро), "
        "<code>production</code> (обычно), <code>premium</code> (сильнее), или так: <code>/train "
        "epochs=5 suffix=natasha-v2</code>\n"
        "/status — что обучается сейчас\n"
        "/jobs — последние задания\n"
        "/monitor <i>ID</i> — следить за заданием, запущенным не здесь\n"
        "/cancel <i>ID</i> — остановить задание"
    ),
    "help_models": (
        "<b>Модели</b>\n"
        "/models — все модели: включить, вернуть прежнюю, убрать\n"
        "/test <i>МОДЕЛЬ</i> — задать пробные вопросы, опасные тоже\n"
        "/use <i>МОДЕЛЬ</i> — включить по имени или номеру; на второй строке можно задать "
        "системный промпт; без имени — кто отвечает сейчас\n"
        "/quality — что думают об ответах\n"
        "/compare — слепое сравнение двух моделей"
    ),
    "help_people": (
        "<b>Люди</b>\n"
        "/people — кто здесь есть, расход, лимиты, доступ\n"
        "/invite — ссылка, по которой войдёт один человек"
    ),
    "help_words": (
        "<b>Что значат слова</b>\n"
        "<b>Датасет</b> — вопросы с ответами, на которых учится Наташа.\n"
        "<b>Базовая модель</b> — готовая нейросеть, из которой обучение делает Наташу.\n"
        "<b>Провайдер</b> — сервер, где модель учится и отвечает, например OpenAI.\n"
        "<b>Эпоха</b> — один проход по всему датасету.\n"
        "<b>Темп</b> — насколько смело модель меняется.\n"
        "<b>Ошибка</b> — насколько ответы модели далеки от датасета: меньше — лучше.\n"
        "<b>Проверочные примеры</b> — на них не учат: по ним видно, поняла модель или зазубрила.\n"
        "<b>Токен</b> — кусочек слова: по ним считают цену.\n"
        "<b>Системный промпт</b> — наставление, которое модель читает перед каждым разговором.\n"
        "<b>Контрольная точка</b> — модель, какой она была по ходу обучения."
    ),
    "help_chat": (
        "<b>Разговор</b>\n"
        "Любой текст — вопрос модели.\n\n"
        "/new — новый разговор\n"
        "/retry — другой ответ на последний вопрос\n"
        "/settings — настройки: звук, язык\n"
        "/language — язык бота\n"
        "/id — ваш ID в Telegram\n"
        "/privacy — что о вас хранится"
    ),
    "id_yours": "Ваш ID в Telegram: <code>{id}</code> (это не телефон)",
    "language_ask": "На каком языке с вами говорить?",
    "language_chosen": "Хорошо, говорим по-русски.",
    # Settings
    "settings_title": "<b>Настройки</b>",
    "settings_language": "Язык: {language}",
    "settings_sound_admin_important": (
        "Звук: только важное — конец обучения, тревоги и просьбы о помощи"
    ),
    "settings_sound_admin_routine": "Звук: всё",
    "settings_sound_admin_call": "Звук: ничего, кроме просьб о помощи",
    "settings_sound_tester_important": "Звук: нет",
    "settings_sound_tester_routine": "Звук: есть",
    "settings_others_loud": "Чужие обучения: со звуком",
    "settings_others_quiet": "Чужие обучения: без звука",
    "button_settings": "⚙️ Настройки",
    "button_language": "Язык",
    "button_privacy": "Что обо мне хранится",
    "button_sound_admin_important": "Важное",
    "button_sound_admin_routine": "Всё",
    "button_sound_admin_call": "Только помощь",
    "button_sound_tester_important": "Без звука",
    "button_sound_tester_routine": "Со звуком",
    "button_mute_others": "Чужие обучения: без звука",
    "button_hear_others": "Чужие обучения: со звуком",
    # Commands in Telegram's menu
    "menu_start": "начать",
    "menu_help": "что здесь можно",
    "menu_language": "язык",
    "menu_privacy": "что обо мне хранится",
    "menu_datasets": "версии датасета",
    "menu_train": "план обучения и цена",
    "menu_status": "что обучается",
    "menu_models": "модели",
    "menu_people": "люди, расход, лимиты",
    # Buttons
    "button_validate": "Проверить датасет",
    "button_train": "Обучить",
    "button_models": "Модели",
    "button_status": "Что обучается",
    "button_to_training": "К обучению",
    "button_start": "🚀 Запустить за {price}",
    "button_start_unpriced": "🚀 Запустить",
    "button_drop": "Отменить",
    "button_use": "Включить",
    "button_test": "Пробные вопросы",
    "button_retry": "Новый план",
    "button_again": "Создать ещё раз",
    "button_look": "Поискать ещё",
    "button_give_up": "Оставить как есть",
    "button_provider_page": "Страница у провайдера",
    "button_help_dataset": "Датасет",
    "button_help_training": "Обучение",
    "button_help_models": "Модели",
    "button_help_people": "Люди",
    "button_help_chat": "Разговор",
    "button_help_words": "Слова",
    # The plan
    "plan_title": "<b>План №{run_id}</b> · ещё ничего не отправлено",
    "plan_dataset": "Датасет №{number}: {n} {examples}, {verdict}",
    "plan_model": "<b>{name}</b> из {model}",
    "plan_model_until": "<b>{name}</b> из {model} (работает до {day})",
    "plan_numbers": "Эпох: {epochs} · темп: {pace}",
    "plan_away": "⚠️ Сервер сейчас не отвечает: цена и время неизвестны.",
    "price_about": "Около {price}",
    "price_free": "Бесплатно, на вашем железе",
    "price_rehearsal": "Бесплатно, это репетиция",
    "price_own_machine": "Сервер сам денег не берёт",
    "price_not_known": "Цена неизвестна",
    "plan_details_title": "<b>План №{run_id}, подробно</b>\nБазовая модель: <code>{model}</code>",
    "plan_parameters": "Эпох: {epochs} · темп: {multiplier} · имя: {suffix}",
    "plan_no_suffix": "без имени",
    "plan_tokens": "{n} {examples} · токенов к оплате: {tokens}",
    "plan_tokens_free": "{n} {examples} · токенов за обучение: {tokens}",
    "plan_price_own_hardware": "Цена: 0, обучает ваше железо.",
    "plan_price_rehearsal": "Цена: 0, это репетиция: сервер только изображает обучение.",
    "plan_price": "Цена: около {price} (по ценам {provider} на {day})",
    "plan_price_of_server": "Цена: неизвестна, цен этого провайдера ({host}) не знаю.",
    "plan_price_own_machine": "Цена: сервер на этом же компьютере ({host}) сам денег не берёт.",
    "plan_price_elsewhere": "У {provider} было бы около {price} (на {day}).",
    "plan_price_unknown": "Цена: неизвестна, этой модели нет в каталоге",
    "plan_days_left": (
        "⚠️ До отключения базовой модели дней: {days}. Вместе с ней отключатся и обученные на ней."
    ),
    "plan_trouble": (
        "<blockquote expandable><b>Если что-то пойдёт не так</b>\n"
        "Ключ не принят — проверьте OPENAI_API_KEY и права ключа на обучение.\n"
        "Файл не принят — /validate назовёт строку, поправьте её и составьте новый план.\n"
        "Очередь дольше часа — у провайдера много заданий: подождите или остановите задание и "
        "запустите снова.\n"
        "Ответы слабые — больше эпох, осторожнее темп, больше примеров или модель сильнее.\n"
        '<a href="{errors_url}">Об ошибках</a> · <a href="{guide_url}">об обучении</a></blockquote>'
    ),
    "plan_started": "План №{run_id} запущен: отправляю датасет и создаю задание.",
    "plan_dropped": "План №{run_id} отменён. Ничего не отправлено и не потрачено.",
    "plan_time_hinted": "Время: примерно {time} и очередь у провайдера",
    "plan_time_learnt": "Время: {time}, по прошлым заданиям ({n})",
    "plan_time_told": "Время: ~{time}, по оценке сервера",
    "plan_jobs_ahead": "В очереди перед ним заданий: {n}",
    "plan_hours": "{low}–{high} ч",
    "plan_minutes": "{low}–{high} мин",
    "plan_validation": "Проверочная часть: {n} {examples}, бесплатно",
    "run_uncertain": (
        "⚠️ План №{run_id}: ответ провайдера потерялся, и в списке его заданий нашего нет.\n"
        "Скорее всего, задание не создано. Загляните в кабинет провайдера и решите, что делать."
    ),
    "run_unlisted": (
        "⚠️ План №{run_id}: ответ провайдера потерялся, а список его заданий не открывается.\n"
        "Задание могло создаться. Загляните в кабинет провайдера или поищите ещё раз позже."
    ),
    "plan_later": "План №{run_id} заменён: смотрите план ниже.",
    "plan_is_there": "План №{run_id} уже составлен, он здесь, в чате.",
    "run_again": "План №{run_id}: создаю задание ещё раз.",
    "run_looking": "План №{run_id}: ищу задание в списке провайдера.",
    "run_given_up": "План №{run_id} оставлен без задания.",
    # Jobs
    "monitor_usage": "/monitor ID_задания",
    # Units
    "unit_seconds": "{n} с",
    "unit_minutes": "{n} мин",
    "unit_hours": "{hours} ч {minutes} мин",
    "unit_whole_hours": "{hours} ч",
    # Errors
    "error_not_allowed": "Это могут только администраторы.",
    "error_bad_command": "Не поняла команду. Она пишется так:\n<code>{usage}</code>",
    "unknown_command": "Такой команды нет. Какие есть, покажет /help.",
    "unknown_command_near": "Такой команды нет. Может быть, {commands}?",
    "unknown_command_or": " или ",
    "button_run": "/{command}",
    "error_button_gone": "Эта кнопка больше не работает. Что здесь можно, расскажет /help.",
    "error_too_late": (
        "Команда или кнопка дошла с опозданием: бот не работал больше десяти минут. Она стоит "
        "денег, поэтому ничего не сделано. Если всё ещё нужно, повторите."
    ),
    "away": "Бот какое-то время не работал.",
    "away_asked": "То, что вы написали, дошло только сейчас: ниже ответ сразу на всё.",
    "away_left": "Из прежних команд и кнопок сработало не всё: если что-то ещё нужно, повторите.",
    "error_screen_replaced": "Этот экран устарел, свежий ниже.",
    "error_bad_value": "{name}: «{value}» не подходит. Можно: {allowed}.",
    "error_model_shut_down": (
        "Модель {model} отключена {day}: обучить её уже нельзя. Выберите другую."
    ),
    "error_dataset_missing": (
        "Файл датасета не найден: <code>{path}</code>. Положите его туда или поправьте "
        "DATASET_PATH. Или пришлите файл .jsonl прямо сюда."
    ),
    "error_dataset_in_use": (
        "Версия №{number} нужна: она или её проверочная пара в работе, лежит в DATASET_PATH или "
        "ждёт обучения. Если в работе, сначала возьмите другую: /datasets."
    ),
    "error_dataset_gone": "Этой версии уже нет. Какие есть, покажет /datasets.",
    "error_cannot_repair": (
        "Здесь нечего починить, не изменив смысла. Что поправить руками, сказано в отчёте."
    ),
    "error_file_is_there": "Файл {path} уже есть. Назовите новый.",
    "error_too_few_to_split": (
        "Разных примеров слишком мало ({n}): чтобы отложить часть, нужно не меньше {least}."
    ),
    "error_file_too_big": (
        "Файл больше {limit} МБ ({megabytes} МБ), а такие Telegram ботам не отдаёт. Положите его "
        "на сервер и укажите в DATASET_PATH, потом пришлите /validate. Из большой переписки "
        "примеры соберёт там python -m bot import ФАЙЛ."
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
    "error_dataset_changed": (
        "Датасет изменился с тех пор, как составлен план №{run_id}. Составьте новый: /train."
    ),
    "error_plan_gone": "Плана №{run_id} больше нет: он отменён или устарел. Новый составит /train.",
    "error_plan_taken": "План №{run_id} уже запущен. Как он идёт, покажет /status.",
    "error_run_decided": "По плану №{run_id} всё уже решено.",
    "error_job_unknown": "Задания <code>{job_id}</code> провайдер не знает. Проверьте ID: /jobs.",
    "error_job_not_followed": (
        "За заданием <code>{job_id}</code> я не слежу, поэтому не трогаю его. Если оно ваше, "
        "сначала "
        "<code>/monitor {job_id}</code>."
    ),
    "error_job_finished": (
        "Задание <code>{job_id}</code> уже закончилось. Что с ним, покажет /jobs."
    ),
    "error_nothing_active": "Сейчас ничего не обучается. Начать можно с /train.",
    "error_which_job": "Идёт несколько заданий, назовите нужное: <code>{job_ids}</code>",
    "error_no_model": (
        "Пока Наташа учится и не отвечает. Загляните позже. Если вам плохо или опасно — 112."
    ),
    "error_model_unknown": (
        "Провайдер не знает модели <code>{model}</code>. Какие есть, покажет /models."
    ),
    "error_provider_unreachable": "До провайдера не достучаться. Попробуйте через минуту.",
    "error_provider_uncertain": (
        "Ответ провайдера не дошёл целиком. Повторите; если вы что-то меняли, сначала посмотрите, "
        "не сделано ли уже."
    ),
    "error_provider_failed": (
        "Провайдер не дал внятного ответа ({message}). Попробуйте ещё раз через минуту."
    ),
    "error_provider_busy": "Провайдер сейчас перегружен. Попробуйте через минуту.",
    "error_key_refused": "Провайдер не принял ключ. Проверьте OPENAI_API_KEY и перезапустите бота.",
    "error_quota_exceeded": "У провайдера кончились деньги или квота. Пополните счёт и повторите.",
    "error_training_not_available": (
        "Провайдер больше не принимает обучение от вашей организации. Как перейти на другой сервер "
        "— docs/providers.md (OPENAI_BASE_URL)."
    ),
    "error_training_busy": "Провайдер учит модели по одной и сейчас занят. Попробуйте позже.",
    "error_suffix_refused": "Провайдеру не подошло имя «{suffix}»: {message}",
    "error_provider_refused": "Провайдер отказал: {message}",
    "error_question_refused": "Вопрос не прошёл фильтр провайдера: {message}",
    "error_incident": (
        "Что-то сломалось. Попробуйте ещё раз; не поможет — сообщите администратору код "
        "<code>{incident}</code>. Если вам плохо или опасно — 112."
    ),
    **CHAT,
    **COMPARE,
    **CARDS,
    **ALARMS,
    **DATASETS,
    **EDITING,
    **ENDINGS,
    **EXPORT,
    **HEART,
    **IMPORT,
    **FEEDBACK,
    **FINDINGS,
    **MODELS,
    **PEOPLE,
    **PLANS,
    **SAFETY,
    **TRIALS,
    **WEEK,
}
"""The sentences by key; `Texts` escapes their parameters."""

PLURALS: Final[dict[str, tuple[str, str, str]]] = {
    "examples": ("пример", "примера", "примеров"),
    "ratings": ("оценка", "оценки", "оценок"),
}
"""One, a few, many."""

MONTHS: Final = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
