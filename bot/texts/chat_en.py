"""Chats and failed answers, in English."""

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
    # Failed answers, for testers, who can only wait or write to an admin
    "failure_later": "The model does not answer right now. Please try again in a minute.",
    "failure_busy": "The model is asked too much right now. Please try again in a minute.",
    "failure_question": (
        "This could not be answered. Try asking in another way; if that does not help, write to an "
        "administrator."
    ),
    "failure_admin": "No answer is possible without an administrator now. Please write to one.",
    "failure_not_ready": "The model is not ready to answer yet. Please try again in some minutes.",
    "error_model_gone": (
        "The model is not available now; the administrators know. Please come back a little later."
    ),
    "failure_code": "Code for the administrator: <code>{incident}</code>",
    "failure_said": "The provider's answer: <code>{said}</code>",
    "failure_broken": "the answer broke off, code {incident}",
    "button_repeat": "🔁 Ask again",
    # For admins
    "gone_replaced": (
        "⚠️ <b>{gone} answers no more</b>\n"
        "The server does not know it. {successor} answers in chats now; no conversation got lost. "
        "It does not come back by itself: that is up to you."
    ),
    "gone_alone": (
        "⛔ <b>{gone} answers no more</b>\n"
        "The server does not know it, and there is nobody in its place: chats get no answers. Put "
        "another model to use, or train a new one."
    ),
    "button_put_back": "↩ {model} again",
}
