"""When no answer comes: for testers, who can only wait or write to an admin, in English."""

from typing import Final

FAILURES: Final[dict[str, str]] = {
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
    # What admins are told
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
