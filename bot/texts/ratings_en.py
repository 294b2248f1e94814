"""Ratings, corrections, and figures about the models from them, in English."""

from typing import Final

FEEDBACK: Final[dict[str, str]] = {
    # Under answers. The mark shows which one is pressed.
    "button_good": "👍",
    "button_good_marked": "👍 ✓",
    "button_bad": "👎",
    "button_bad_marked": "👎 ✓",
    # Reasons
    "feedback_why": (
        "Thank you, noted. What is wrong with it? No need to say. Or write what Natasha would "
        "have said: that is what she learns from."
    ),
    "feedback_not_bad": "This answer has no 👎 now, so I don't ask for a reason.",
    "feedback_correction": "What Natasha would say:\n<blockquote expandable>{text}</blockquote>",
    "complaint_off_topic": "Off topic",
    "complaint_too_general": "Too general",
    "complaint_not_her_voice": "Not her voice",
    "complaint_untrue": "Not true",
    "complaint_other": "Something else",
    "button_write": "✍️ Write it for Natasha",
    "button_write_again": "✍️ Rewrite",
    "button_write_drop": "Remove",
    "button_write_not": "Never mind",
    # Corrections
    "feedback_write": (
        "<b>What would Natasha say?</b>\n"
        "Write her answer in one message. I keep it, and Natasha does not see it. Admins can read "
        "it, and she may be trained on it. I wait until {until}."
    ),
    "feedback_noted": "Noted: that is what Natasha would say. Thank you!",
    "feedback_left_off": ("I no longer wait for a correction: Natasha reads your messages again."),
    "error_answer_gone": (
        "This answer is no longer here: the conversations were deleted. It can't be rated."
    ),
    # Figures about the models
    "menu_quality": "what people think of answers",
    "quality_title": "<b>What people think of answers</b>",
    "quality_none": (
        "Nobody has rated an answer yet. Each has 👍 and 👎 below it: from these you will see here "
        "which model is better."
    ),
    "quality_share": "👍 {percent}% ({low}–{high}, n={n})",
    "quality_model": "\n<b>{model}</b> · {share}",
    "quality_model_unrated": "\n<b>{model}</b> · no ratings",
    "quality_trend": "Last 7 days {lately}% (n={n}), before {before}% (n={m}): {change}",
    "quality_change_up": "it got better",
    "quality_change_down": "it got worse",
    "quality_change_unclear": "the difference may be chance",
    "quality_corrections": "Corrections: {n}",
    "quality_better": "<b>{model}</b> is clearly better than {others}.",
    "quality_unclear": "Which model is better can't be told yet: the difference may be chance.",
    "quality_interval": (
        "<i>In brackets: the confidence interval of the share of 👍 (95%), and the number of "
        "ratings.</i>"
    ),
    "quality_cut": (
        "✂️ Answers that reached the length limit in 7 days: {n}. A larger CHAT_MAX_TOKENS helps "
        "(now {limit})."
    ),
    "quality_part": "This is not the whole answer: {why}",
    "quality_more": "<i>These are the newest {n} of {total} models.</i>",
    "quality_bad_title": "<b>{model}</b> · 👎 {n} of {of}",
    "quality_bad_at": "Rated: {when}",
    "quality_no_bad": "{model} has no more answers with 👎.",
    "quality_question": "<b>Question</b>\n<blockquote expandable>{text}</blockquote>",
    "quality_answer": "<b>Answer</b>\n<blockquote expandable>{text}</blockquote>",
    "quality_complaint": "<b>What is wrong:</b> {reason}",
    "quality_correction": (
        "<b>What Natasha would say</b>\n<blockquote expandable>{text}</blockquote>"
    ),
    "button_bad_answers": "{model} · 👎 {n}",
    "button_to_dataset": "To the dataset",
}
