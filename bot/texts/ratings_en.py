"""Ratings, corrections, and figures about the models from them, in English."""

from typing import Final

FEEDBACK: Final[dict[str, str]] = {
    # Under answers. The mark shows which one is pressed.
    "button_good": "👍",
    "button_good_marked": "👍 ✓",
    "button_bad": "👎",
    "button_bad_marked": "👎 ✓",
    "feedback_late": "Saved: {mark}. Only the last answers have buttons.",
    "feedback_late_none": "Rating removed. Only the last answers have buttons.",
    # Reasons
    "feedback_why": (
        "Thank you. What was wrong? (optional) It helps most to write what Natasha should have "
        "said: she learns from such answers."
    ),
    "feedback_not_bad": "This answer has no 👎 now, so I'm not asking for a reason.",
    "feedback_correction": (
        "What Natasha should have said:\n<blockquote expandable>{text}</blockquote>"
    ),
    "complaint_off_topic": "Off topic",
    "complaint_too_general": "Too general",
    "complaint_not_her_voice": "Not her voice",
    "complaint_untrue": "Not true",
    "complaint_other": "Something else",
    "button_write": "✍️ Write for Natasha",
    "button_write_again": "✍️ Rewrite",
    "button_write_drop": "Remove",
    "button_write_not": "Never mind",
    # Corrections
    "feedback_write": (
        "Natasha won't see your version; administrators will read it, and she may be trained on "
        "it. You have until {until}; a reply to the message below counts later, too."
    ),
    "feedback_prompt": ("<b>What should Natasha have said?</b> Send her answer in one message."),
    "feedback_placeholder": "Natasha's answer",
    "feedback_which": "This looks like a question. Save it as an answer for Natasha, or ask her?",
    "button_is_correction": "It's an answer for her",
    "button_is_question": "It's a question to her",
    "feedback_filed": "Saved as what Natasha should have said.",
    # Words with which a question or a call to Natasha begins
    "question_openings": (
        "natasha who what whom whose how which where when why can could would should is are do "
        "does did tell explain help"
    ),
    "feedback_noted": "Saved as Natasha's answer. Thank you!",
    "feedback_left_off": (
        "I'm no longer waiting for a correction: Natasha reads your messages again."
    ),
    "error_answer_gone": (
        "This answer is no longer here: the conversations were deleted, so it can't be rated."
    ),
    # Figures about the models
    "menu_quality": "what people think of answers",
    "quality_title": "<b>What people think of answers</b>",
    "quality_none": (
        "Nobody has rated an answer yet. Ask testers to press 👍 and 👎 under answers: this page "
        "will show which model is better. To invite people: /invite"
    ),
    "quality_share": "👍 {percent}% ({low}–{high}, ratings: {n})",
    "quality_share_early": "too early to say: {n} {ratings}, about {enough} needed",
    "quality_model": "\n<b>{model}</b> · {share}",
    "quality_model_unrated": "\n<b>{model}</b> · no ratings",
    "quality_trend": (
        "Last 7 days {lately}% (ratings: {n}), before that {before}% (ratings: {m}): {change}"
    ),
    "quality_change_up": "better",
    "quality_change_down": "worse",
    "quality_change_unclear": "the difference may be chance",
    "quality_corrections": "Corrections: {n}",
    "quality_better": "<b>{model}</b> is clearly better than {others}.",
    "way_back_offer": (
        "<b>People like {model} less than {before}</b>\n"
        "{model}: {share}\n{before}: {share_before}\n"
        "This is unlikely to be chance. One press brings the earlier model back."
    ),
    "quality_unclear": (
        "It is too early to say which model is better: the difference may be chance."
    ),
    "quality_interval": (
        "<i>In brackets: the range in which the true share of 👍 most likely lies.</i>"
    ),
    "quality_cut": (
        "✂️ Answers that reached the length limit in the last 7 days: {n}. A larger limit helps, "
        "now it is {limit} (CHAT_MAX_TOKENS)."
    ),
    "quality_part": "This is not the whole answer: {why}",
    "quality_more": "<i>Showing the newest {n} of {total} models.</i>",
    "quality_bad_title": "<b>{model}</b> · 👎 {n} of {of}",
    "quality_bad_at": "Rated: {when}",
    "quality_no_bad": "{model} has no more answers with 👎.",
    "quality_question": "<b>Question</b>\n<blockquote expandable>{text}</blockquote>",
    "quality_answer": "<b>Answer</b>\n<blockquote expandable>{text}</blockquote>",
    "quality_complaint": "<b>What was wrong:</b> {reason}",
    "quality_correction": (
        "<b>What Natasha should have said</b>\n<blockquote expandable>{text}</blockquote>"
    ),
    "button_bad_answers": "{model} · 👎 {n}",
    "button_to_dataset": "To the dataset",
}
