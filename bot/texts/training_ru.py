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
        "<b>План №{run_id}: какой темп обучения?</b>\n"
        "Меньше 0,1 — осторожно: ровнее и мягче. 0,1 — обычно. Больше — смело: модель меняется "
        "сильнее. «Авто» — выберет провайдер."
    ),
    "choose_suffix": "<b>План №{run_id}: как назвать модель?</b>",
    "button_name_own": "Своё имя",
    "name_prompt": "План №{run_id}: какое имя дать модели? Ответьте одним словом.",
    "button_preset_quick": "Быстро",
    "button_preset_production": "Обычно",
    "button_preset_premium": "Сильнее",
    "preset_quick": "Быстро, {time}: проверить, что всё работает",
    "preset_production": "Обычно, {time}: живой голос Наташи",
    "preset_premium": "Сильнее, {time}: голос точнее всего",
    "plan_other_model": "{preset}; <b>другая модель</b>, {model}",
    "button_plan_details": "⚙️ Подробно",
    "button_part_model": "Модель",
    "button_part_epochs": "Эпохи",
    "button_part_multiplier": "Темп",
    "button_part_suffix": "Имя",
    "button_plan_unvalidated": "Без проверочной части",
    "button_plan_validated": "С проверочной частью",
    "button_plan_back": "Назад к плану",
    # What this project's engine says of a plan
    "multiplier_auto": "авто",
    "pace_careful": "осторожно",
    "pace_usual": "обычно",
    "pace_bold": "смело",
    "button_multiplier_auto": "Темп: авто",
    "plan_at_server": "На сервере ({device}): скорость обучения {rate} · пакет {batch}",
    "plan_too_slow": (
        "⚠️ Сам сервер взял бы скорость {usual}. При таком темпе модель почти не изменится, лучше "
        "«авто»."
    ),
    "plan_memory": (
        "⚠️ Не хватит памяти: нужно около {needed} ГБ, а есть {there} ГБ ({device}). Сервер такое "
        "задание не возьмёт, выберите модель поменьше."
    ),
    "plan_memory_unknown": (
        "⚠️ Не хватит памяти ({device}). Сервер такое задание не возьмёт, выберите модель поменьше."
    ),
    "plan_model_lacking": ("⚠️ На сервере ({host}) нет модели {model}. Выберите из тех, что есть."),
    "plan_model_taken": "Модели {asked} на сервере нет, взяла ту, что есть: {taken}.",
    "bases_title": (
        "<b>План №{run_id}: какую модель обучать?</b>\n"
        "Это модели вашего сервера. Чем больше модель, тем лучше она поймёт Наташу и тем больше ей "
        "нужно памяти и времени."
    ),
    "model_unknown_near": (
        "Модели {model} не знаю. Может быть, одна из этих? Плана пока нет, его составит кнопка."
    ),
    "button_model_as_typed": "Взять «{model}», как написано",
    "base_fits": "{name} · ~{time}",
    "base_too_big": "{name} · не хватит памяти",
    "plan_cut": (
        "⚠️ Слишком длинных примеров: {n}. Модель читает до {longest} токенов, остальное "
        "провайдер молча отрежет."
    ),
    "error_tuning_closed": (
        "Модель {model} с {day} больше не обучают. Выберите другую или другой сервер с тем же API: "
        "какие есть, сказано в docs/providers.md, а адрес задаёт OPENAI_BASE_URL."
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
        "⚠️ Не поняла, что значит число «{word}». Эпохи пишут так: epochs=3, темп так: lr=0,1."
    ),
    "words_twice": "⚠️ «{word}» и «{taken}» — об одном и том же. Взяла последнее: «{taken}».",
    "words_guessed": "«{word}» поняла как «{taken}».",
    "words_empty": "⚠️ «{word}»: нет значения.",
    "words_refused": "⚠️ {why}",
    "train_words_more": "… и ещё таких слов: {n}",
    "train_usage": "Как писать: <code>{usage}</code>",
    # What speaks against a start, and the monthly ceiling
    "plan_month": "{spent} из {ceiling} в этом месяце",
    "ceiling_set": (
        "<b>Предел на месяц: {ceiling}</b>\n"
        "Потрачено в этом месяце: {spent}, обучение и ответы вместе. Обучение сверх предела бот "
        "запустит, только если вы подтвердите."
    ),
    "ceiling_none": (
        "<b>Предел на месяц не задан</b>\n"
        "Потрачено в этом месяце: {spent}, обучение и ответы вместе. С пределом бот переспросит, "
        "прежде чем потратить больше."
    ),
    "number_ceiling": "Предел на месяц, $",
    "prompt_ceiling": "Сколько долларов в месяц можно тратить? Ответьте числом.",
    "placeholder_ceiling": "Например, 30",
    "button_ceiling_own": "Другая сумма",
    "button_ceiling_off": "Без предела",
    "doubts": "⚠️ План №{run_id} <b>ещё не запущен</b>.",
    "doubts_again": "⚠️ План №{run_id}: задание <b>пока не создано ещё раз</b>.",
    "button_again_anyway": "Всё равно создать ещё раз",
    "doubt_dataset": "Он на датасете №{number}, а в работе теперь №{in_use}.",
    "doubt_late": (
        "Кнопку нажали больше десяти минут назад: тогда бот не работал. Запускать и сейчас?"
    ),
    "button_start_late": "🚀 Запустить сейчас",
    "doubt_ceiling": "Он стоит около {price}, а потрачено {month}: вместе это выше предела.",
    "button_start_old_dataset": "🚀 Запустить на датасете №{number}",
    "button_start_above": "🚀 Запустить сверх предела",
    "button_ceiling": "Предел на месяц",
    "twin_other": (
        "Такое же обучение уже запущено: план №{twin_id}, имя {suffix} ({who}, {ago} назад). Те же "
        "данные, модель и числа: второе задание стоит столько же, а модель выйдет почти такая же."
    ),
    "twin_own": (
        "Такое же обучение вы уже запустили {ago} назад: план №{twin_id}, имя {suffix}. Те же "
        "данные, модель и числа: второе задание стоит столько же, а модель выйдет почти такая же."
    ),
    "twin_terminal": (
        "Такое же обучение уже запущено из терминала {ago} назад: план №{twin_id}, имя {suffix}. "
        "Те же данные, модель и числа: второе задание стоит столько же, а модель выйдет почти "
        "такая же."
    ),
    "button_start_another": "🚀 Запустить ещё один",
    # The method of a run: supervised, or DPO (on pairs of answers)
    "dataset_kind_dpo": "Вид: пары ответов. Токены — вместе с обоими ответами, это оценка.",
    "versions_kind_dpo": "{verdict} · пары",
    "plan_price_unknown_dpo": "Цена: неизвестна, для пар ответов её нет в каталоге",
    "error_method_unknown": (
        "Это пары ответов ({method}), а умеет ли {host} на них обучать, неизвестно. Выберите "
        "обычный датасет: /datasets. Умеют OpenAI, Azure и движок на этом компьютере."
    ),
    "error_method_differs": (
        "В работе версия №{number}, и она для метода {method}: метод задаёт датасет. "
        "Другой можно выбрать в /datasets."
    ),
    "error_parts_differ": (
        "В версии №{validation} примеры другого вида, чем в версии №{training}: одни обычные, "
        "другие — пары ответов. Проверять можно только на таких же, на каких учат."
    ),
}
