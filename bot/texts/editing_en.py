"""Bad answers and examples one by one, in English."""

from typing import Final

EDITING: Final[dict[str, str]] = {
    "button_edit_answers": "Go through bad answers: {n}",
    "edit_title": "<b>A bad answer</b> · left: {n}",
    "edit_none": "No bad answers are left: all done.",
    "edit_correction": ("<b>The tester would say</b>\n<blockquote expandable>{text}</blockquote>"),
    "edit_later": "The next one is below.",
    "button_edit_say": "✍️ Put it better",
    "button_edit_fine": "👍 It is fine",
    "button_edit_skip": "Skip",
    "edit_prompt": "<b>How to put it better?</b> Answer no. {turn}: send it in your own words.",
    "edit_draft": "The old one; tap it to copy:\n<code>{text}</code>",
    "edit_placeholder": "The answer in your words",
    "edit_waiting": "I'm waiting for your reply to the question below.",
    "edit_noted": "✅ Noted: Natasha will learn from this.\n",
    "edit_unlearnt": "Noted, but Natasha will not learn from this: {reason}.",
    "edit_changed": "Changed: Natasha will learn from the new words.",
    "edit_counter": "\nNew examples: {n} of the {goal} for a new Natasha",
    "edit_counter_full": "\nNew examples: {n}. Enough for a new Natasha.",
    "button_edit_learn": "🎓 Train for {price}",
    "button_edit_learn_unpriced": "🎓 Train on what is new",
    "settings_daily_on": "Bad answers to go through: every morning at 10:00",
    "settings_daily_off": "Bad answers to go through: only when you ask",
    "button_daily_on": "Send answers in the morning",
    "button_daily_off": "Send no answers in the morning",
    "error_answer_decided": "This answer has already been decided: {who}.",
    # Lines of a dataset
    "button_edit_findings": "Go through findings: {n}",
    "button_edit_tenth": "Read a random tenth",
    "button_edit_disliked": "Where 👎 was given",
    "button_edit_purge": "Remove bad lines: {n}",
    "button_edit_hide": "Hide contacts and links",
    "button_edit_history": "Who edited what",
    "button_edit_drop": "Remove",
    "button_edit_keep": "Keep",
    "edit_line_title": "<b>Line {line}</b> · with findings left: {n} · version {number}",
    "edit_reading_title": "<b>Line {line}</b> · left: {n} · version {number}",
    "edit_lines_none": "Done: nothing is left to look at. Your changes are in version {number}.",
    "edit_line_prompt": (
        "<b>How to put it better?</b> Line {line} of version {version}, pass {mode}: send the "
        "answer in your own words."
    ),
    "edit_history": "<b>Who edited what</b>, newest first",
    "edit_was_dropped": "lines removed: {n}, the first one {line} · {who}, {when}",
    "edit_was_reworded": "line {line} reworded · {who}, {when}",
    "edit_was_hidden": "personal data hidden, lines: {n} · {who}, {when}",
    "versions_origin_edited": "edits of no. {parent}: {who}",
    "error_line_gone": "This line is gone: somebody removed or reworded it.",
    "error_nothing_to_edit": "There is nothing to change here.",
}
"""What may be said about editing, by key."""
