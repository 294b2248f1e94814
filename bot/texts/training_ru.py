"""The buttons that change a plan, and methods of training, in Russian."""

from typing import Final

PLANS: Final[dict[str, str]] = {
    "plan_active": "Сейчас уже обучается: {jobs}",
    "choose_model": (
        "<b>План №{run_id}: какую модель обучать?</b>\n"
        "Чем сильнее модель, тем лучше она поймёт Наташу и тем дороже обучение и ответы."
    ),
    "choose_epochs": (
        "<b>План №{run_id}: сколько эпох?</b>\n"
        "Эпоха — один проход по всему датасету. Больше — точнее голос и выше цена; слишком много — "
        "модель зазубрит ответы."
    ),
    "choose_multiplier": (
        "<b>План №{run_id}: какой множитель скорости обучения?</b>\n"
        "Меньше — осторожнее и ровнее, больше — сильнее меняется модель."
    ),
    "choose_suffix": (
        "<b>План №{run_id}: как назвать модель?</b>\nСвоё имя задаст <code>/train suffix=имя</code>"
    ),
    "button_preset_quick": "Быстро",
    "button_preset_production": "Продакшн",
    "button_preset_premium": "Максимум",
    "button_part_model": "Модель",
    "button_part_epochs": "Эпохи",
    "button_part_multiplier": "Множитель",
    "button_part_suffix": "Имя",
    "button_plan_unvalidated": "Без проверочной части",
    "button_plan_validated": "С проверочной частью",
    "button_plan_back": "Назад к плану",
    "plan_cut": (
        "⚠️ Слишком длинных примеров: {n}. Модель читает до {longest} токенов, остальное "
        "провайдер молча отрежет."
    ),
    "error_tuning_closed": (
        "Модель {model} с {day} больше не дообучают. Можно выбрать другую или другой сервер с "
        "тем же API: какие есть, сказано в docs/providers.md, а адрес задаёт OPENAI_BASE_URL."
    ),
    "error_suffix_too_long": (
        "Имя «{suffix}» слишком длинное: знаков {n}, а провайдер берёт до {longest}. Другое "
        "задаст <code>/train --suffix имя</code>"
    ),
    "error_suffix_forbidden": (
        "Имя «{suffix}» не подойдёт: провайдер не берёт в нём знаков «{forbidden}». Другое "
        "задаст <code>/train --suffix имя</code>"
    ),
    "error_run_dataset_gone": (
        "План №{run_id} был на версии датасета №{number}, а её удалили. Какие есть, покажет "
        "/datasets; план на нынешней составит /train."
    ),
    # What was not understood of the words of /train
    "words_unknown": "⚠️ Не поняла «{word}».",
    "words_unclear": (
        "⚠️ Не поняла, что значит число «{word}». Эпохи пишут так: epochs=3, множитель так: lr=0,1."
    ),
    "words_twice": "⚠️ «{word}» и «{taken}» — об одном и том же. Взяла последнее: «{taken}».",
    "words_guessed": "«{word}» поняла как «{taken}».",
    "words_empty": "⚠️ «{word}»: нет значения.",
    "words_refused": "⚠️ {why}",
    "train_words_more": "… и ещё таких слов: {n}",
    "train_usage": "Как писать: <code>{usage}</code>",
    # The same training was started a moment ago
    "twin_other": (
        "⚠️ План №{run_id} <b>ещё не запущен</b>.\n"
        "Такое же обучение уже запущено: план №{twin_id}, имя {suffix} ({who}, {ago} назад). Те же "
        "данные, модель и числа: второе задание стоит столько же, а модель выйдет почти такая же."
    ),
    "twin_own": (
        "⚠️ План №{run_id} <b>ещё не запущен</b>.\n"
        "Такое же обучение вы уже запустили {ago} назад: план №{twin_id}, имя {suffix}. Те же "
        "данные, модель и числа: второе задание стоит столько же, а модель выйдет почти такая же."
    ),
    "twin_terminal": (
        "⚠️ План №{run_id} <b>ещё не запущен</b>.\n"
        "Такое же обучение уже запущено из терминала {ago} назад: план №{twin_id}, имя {suffix}. "
        "Те же данные, модель и числа: второе задание стоит столько же, а модель выйдет почти "
        "такая же."
    ),
    "button_start_another": "🚀 Запустить ещё один",
    # The method of a run: supervised, or DPO (on pairs of answers)
    "dataset_kind_dpo": (
        "Вид: пары ответов для DPO. Токены — вместе с обоими ответами, это оценка."
    ),
    "versions_kind_dpo": "{verdict} · DPO",
    "plan_method_dpo": "Метод: DPO (по парам ответов)",
    "plan_price_unknown_dpo": "Цена: неизвестна, для DPO её в каталоге нет",
    "error_method_unknown": (
        "Этот датасет — пары ответов для метода {method}, а умеет ли так обучать ваш провайдер "
        "({host}), неизвестно, поэтому плана нет. Выберите обычный датасет в /datasets. По парам "
        "обучают OpenAI, Azure и engine на этом же компьютере."
    ),
    "error_method_differs": (
        "В работе версия №{number}, и она для метода {method}: метод задаёт датасет. "
        "Другой можно выбрать в /datasets."
    ),
    "error_parts_differ": (
        "В версии №{validation} примеры другого вида, чем в версии №{training}: одни для обычного "
        "обучения, другие для DPO. Проверять можно только на таких же, на каких учат."
    ),
}
