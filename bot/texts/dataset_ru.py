"""Datasets in Russian: reports, versions, repair, splitting, prices."""

from typing import Final

DATASETS: Final[dict[str, str]] = {
    # The report
    "dataset_caption_command": (
        "Файл приняла, а команду из подписи не выполняю: если файл подходит, пришлите "
        "{command} отдельно."
    ),
    "dataset_good": "✅ Датасет готов: {n} {examples}",
    "dataset_bad": "❌ К обучению не готов: ошибок — {n_errors}, примеров — {n}",
    "dataset_kind": "Это {text}.",
    "dataset_convertible": "🔧 Переделаю в датасет, получится: {n} {examples}",
    "dataset_columns_unknown": (
        "❌ К обучению не готов: скажите, в каком столбце вопросы, а в каком ответы."
    ),
    "dataset_repair_command": (
        "«Починить» здесь: python -m bot validate ФАЙЛ --repair НОВЫЙ.jsonl. Покажу первые примеры "
        "и проверю копию."
    ),
    "dataset_columns_command": (
        "Укажите столбцы: python -m bot validate ФАЙЛ --repair НОВЫЙ.jsonl --question 1 --answer 2"
    ),
    "dataset_column_number": "столбец {n}, «{name}»: {text}",
    "validate_examples": "Примеров: {n}",
    "validate_repaired": "Примеров после починки: {n}",
    "validate_passed": "✅ Проверка пройдена, обучающих примеров: {n}",
    "validate_failed": "❌ Проверка не пройдена: ошибок — {n_errors}, обучающих примеров — {n}",
    "dataset_not_convertible": "❌ К обучению не готов.",
    "dataset_received": "Файл {name} получен: это версия №{number}.",
    "dataset_received_in_use": (
        "Файл {name} получен: это и есть датасет в работе (версия №{number})."
    ),
    "dataset_not_kept": "Файл {name} получен, но это не датасет, поэтому я его не сохранила.",
    "dataset_tokens": (
        "Токенов всего {total}; в примере обычно {median} (от {smallest} до {largest}), в "
        "95\N{NO-BREAK SPACE}% случаев до {p95}"
    ),
    "dataset_prompt_one": "Системный промпт: один на все примеры",
    "dataset_prompt_none": "Системного промпта нет",
    "dataset_prompt_many": "Системных промптов: {n}; примеров с самым частым: {share}",
    "dataset_size": "Реплик: {n_messages} · {size} КБ",
    "dataset_turns": "Ответов в примере: {turns}",
    "dataset_turn": "{n} (примеров: {examples})",
    "dataset_answers": (
        "Знаков в ответе: обычно {median} ({smallest}–{largest}); ответов с вопросом — "
        "{asking}\N{NO-BREAK SPACE}%"
    ),
    "dataset_themes": "Темы: {themes}",
    "dataset_themes_guessed": "Темы, примерно, по ключевым словам: {themes}",
    "dataset_theme": "{theme} {share}\N{NO-BREAK SPACE}%",
    "dataset_numbers": "<blockquote expandable>{numbers}</blockquote>",
    "dataset_warnings": "Предупреждения: {n}",
    "dataset_notes": "Заметки: {n}",
    "dataset_more": "и ещё {n}",
    "dataset_line": "строка {line}: {text}",
    "dataset_file": "файл: {text}",
    "dataset_version": "Версия №{number} · <code>{sha}</code>",
    "dataset_validation_part": "Для проверки отложено: {n} {examples} (версия №{number})",
    "dataset_report_title": "Отчёт о датасете {name}, версия №{number} ({sha})",
    "dataset_report_errors": "Ошибки: {n}",
    "dataset_report_rest": "Показаны первые находки каждого правила, не уместилось: {n}.",
    "dataset_report_caption": "Полный отчёт: версия №{number}",
    "dataset_theme_growth": "духовный рост",
    "dataset_theme_relationships": "отношения",
    "dataset_theme_business": "бизнес",
    "dataset_theme_past_lives": "прошлые жизни",
    "dataset_theme_hard_moment": "трудный момент",
    "dataset_theme_other": "другое",
    "upload_ask": (
        "Отправить провайдеру ({host}) датасет №{number} «{name}»: {n} {examples}?\n"
        "Обучение не начнётся."
    ),
    "upload_kept": "Хорошо, ничего не отправляю.",
    "button_upload": "Отправить провайдеру",
    "button_upload_yes": "Да, отправить",
    "button_upload_no": "Не надо",
    "button_from_ratings": "Из оценок",
    "button_from_chat": "Из переписки",
    "upload_done": (
        "Файл у провайдера: {n} {examples}.\nFile ID: <code>{file_id}</code>\n"
        "Обучение не запущено: для него есть /train, он отправит свою копию."
    ),
    # Versions
    "versions_title": "<b>Датасеты</b>",
    "versions_none": (
        "Датасетов пока нет. Пришлите сюда файл .jsonl или положите его на сервер и укажите в "
        "DATASET_PATH."
    ),
    "versions_line": (
        "{mark} <b>№{number}</b> {name} · {n} {examples} · {verdict}\n"
        "{origin}, {day} · токенов: {tokens}"
    ),
    "versions_good": "без ошибок",
    "versions_bad": "ошибок: {n}",
    "versions_warned": "предупреждений: {n}",
    "versions_origin_settings": "файл на сервере",
    "versions_origin_sent": "прислано: {who}",
    "versions_origin_repaired": "починена №{parent}: {who}",
    "versions_origin_training_part": "часть №{parent} для обучения: {who}",
    "versions_origin_validation_part": "часть №{parent} для проверки: {who}",
    "versions_chosen": "Теперь в работе версия №{number}: {n} {examples}.",
    "versions_chosen_validation": "Для проверки отложено: {n} {examples}.",
    "versions_delete_ask": (
        "Удалить версию №{number} ({name}) с сервера? Вернуть её можно будет, только если у вас "
        "есть этот файл."
    ),
    "versions_deleted": "Версия №{number} удалена.",
    "versions_file": "Версия №{number}: {n} {examples}",
    "versions_paired": (
        "По версии №{number} ({n} {examples}) будет проверяться модель, обученная на версии "
        "№{training}."
    ),
    "versions_no_leaks": "Общих примеров у них нет.",
    "versions_leaks": (
        "⚠️ Общих или почти одинаковых примеров: {n}. Из-за них проверка покажет, что модель "
        "лучше, чем она есть."
    ),
    "finding_leak": (
        "почти то же, что в строке {first} обучающей части: оставьте только в одной части"
    ),
    "versions_unpaired": (
        "Теперь версия №{number} обучает без проверочной части. Отложить её снова: /datasets."
    ),
    # Repair
    "repair_title": "<b>Починить версию №{number}</b> · пока ничего не изменено",
    "repair_line": "{what}: {n}",
    "repair_line_first": "{what}: {n}, первая — строка {line}",
    "repair_was": "было: <code>{text}</code>",
    "repair_becomes": "станет: <code>{text}</code>",
    "repair_learnt": "<b>Так это будет выучено</b> (первые примеры)",
    "repair_sample": "{n}. {messages}",
    "repair_said": "<i>{role}:</i> {text}",
    "repair_role_system": "промпт",
    "repair_role_user": "вопрос",
    "repair_role_assistant": "ответ",
    "repair_role_other": "ещё",
    "repair_more_messages": "… и ещё реплик: {n}",
    "repair_left_out": "Не войдут строки, всего {n}:",
    "repair_question_column": (
        "<b>В каком столбце вопросы?</b> (версия №{number})\nВ столбцах начинается так:"
    ),
    "repair_answer_column": "<b>Вопросы — в «{question}». А в каком столбце ответы?</b>",
    "repair_columns": (
        "<b>Где вопросы, а где ответы?</b> (версия №{number})\nВ столбцах начинается так:"
    ),
    "repair_column": "«{name}»: {text}",
    "repair_count": "Примеров: было {before}, станет {after}.",
    "repair_done": "Готово, исправленная копия — версия №{number}. Прежняя осталась как была.",
    "mend_bom": "убрать метку BOM",
    "mend_utf16": "перевести из UTF-16 в UTF-8",
    "mend_crlf": "заменить концы строк Windows",
    "mend_trailing_blanks": "убрать пробелы по краям",
    "mend_blank_lines": "убрать пустые строки",
    "mend_duplicate_example": "убрать точные повторы",
    "mend_odd_blank": "убрать невидимые знаки между полями",
    "mend_misspelt_key": "исправить названия полей",
    "mend_misspelt_role": "исправить роли",
    "mend_misspelt_weight": "исправить вес",
    "mend_weight_not_assistant": "убрать вес там, где ничего не учат",
    "mend_null_field": "убрать поля с null",
    "mend_content_number": "записать числа текстом",
    "mend_mojibake": "вернуть текст из неверной кодировки",
    "mend_escaped_twice": "убрать лишние косые черты (\\n)",
    "mend_reasoning": "вырезать рассуждения модели (&lt;think&gt;)",
    "mend_other_format": "перевести в формат чата",
    "mend_code_page": "перевести в UTF-8",
    "mend_csv_table": "перевести таблицу в формат чата",
    "mend_json_array": "разложить список по строкам",
    "mend_json_list": "разложить список по строкам",
    "mend_json_objects": "уложить каждый пример в одну строку",
    "mend_role_table": "собрать разговоры из таблицы",
    "mend_role_table_pairs": "собрать вопросы с ответами из таблицы",
    "mend_comma_ended": "убрать запятые в конце строк",
    "mend_cr": "заменить концы строк старых Mac",
    # Splitting
    "split_ask": (
        "<b>Сколько примеров версии №{number} отложить для проверки?</b>\n"
        "На них модель не учится: по ним видно, поняла она или зазубрила. Похожие вопросы "
        "окажутся в одной части. Проверочные токены бесплатны."
    ),
    "split_done": (
        "Готово: для обучения {n_training}, для проверки {n_validation} (версии №{training} и "
        "№{validation})."
    ),
    "split_together": "Похожих примеров оставлено вместе: {n}.",
    # Prices
    "prices_title": (
        "<b>Сколько стоит обучение</b> · оценка по ценам OpenAI на {day}\n"
        "токенов за эпоху: {tokens}"
    ),
    "prices_head": "эпох",
    "prices_none": (
        "Моделей, которые ещё можно обучать у OpenAI, в каталоге нет. Другие провайдеры — в "
        "docs/providers.md."
    ),
    "prices_elsewhere": "⚠️ Это цены OpenAI. Цен вашего провайдера ({host}) не знаю.",
    "prices_guide": (
        "<b>Почему не как в руководстве владельца</b>\n"
        "Там цены названы с запасом и без вашего файла; здесь — его токены × эпохи × цена за "
        "миллион. Время: {source}."
    ),
    "prices_guide_line": "<b>{preset}</b>: там {guide_time}, {guide_price} · у нас {time}, {price}",
    "prices_guide_line_elsewhere": (
        "<b>{preset}</b>: там {guide_time}, {guide_price} · у нас {time}, у OpenAI {price}"
    ),
    "prices_source_hint": "первая прикидка, пока нет своих заданий",
    "prices_source_past": "по прошлым заданиям этого бота ({n})",
    # Buttons
    "button_use_dataset": "Взять в работу",
    "button_use_and_train": "Взять и обучить",
    "button_repair": "Починить",
    "button_convert": "Только переделать",
    "button_choose_columns": "Выбрать столбцы",
    "button_other_columns": "Другие столбцы",
    "button_column": "{name}",
    "button_columns": "Вопросы: {question} → ответы: {answer}",
    "button_convert_yes": "Всё верно, сделать датасет",
    "button_repair_yes": "Сделать исправленную копию",
    "button_full_report": "Весь отчёт",
    "button_split": "Отложить часть",
    "button_split_share": "{share}\N{NO-BREAK SPACE}% — {n}",
    "button_back_to_report": "К отчёту",
    "button_versions": "Все версии",
    "button_version": "№{number} {name}",
    "button_prices": "Цены",
    "button_download": "Скачать",
    "button_delete": "Удалить",
    "button_delete_yes": "Да, удалить",
    "button_pair": "Взять для проверки",
    "button_unpair": "Без проверочной части",
    "button_newer": "← Новее",
    "button_older": "Старее →",
}
