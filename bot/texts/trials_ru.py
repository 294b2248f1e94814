"""Trials, verdicts, and models that do not answer yet, in Russian."""

from typing import Final

TRIALS: Final[dict[str, str]] = {
    "button_compare": "Сравнить ответы",
    "button_leave": "Оставить как есть",
    "button_check_now": "Проверить сейчас",
    "button_question_before": "← Вопрос {n}",
    "button_question_after": "Вопрос {n} →",
    "error_trial_gone": "Этой пробы уже нет. Новая: /test.",
    "trial_started": "Задаю модели {model} пробные вопросы ({n}). Ответы пришлю сюда.",
    # The verdict
    "trial_title": "<b>{model} · вердикт: {verdict}</b>",
    "verdict_word_put": "ставить",
    "verdict_word_check": "проверить",
    "verdict_word_leave": "не ставить",
    "trial_figures": "Проба: ответов {answered} из {n} · с вопросом {asking}",
    "trial_repeats": (
        "Повторов из датасета: {repeating} · отказов: {refusing} · обычно знаков: {characters}"
    ),
    "trial_training": "В датасете: с вопросом {percent} % · обычно знаков: {characters}",
    "trial_base": "Базовая: с вопросом {asking} из {n} · обычно знаков: {characters}",
    "trial_base_silent": "Базовая модель здесь не отвечает, сравнить не с чем.",
    "trial_reason": "• {reason}",
    "verdict_fine": (
        "Явных бед нет: ответы на всё, без отказов и повторов. О тоне судить вам: прочтите ответы."
    ),
    "verdict_silent": "Без ответа: {n} из {of}.",
    "verdict_foreign": "Другой алфавит, чем в датасете: {n} из {of}.",
    "verdict_refusing": "Отказ, как у обычного ассистента: {n} из {of}.",
    "verdict_monotonous": "На разные вопросы один и тот же ответ: {n} из {of}.",
    "verdict_repeating": (
        "Слово в слово из датасета: {n} из {of}. Похоже, модель его зазубрила; помогает меньше "
        "эпох."
    ),
    "verdict_like_base": "Ответ как у базовой модели: {n} из {of}. Обучения там не видно.",
    "verdict_not_asking": "Мало вопросов: {n} из {of}, а в датасете {percent} %.",
    "verdict_shorter": "Ответы намного короче, чем в датасете: обычно знаков {n}, там {usual}.",
    "verdict_longer": "Ответы намного длиннее, чем в датасете: обычно знаков {n}, там {usual}.",
    "verdict_cut": "Упёрлись в предел длины: {n} из {of}. Поможет CHAT_MAX_TOKENS побольше.",
    "verdict_all_cut": (
        "Все ответы ({n}) упёрлись в предел длины, и ни один не закончен. Поставьте "
        "CHAT_MAX_TOKENS побольше и повторите /test. Если не поможет, модель не умеет остановиться."
    ),
    "verdict_no_room": (
        "Размышления заняли весь предел, и слов не осталось: {n} из {of}. Поможет CHAT_MAX_TOKENS "
        "побольше."
    ),
    "verdict_filtered": "Скрыл фильтр провайдера, целиком или частью: {n} из {of}.",
    "verdict_without_lesson": "Датасет не прочитать, поэтому сравнить с ним ответы не вышло.",
    "verdict_rehearsed": (
        "Это репетиция: веса не обучались, и ответы дословно из датасета ({n} из {of}). О качестве "
        "модели она ничего не говорит."
    ),
    "trial_standing_promoted": "Она первая, поэтому уже отвечает в чатах.",
    "trial_standing_withheld": ("Она первая, но сама я её не включаю: сначала посмотрите ответы."),
    "trial_standing_serving": "Сейчас в чатах отвечает она.",
    "trial_standing_offered": "Чтобы она отвечала в чатах, нажмите «Включить».",
    "trial_standing_left": "Оставили как есть. Включить её можно и позже: /models",
    # Side by side
    "trial_page": "<b>{model}</b> · вопрос {n} из {of}\n<b>{prompt}</b>",
    "trial_of_base": "<b>Базовая</b>\n{answer}",
    "trial_of_model": "<b>{model}</b>\n{answer}",
    "trial_no_answer": "— ответа нет —",
    "trial_no_base_answer": "— здесь не отвечает —\n{reason}",
    "trial_cut": "— обрывается: предел длины, CHAT_MAX_TOKENS —",
    "trial_filtered": "— остальное скрыл фильтр провайдера —",
    "trial_hidden": "— ответ скрыл фильтр провайдера —",
    "trial_no_room": "— слов нет: размышления заняли весь предел, CHAT_MAX_TOKENS —",
    # The model does not answer
    "trial_unserved": (
        "⚠️ <b>{model}</b> обучена, но пока не отвечает.\n{reason}\n\n"
        "У некоторых провайдеров модель сначала разворачивают в их кабинете. Если она отвечает по "
        "другому адресу, задайте CHAT_BASE_URL; если под другим именем — /use имя_модели"
    ),
    "trial_unknown": (
        "⚠️ <b>{model}</b> не отвечает.\n{reason}\n\n"
        "Проверьте имя модели и адрес, где она отвечает: его задаёт CHAT_BASE_URL."
    ),
    "trial_next": "Сама спрошу её снова примерно через {pause}. Как ответит, сразу пришлю вердикт.",
    "trial_no_next": "Сама больше не спрашиваю. Когда всё готово, нажмите «Проверить сейчас».",
    "trial_checking": "Проверяю {model}. Что выйдет, напишу сюда.",
    "trial_underway": "Я как раз спрашиваю {model}. Как ответит, сразу напишу.",
}
