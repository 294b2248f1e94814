"""Chats and failed answers, in English."""

from typing import Final

CHAT: Final[dict[str, str]] = {
    "chat_new": "Clean slate. What would you like to talk about?",
    "chat_stopped": "stopped",
    "chat_stopped_unsaid": "Stopped: Natasha had not said anything yet.",
    "chat_cut": "reached the length limit",
    "chat_filtered": "the provider's filter hid the rest",
    "chat_go_on": "Go on from where you stopped, without repeating anything.",
    "chat_stop_late": "The answer is already finished.",
    "menu_new": "new conversation",
    "button_stop": "⏹ Stop",
    "button_another": "🔁",
    "button_go_on": "Continue ▸",
    "button_anew": "New conversation",
    "error_not_the_last_answer": (
        "Only the last question can be answered again: press 🔁 under the last answer, or send "
        "/retry."
    ),
    "error_not_the_last_to_continue": (
        "Only the last answer in a conversation can be continued. To return to this one, ask about "
        "it."
    ),
    "error_other_model_serves": (
        "Another model is answering now and can't continue this one's answer. Press 🔁 below it to "
        "get its own."
    ),
    "error_too_long_to_continue": (
        "This answer is already longer than Natasha can read, so it can't be continued. Ask the "
        "same thing again."
    ),
    "error_nothing_to_retry": (
        "Nothing has been answered in this conversation yet. Write something; if you don't like "
        "the answer, /retry asks for another one."
    ),
    "unread_picture": (
        "I can't see pictures yet: I'm a program and only understand words. Please describe what "
        "is there and why it matters to you. If you are in crisis or in danger, call 112 (or your "
        "local emergency number)."
    ),
    "unread_sticker": (
        "Your sticker reached me without its face: I'm a program and only understand words. What "
        "would it say if it could speak? If you are in crisis or in danger, call 112 (or your "
        "local emergency number)."
    ),
    "unread_voice": (
        "I can't hear your voice: I'm a program and can only read. Please write down what it says. "
        "A few rough words will do. If you are in crisis or in danger, call 112 (or your local "
        "emergency number)."
    ),
    "unread_video": (
        "I can't see videos yet: I'm a program and can only read. Please tell me in words what "
        "happens there. A line or two will do. If you are in crisis or in danger, call 112 (or "
        "your local emergency number)."
    ),
    "unread_file": (
        "I can't read files yet. Please paste the part that matters here, and I'll read it with "
        "care. If you are in crisis or in danger, call 112 (or your local emergency number)."
    ),
    "unread_place": (
        "I can't see maps or send anybody there: I'm a program. Please tell me in words what this "
        "place means to you. If you are in crisis or in danger, call 112 (or your local emergency "
        "number)."
    ),
    "unread_contact": (
        "I can't call or write to this person: I'm a program. Tell me instead who they are to you. "
        "If you are in crisis or in danger, call 112 (or your local emergency number)."
    ),
    "unread_poll": (
        "I can't vote or tick things off: I'm a program and answer words. Please write down what "
        "the question is. If you are in crisis or in danger, call 112 (or your local emergency "
        "number)."
    ),
    "unread_game": (
        "I can't play, I can only talk: I'm a program. What were you hoping for? Please put it "
        "into words. If you are in crisis or in danger, call 112 (or your local emergency number)."
    ),
    "unread_other": (
        "I only understand text so far. Please put it into words. If you are in crisis or in "
        "danger, call 112 (or your local emergency number)."
    ),
    "unread_beside": "I read only the words: I can't understand pictures, voice or files yet.",
    "chat_edited_part": (
        "I can't see a change to one part of a long message. If it matters, please send the whole "
        "message again."
    ),
    "error_context_too_long": (
        "That is longer than Natasha can read. Please write less. If you are in crisis or in "
        "danger, call 112 (or your local emergency number)."
    ),
    "error_empty_answer": (
        "Natasha said nothing. Ask again, in other words. If you are in crisis or in danger, call "
        "112 (or your local emergency number)."
    ),
    "error_answer_filtered": (
        "The provider's filter blocked the answer. Ask again, in other words. If you are in crisis "
        "or in danger, call 112 (or your local emergency number)."
    ),
    # Failed answers, for testers, who can only wait or write to an admin
    "failure_later": (
        "Natasha isn't responding right now. Try again in a minute. If you are in crisis or in "
        "danger, call 112 (or your local emergency number)."
    ),
    "failure_busy": (
        "Too many questions right now. Try again in a minute. If you are in crisis or in danger, "
        "call 112 (or your local emergency number)."
    ),
    "failure_refused": (
        "Natasha couldn't answer, and your question is probably not the reason. Please write to an "
        "administrator. If you are in crisis or in danger, call 112 (or your local emergency "
        "number)."
    ),
    "failure_question": (
        "Natasha couldn't answer that. Try saying it another way, or write to an administrator. If "
        "you are in crisis or in danger, call 112 (or your local emergency number)."
    ),
    "failure_no_room": (
        "Natasha thought for so long that there was no room left for her answer. Ask a shorter "
        "question, or write to an administrator. If you are in crisis or in danger, call 112 (or "
        "your local emergency number)."
    ),
    "failure_admin": (
        "Natasha can't answer until an administrator steps in. Please write to one. If you are in "
        "crisis or in danger, call 112 (or your local emergency number)."
    ),
    "failure_not_ready": (
        "Natasha isn't ready to answer yet. Try again in a few minutes. If you are in crisis or in "
        "danger, call 112 (or your local emergency number)."
    ),
    "error_model_gone": (
        "Natasha isn't available right now; the administrators know. Please check back later. If "
        "you are in crisis or in danger, call 112 (or your local emergency number)."
    ),
    "failure_model_gone_admin": (
        "The provider no longer has the model that answered. /models shows what to do."
    ),
    "failure_refused_admin": "The provider refused, and hardly because of your question.",
    "failure_question_admin": (
        "The provider's filter did not let the question pass. Try to put it differently."
    ),
    "failure_code": "Code for the administrator: <code>{incident}</code>",
    "failure_said": "The provider's answer: <code>{said}</code>",
    "failure_broken": "the answer broke off, code {incident}",
    "button_repeat": "🔁 Ask again",
    # For admins
    "error_no_room_to_answer": (
        "The model's reasoning used up the whole limit of an answer ({limit} tokens), so no words "
        "were left. A larger limit on the length of an answer helps (CHAT_MAX_TOKENS)."
    ),
    "gone_replaced": (
        "⚠️ <b>{gone} no longer answers</b>\n"
        "The provider doesn't know it. {successor} answers in chats now; no conversation was lost. "
        "I won't switch back automatically: that is up to you."
    ),
    "gone_alone": (
        "⛔ <b>{gone} no longer answers</b>\n"
        "The provider doesn't know it, and there is no other model to replace it: chats get no "
        "answers. Activate another model, or train a new one."
    ),
    "button_put_back": "↩ Back to {model}",
}
