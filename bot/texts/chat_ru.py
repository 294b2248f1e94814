"""The conversation with the model, in Russian. Stop and 🔁 are the tester's; «ты» only from her."""

from typing import Final

CHAT: Final[dict[str, str]] = {
    "chat_new": "Начинаем с чистого листа. О чём поговорим?",
    "chat_stopped": "остановлено",
    "chat_stopped_unsaid": "Остановлено: Наташа не успела ничего сказать.",
    "chat_stop_late": "Ответ уже закончен.",
    "menu_new": "новый разговор",
    "menu_retry": "ответить иначе",
    "button_stop": "⏹ Хватит",
    "button_another": "🔁",
    "button_anew": "Начать заново",
    "error_not_the_last_answer": (
        "Ответить иначе можно только на последний вопрос: нажмите 🔁 под последним ответом или "
        "пришлите /retry."
    ),
    "error_nothing_to_retry": (
        "В этом разговоре пока нет ответов. Напишите что-нибудь, а если ответ не понравится, "
        "/retry попросит другой."
    ),
    "error_text_only": "Пока я понимаю только текст. Напишите словами, пожалуйста.",
    "error_context_too_long": "Сообщение длиннее, чем модель может прочесть. Напишите короче.",
    "error_empty_answer": "Модель промолчала. Попробуйте спросить иначе.",
}
