"""/export in English: training files from testers' ratings."""

from typing import Final

EXPORT: Final[dict[str, str]] = {
    "menu_export": "testers' ratings into the dataset",
    "export_title": "<b>Ratings into the dataset</b> · all time",
    "export_title_new": "<b>Ratings into the dataset</b> · new since {day}",
    "export_rated": "Rated answers: {n} · {when}",
    "export_models": "Models: {models}",
    "export_people": "Rated by: {people}",
    "export_share": "{name} — {n}",
    "export_more": "and {n} more",
    "export_examples": "<b>Examples (SFT): {n}</b>",
    "export_pairs": "<b>Pairs of answers (DPO): {n}</b>",
    "export_corrections": "of these, corrected by testers: {n}",
    "export_few": "⚠️ providers want at least {least}: too few yet",
    "export_without": "left out:",
    "export_left_not_corrected": "• 👎 without a correction — {n}",
    "export_left_stopped": "• answer stopped halfway — {n}",
    "export_left_cut": "• answer reached the length limit (CHAT_MAX_TOKENS) — {n}",
    "export_left_filtered": "• answer cut by the provider's filter — {n}",
    "export_left_maybe_cut": "• old answer without an end — {n}",
    "export_left_empty": "• empty — {n}",
    "export_left_same": "• correction equal to the answer — {n}",
    "export_left_refusal": "• refusals (“I am only a model”) — {n}",
    "export_left_personal": "• personal data — {n}",
    "export_left_secret": "• keys and passwords — {n}",
    "export_left_unreadable": "• special tokens — {n}",
    "export_left_known": "• in the dataset already — {n}",
    "export_left_repeated": "• duplicates — {n}",
    "export_words": (
        "The files will hold testers' words, without names or numbers. If someone deletes their "
        "conversations with /privacy, versions made before stay as they are: delete those in "
        "/datasets."
    ),
    "export_useless": (
        "There is nothing to learn from yet: it takes 👍 or corrections. Ask testers to write, "
        "after a 👎, what Natasha would have said."
    ),
    "export_nothing": (
        "There are no ratings yet. Ask testers to press 👍 and 👎 under Natasha's answers and, "
        "after a 👎, to write what she would have said: new examples will gather here."
    ),
    "export_nothing_new": "No new ratings since the last export ({day}).",
    "export_made": (
        "Version {number} is made. Examples from ratings: {n}, corrections among them: "
        "{corrections}."
    ),
    "export_made_pairs": "Version {number} is made. Pairs of answers from ratings: {n}.",
    "export_made_with": "They come after the examples of version {parent}.",
    "versions_origin_exported": "from ratings: {who}",
    "versions_origin_exported_with": "{parent} and ratings: {who}",
    "button_export_examples": "SFT: to the datasets ({n})",
    "button_export_pairs": "DPO: to the datasets ({n})",
    "button_export_together": "Together with dataset {n}: {before} + {more}",
    "button_export_files": "As files",
    "button_export_new": "Only new ones ({n})",
    "button_export_all": "All time",
    "button_export_back": "To the ratings",
    "error_nothing_to_export": (
        "No fitting ratings are left here: they were changed, deleted, or went into the dataset. "
        "/export shows what there is now."
    ),
}
"""What may be said about exports, by key."""
