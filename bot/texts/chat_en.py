"""The conversation with the model, in English."""

from typing import Final

CHAT: Final[dict[str, str]] = {
    "chat_new": "A clean sheet. What shall we talk about?",
    "chat_stopped": "stopped",
    "chat_stopped_unsaid": "Stopped: Natasha had not said anything yet.",
    "chat_stop_late": "The answer is finished already.",
    "menu_new": "new conversation",
    "menu_retry": "another answer",
    "button_stop": "⏹ Enough",
    "button_another": "🔁",
    "button_anew": "Start anew",
    "error_not_the_last_answer": (
        "Only the last question can be answered anew: press 🔁 under the last answer, or send "
        "/retry."
    ),
    "error_nothing_to_retry": (
        "Nothing has been answered in this conversation yet. Write something; if you don't like "
        "the answer, /retry asks for another one."
    ),
    "error_text_only": "I only understand text so far. Please put it into words.",
    "error_context_too_long": "That is longer than the model can read. Please write less.",
    "error_empty_answer": "The model said nothing. Try asking in another way.",
}
