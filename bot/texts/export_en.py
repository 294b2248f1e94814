"""/export in English: training files from testers' ratings."""

from typing import Final

EXPORT: Final[dict[str, str]] = {
    "export_title": "<b>Ratings into the dataset</b> · all time",
    "export_title_new": "<b>Ratings into the dataset</b> · new since {day}",
    "export_rated": "Rated answers: {n} · {when}",
    "export_models": "Models: {models}",
    "export_people": "Rated by: {people}",
    "export_share": "{name} — {n}",
    "export_more": "and {n} more",
    "export_examples": "<b>Examples: {n}</b>",
    "export_pairs": "<b>Pairs of answers: {n}</b>",
    "export_corrections": "corrected by testers: {n}",
    "export_few": "⚠️ providers need at least {least}: not enough yet",
    "export_without": "left out:",
    "export_left_danger": "conversations about help",
    "export_left_not_corrected": "👎 without a correction",
    "export_left_stopped": "answer stopped halfway",
    "export_left_cut": "answer reached the length limit (CHAT_MAX_TOKENS)",
    "export_left_filtered": "answer cut by the provider's filter",
    "export_left_maybe_cut": "old answer that ends mid-sentence",
    "export_left_empty": "empty",
    "export_left_same": "correction same as the answer",
    "export_left_refusal": "refusals (“I am only a model”)",
    "export_left_personal": "personal data",
    "export_left_secret": "keys and passwords",
    "export_left_unreadable": "special tokens",
    "export_left_known": "already in the dataset",
    "export_left_repeated": "duplicates",
    "export_left": "• {reason} — {n}",
    "export_words": (
        "The files will hold testers' words, without names or IDs. If somebody deletes their "
        "conversations with /privacy, earlier versions keep them: delete those in /datasets."
    ),
    "export_useless": (
        "There is nothing to learn from yet: 👍 or corrections are needed. Ask testers to write, "
        "after a 👎, what Natasha should have said."
    ),
    "export_nothing": (
        "There are no ratings yet. Ask testers to press 👍 and 👎 under Natasha's answers and, "
        "after a 👎, to write what she should have said: new examples will appear here."
    ),
    "export_nothing_new": "No new ratings since the last export ({day}).",
    "export_made": (
        "Version {number} was made. Examples from ratings: {n}, of which corrections: "
        "{corrections}."
    ),
    "export_made_pairs": "Version {number} was made. Pairs of answers from ratings: {n}.",
    "export_made_with": "They follow the examples of version {parent}.",
    "versions_origin_exported": "from ratings: {who}",
    "versions_origin_exported_with": "{parent} and ratings: {who}",
    "button_export_examples": "Examples to dataset ({n})",
    "button_export_pairs": "Pairs to dataset ({n})",
    "button_export_together": "With dataset {n}: {before}+{more}",
    "button_export_files": "As a file",
    "button_export_new": "Only new ones ({n})",
    "button_export_all": "All time",
    "button_export_back": "To the ratings",
    "error_nothing_to_export": (
        "There are no suitable ratings left: they were changed, deleted, or have gone into the "
        "dataset. /export shows the current ones."
    ),
}
"""What may be said about exports, by key."""
