"""/export in Russian: training files from testers' ratings."""

from typing import Final

EXPORT: Final[dict[str, str]] = {
    "export_title": "<b>Оценки — в датасет</b> · за всё время",
    "export_title_new": "<b>Оценки — в датасет</b> · новое с {day}",
    "export_rated": "Оценённых ответов: {n} · {when}",
    "export_models": "Модели: {models}",
    "export_people": "Оценивали: {people}",
    "export_share": "{name} — {n}",
    "export_more": "и ещё {n}",
    "export_examples": "<b>Примеры: {n}</b>",
    "export_pairs": "<b>Пары ответов: {n}</b>",
    "export_corrections": "из них исправлено тестировщиками: {n}",
    "export_few": "⚠️ провайдеры берут от {least}: пока мало",
    "export_without": "не вошло:",
    "export_left_danger": "разговоры о помощи",
    "export_left_not_corrected": "👎 без исправления",
    "export_left_stopped": "ответ остановлен на полпути",
    "export_left_cut": "ответ упёрся в предел длины (CHAT_MAX_TOKENS)",
    "export_left_filtered": "ответ урезал фильтр провайдера",
    "export_left_maybe_cut": "старый ответ без конца фразы",
    "export_left_empty": "пустые",
    "export_left_same": "исправление совпало с ответом",
    "export_left_refusal": "отказы «я лишь модель»",
    "export_left_personal": "личные данные",
    "export_left_secret": "ключи и пароли",
    "export_left_unreadable": "служебные знаки",
    "export_left_known": "уже есть в датасете",
    "export_left_repeated": "повторы",
    "export_left": "• {reason} — {n}",
    "export_words": (
        "В файлах будут слова тестировщиков, без имён и ID. Если кто-то сотрёт свои разговоры "
        "через /privacy, прежние версии их сохранят: удалите такие версии в /datasets."
    ),
    "export_useless": (
        "Учить пока не на чём: нужны 👍 или исправления. Попросите тестировщиков после 👎 "
        "написать, как сказала бы Наташа."
    ),
    "export_nothing": (
        "Оценок пока нет. Попросите тестировщиков нажимать 👍 и 👎 под ответами Наташи, а после 👎 "
        "писать, как сказала бы она: из этого здесь соберутся новые примеры."
    ),
    "export_nothing_new": "С прошлого экспорта ({day}) новых оценок нет.",
    "export_made": (
        "Собрана версия №{number}. Примеров из оценок: {n}, из них исправлений: {corrections}."
    ),
    "export_made_pairs": "Собрана версия №{number}. Пар ответов из оценок: {n}.",
    "export_made_with": "Они стоят после примеров версии №{parent}.",
    "versions_origin_exported": "из оценок: {who}",
    "versions_origin_exported_with": "№{parent} и оценки: {who}",
    "button_export_examples": "Примеры — в датасет ({n})",
    "button_export_pairs": "Пары — в датасет ({n})",
    "button_export_together": "С датасетом №{n}: {before}+{more}",
    "button_export_files": "Файлом",
    "button_export_new": "Только новые ({n})",
    "button_export_all": "За всё время",
    "button_export_back": "К оценкам",
    "error_nothing_to_export": (
        "Подходящих оценок здесь уже нет: их изменили, удалили, или они попали в датасет. Что "
        "есть сейчас, покажет /export."
    ),
}
"""What may be said about exports, by key."""
