"""Bad answers and examples one by one, in Russian."""

from typing import Final

EDITING: Final[dict[str, str]] = {
    "button_edit_answers": "Разобрать плохие ответы: {n}",
    "edit_title": "<b>Плохой ответ</b> · осталось: {n}",
    "edit_none": "Плохих ответов больше нет: всё разобрано.",
    "edit_correction": (
        "<b>Тестировщик сказал бы так</b>\n<blockquote expandable>{text}</blockquote>"
    ),
    "edit_later": "Разбор продолжается ниже.",
    "button_edit_say": "✍️ Сказать иначе",
    "button_edit_fine": "👍 Так и надо",
    "button_edit_skip": "Пропустить",
    "edit_prompt": "<b>Как сказать иначе?</b> Ответ №{turn}: пришлите его своими словами.",
    "edit_draft": "Прежний — чтобы скопировать, нажмите на него:\n<code>{text}</code>",
    "edit_placeholder": "Ответ вашими словами",
    "edit_waiting": "Жду ваших слов ответом на вопрос ниже.",
    "edit_noted": "✅ Записано, на этом Наташа будет учиться.\n",
    "edit_unlearnt": "Записано, но учиться на этом Наташа не будет: {reason}.",
    "edit_changed": "Исправлено: учиться Наташа будет на новых словах.",
    "edit_counter": "\nНовых примеров: {n}, а для новой Наташи нужно {goal}",
    "edit_counter_full": "\nНовых примеров: {n}. На новую Наташу хватит.",
    "button_edit_learn": "🎓 Обучить за {price}",
    "button_edit_learn_unpriced": "🎓 Обучить на новом",
    "settings_daily_on": "Плохие ответы на разбор: каждое утро в 10:00",
    "settings_daily_off": "Плохие ответы на разбор: сама не присылаю",
    "button_daily_on": "Присылать ответы по утрам",
    "button_daily_off": "Не присылать ответы по утрам",
    "error_answer_decided": "Этот ответ уже разобран: {who}.",
    # Lines of a dataset
    "button_edit_findings": "Разобрать находки: {n}",
    "button_edit_tenth": "Перечитать десятую часть",
    "button_edit_disliked": "Где ставили 👎",
    "button_edit_purge": "Убрать плохие строки: {n}",
    "button_edit_hide": "Скрыть контакты и ссылки",
    "button_edit_history": "Кто что правил",
    "button_edit_drop": "Убрать",
    "button_edit_keep": "Оставить",
    "edit_line_title": "<b>Строка {line}</b> · с находками осталось: {n} · версия №{number}",
    "edit_reading_title": "<b>Строка {line}</b> · осталось: {n} · версия №{number}",
    "edit_lines_none": "Готово: смотреть больше нечего. Ваши правки — в версии №{number}.",
    "edit_line_prompt": (
        "<b>Как сказать иначе?</b> Строка {line} версии №{version}, проход {mode}: пришлите ответ "
        "своими словами."
    ),
    "edit_history": "<b>Кто что правил</b>, новое сверху",
    "edit_was_dropped": "убрано строк: {n}, первая — {line} · {who}, {when}",
    "edit_was_reworded": "переписана строка {line} · {who}, {when}",
    "edit_was_hidden": "скрыто личное, строк: {n} · {who}, {when}",
    "versions_origin_edited": "правки №{parent}: {who}",
    "error_line_gone": "Этой строки уже нет: её убрали или переписали.",
    "error_nothing_to_edit": "Менять здесь нечего.",
}
"""What may be said about editing, by key."""
