"""Trials, verdicts, and models that do not answer yet, in English."""

from typing import Final

TRIALS: Final[dict[str, str]] = {
    "button_compare": "Compare answers",
    "button_leave": "Leave it as it is",
    "button_check_now": "Check now",
    "button_question_before": "← Question {n}",
    "button_question_after": "Question {n} →",
    "error_trial_gone": "This trial is gone. For a new one: /test.",
    "trial_started": "Asking {model} the sample questions ({n}). The answers will come here.",
    # The verdict
    "trial_title": "<b>{model} · verdict: {verdict}</b>",
    "verdict_word_put": "put it to use",
    "verdict_word_check": "have a look first",
    "verdict_word_leave": "leave it alone",
    "trial_figures": "Trial: {answered} of {n} answered · with a question: {asking}",
    "trial_repeats": (
        "Repeats from the dataset: {repeating} · refusals: {refusing} · "
        "usual characters: {characters}"
    ),
    "trial_training": "Dataset: with a question {percent}% · usual characters: {characters}",
    "trial_base": "Base model: with a question {asking} of {n} · usual characters: {characters}",
    "trial_base_silent": "The base model does not answer here: nothing to compare with.",
    "trial_reason": "• {reason}",
    "verdict_fine": (
        "Nothing plainly wrong: it answers everything, without refusals or repeats. The tone is "
        "yours to judge: read the answers."
    ),
    "verdict_silent": "Without an answer: {n} of {of}.",
    "verdict_foreign": "In another script than the dataset: {n} of {of}.",
    "verdict_refusing": "Refuses as a plain assistant does: {n} of {of}.",
    "verdict_monotonous": "The same answer to different questions: {n} of {of}.",
    "verdict_repeating": (
        "Word by word from the dataset: {n} of {of}. It seems to know it by heart; fewer epochs "
        "help."
    ),
    "verdict_like_base": "Answers as the base model does: {n} of {of}. No training shows there.",
    "verdict_not_asking": "Few questions: {n} of {of}, in the dataset {percent}%.",
    "verdict_shorter": "Answers are far shorter: usually {n} characters, in the dataset {usual}.",
    "verdict_longer": "Answers are far longer: usually {n} characters, in the dataset {usual}.",
    "verdict_cut": "Reached the length limit: {n} of {of}. A larger CHAT_MAX_TOKENS helps.",
    "verdict_all_cut": (
        "All answers ({n}) reached the length limit, and none has an end. Set a larger "
        "CHAT_MAX_TOKENS and repeat /test. If that does not help, the model does not know when to "
        "stop."
    ),
    "verdict_no_room": (
        "The reasoning took the whole limit, and no words were left: {n} of {of}. A larger "
        "CHAT_MAX_TOKENS helps."
    ),
    "verdict_filtered": "Hidden by the provider's filter, as a whole or in part: {n} of {of}.",
    "verdict_without_lesson": "The dataset can't be read, so the answers could not be compared.",
    "verdict_rehearsed": (
        "This is a rehearsal: no weights were trained, and the answers come word by word from the "
        "dataset ({n} of {of}). It says nothing about a model's quality."
    ),
    "trial_standing_promoted": "It is the first one, so it answers in chats already.",
    "trial_standing_withheld": (
        "It is the first one, but I don't put it to use by myself: read the answers first."
    ),
    "trial_standing_serving": "It is the one that answers in chats now.",
    "trial_standing_offered": "Press “Put to use” to let it answer in chats.",
    "trial_standing_left": "Left as it is. It can be put to use later on, too: /models",
    # Side by side
    "trial_page": "<b>{model}</b> · question {n} of {of}\n<b>{prompt}</b>",
    "trial_of_base": "<b>Base model</b>\n{answer}",
    "trial_of_model": "<b>{model}</b>\n{answer}",
    "trial_no_answer": "— no answer —",
    "trial_no_base_answer": "— does not answer here —\n{reason}",
    "trial_cut": "— breaks off: the length limit, CHAT_MAX_TOKENS —",
    "trial_filtered": "— the provider's filter hid the rest —",
    "trial_hidden": "— the provider's filter hid the answer —",
    "trial_no_room": "— no words: the reasoning took the whole limit, CHAT_MAX_TOKENS —",
    # The model does not answer
    "trial_unserved": (
        "⚠️ <b>{model}</b> is trained but does not answer yet.\n{reason}\n\n"
        "Some providers want a model deployed in their dashboard first. If it answers elsewhere, "
        "set CHAT_BASE_URL; if it has another name there, send /use MODEL_NAME"
    ),
    "trial_unknown": (
        "⚠️ <b>{model}</b> does not answer.\n{reason}\n\n"
        "Check its name, and where it answers: CHAT_BASE_URL says that."
    ),
    "trial_next": "I ask it again by myself in about {pause}. Once it answers you get the verdict.",
    "trial_no_next": "I don't ask it again by myself. Press “Check now” when all is ready.",
    "trial_checking": "Checking {model}. The result will come here.",
    "trial_underway": "I am asking {model} right now. You will hear once it answers.",
}
