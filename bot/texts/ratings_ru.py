"""Ratings, corrections, and figures about the models from them, in Russian. Testers are «вы»."""

from typing import Final

FEEDBACK: Final[dict[str, str]] = {
    # Under answers. The mark shows which one is pressed.
    "button_good": "👍",
    "button_good_marked": "👍 ✓",
    "button_bad": "👎",
    "button_bad_marked": "👎 ✓",
    "feedback_late": "Записано: {mark}. Кнопки стоят только под последними ответами.",
    "feedback_late_none": "Оценка снята. Кнопки стоят только под последними ответами.",
    # Reasons
    "feedback_why": (
        "Спасибо. Что не так? Выберите ниже, если хотите. Лучше всего — написать, как сказала бы "
        "Наташа: по таким ответам её учат."
    ),
    "feedback_not_bad": "Под этим ответом сейчас нет 👎, поэтому о причине не спрашиваю.",
    "feedback_correction": "Как сказала бы Наташа:\n<blockquote expandable>{text}</blockquote>",
    "complaint_off_topic": "Не в тему",
    "complaint_too_general": "Слишком общо",
    "complaint_not_her_voice": "Не её голос",
    "complaint_untrue": "Неправда",
    "complaint_other": "Другое",
    "button_write": "✍️ Написать за Наташу",
    "button_write_again": "✍️ Переписать",
    "button_write_drop": "Убрать",
    "button_write_not": "Не надо",
    # Corrections
    "feedback_write": (
        "Наташа вашего варианта не увидит; его прочтут администраторы, и по нему её могут учить. "
        "Жду до {until}. Позже тоже можно: ответьте на сообщение ниже."
    ),
    "feedback_prompt": "<b>Как сказала бы Наташа?</b> Пришлите её ответ одним сообщением.",
    "feedback_placeholder": "Ответ за Наташу",
    "feedback_which": "Это похоже на вопрос. Записать как ответ за Наташу или спросить её?",
    "button_is_correction": "Это ответ за Наташу",
    "button_is_question": "Это вопрос Наташе",
    "feedback_filed": "Записано как ответ за Наташу.",
    # Words with which a question or a call to Natasha begins
    "question_openings": (
        "наташа наташ кто что чего кому чем как какой какая какое какие где куда откуда когда "
        "почему зачем отчего сколько можно можешь расскажи подскажи объясни помоги natasha"
    ),
    "feedback_noted": "Записано: так сказала бы Наташа. Спасибо!",
    "feedback_left_off": "Ответа за Наташу больше не жду: ваши сообщения снова читает она сама.",
    "error_answer_gone": "Этого ответа здесь больше нет: разговоры удалены. Оценить его не выйдет.",
    # Figures about the models
    "menu_quality": "что думают об ответах",
    "quality_title": "<b>Что думают об ответах</b>",
    "quality_none": (
        "Ответы пока никто не оценил. Попросите тестировщиков нажимать 👍 и 👎 под ответами: по "
        "ним здесь будет видно, какая модель лучше. Позвать людей: /invite"
    ),
    "quality_share": "👍 {percent}\N{NO-BREAK SPACE}% ({low}–{high}, оценок {n})",
    "quality_share_early": "рано судить: {n} {ratings}, нужно около {enough}",
    "quality_model": "\n<b>{model}</b> · {share}",
    "quality_model_unrated": "\n<b>{model}</b> · оценок нет",
    "quality_trend": (
        "За 7 дней {lately}\N{NO-BREAK SPACE}% (оценок {n}), до того {before}\N{NO-BREAK SPACE}% "
        "(оценок {m}): {change}"
    ),
    "quality_change_up": "стало лучше",
    "quality_change_down": "стало хуже",
    "quality_change_unclear": "разница может быть случайной",
    "quality_corrections": "Исправлений: {n}",
    "quality_better": "<b>{model}</b> заметно лучше, чем {others}.",
    "way_back_offer": (
        "<b>{model} нравится людям меньше, чем {before}</b>\n"
        "{model}: {share}\n{before}: {share_before}\n"
        "На случайность не похоже. Прежнюю можно вернуть одной кнопкой."
    ),
    "quality_unclear": "Какая модель лучше, пока не сказать: разница может быть случайной.",
    "quality_interval": (
        "<i>В скобках — в каких пределах доля 👍, скорее всего, лежит на самом деле.</i>"
    ),
    "quality_cut": (
        "✂️ Ответов, которые упёрлись в предел длины, за 7 дней: {n}. Поможет предел побольше, "
        "сейчас он {limit} (CHAT_MAX_TOKENS)."
    ),
    "quality_part": "Это не весь ответ: {why}",
    "quality_more": "<i>Здесь {n} новейших моделей из {total}.</i>",
    "quality_bad_title": "<b>{model}</b> · 👎 {n} из {of}",
    "quality_bad_at": "Оценено: {when}",
    "quality_no_bad": "У {model} больше нет ответов с 👎.",
    "quality_question": "<b>Вопрос</b>\n<blockquote expandable>{text}</blockquote>",
    "quality_answer": "<b>Ответ</b>\n<blockquote expandable>{text}</blockquote>",
    "quality_complaint": "<b>Что не так:</b> {reason}",
    "quality_correction": (
        "<b>Как сказала бы Наташа</b>\n<blockquote expandable>{text}</blockquote>"
    ),
    "button_bad_answers": "{model} · 👎 {n}",
    "button_to_dataset": "В датасет",
}
