"""Chats and failed answers, in English."""

from typing import Final

CHAT: Final[dict[str, str]] = {
    "chat_new": "A clean slate. What shall we talk about?",
    "chat_stopped": "stopped",
    "chat_stopped_unsaid": "Stopped: Natasha had not said anything yet.",
    "chat_cut": "reached the length limit",
    "chat_filtered": "the provider's filter hid the rest",
    "chat_go_on": "Go on from where you stopped, without repeating anything.",
    "chat_stop_late": "The answer is already finished.",
    "menu_new": "new conversation",
    "menu_retry": "another answer",
    "button_stop": "⏹ Enough",
    "button_another": "🔁",
    "button_go_on": "Go on ▸",
    "button_anew": "Start over",
    "error_not_the_last_answer": (
        "Only the last question can be answered anew: press 🔁 under the last answer, or send "
        "/retry."
    ),
    "error_not_the_last_to_continue": (
        "Only the last answer of a conversation can go on. To come back to this one, ask about it."
    ),
    "error_other_model_serves": (
        "Another model answers now, and it does not continue what it did not begin. Press 🔁 "
        "below that answer to get one of its own."
    ),
    "error_too_long_to_continue": (
        "This answer is longer than the model can read by now, so it can't go on."
    ),
    "error_nothing_to_retry": (
        "Nothing has been answered in this conversation yet. Write something; if you don't like "
        "the answer, /retry asks for another one."
    ),
    "unread_picture": "I only understand text so far. Please describe what the picture shows.",
    "unread_sound": "I only understand text so far. Please write down what it says.",
    "unread_file": "I only understand text so far. Please paste the part that matters here.",
    "unread_other": "I only understand text so far. Please put it into words.",
    "unread_beside": "I read only the words: pictures, voice and files are still beyond me.",
    "chat_edited_part": (
        "I can't see a change to one part of a long message. If it matters, please send it all "
        "again."
    ),
    "error_context_too_long": "That is longer than the model can read. Please write less.",
    "error_empty_answer": "The model said nothing. Try asking in another way.",
    "error_answer_filtered": (
        "The provider's filter did not let the answer through. You can ask again, ideally in other "
        "words."
    ),
    # Failed answers, for testers, who can only wait or write to an admin
    "failure_later": "The model does not answer right now. Please try again in a minute.",
    "failure_busy": "The model has too many questions right now. Please try again in a minute.",
    "failure_refused": (
        "This could not be answered: the model's server refused the request, and your question is "
        "hardly to blame. Please write to an administrator."
    ),
    "failure_question": (
        "This could not be answered. Try asking in another way; if that does not help, write to an "
        "administrator."
    ),
    "failure_no_room": (
        "The model thought for so long that there was no room left for its answer. Try a shorter "
        "question; if that does not help, write to an administrator."
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
    "error_no_room_to_answer": (
        "The model's reasoning took the whole limit of an answer ({limit} tokens), and no words "
        "were left. A larger CHAT_MAX_TOKENS helps."
    ),
    "gone_replaced": (
        "⚠️ <b>{gone} no longer answers</b>\n"
        "The server does not know it. {successor} answers in chats now; no conversation was lost. "
        "It does not come back by itself: that is up to you."
    ),
    "gone_alone": (
        "⛔ <b>{gone} no longer answers</b>\n"
        "The server does not know it, and nothing can take its place: chats get no answers. Put "
        "another model to use, or train a new one."
    ),
    "button_put_back": "↩ {model} again",
}
