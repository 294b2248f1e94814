"""Datasets in English: reports, versions, repair, splitting, prices."""

from typing import Final

DATASETS: Final[dict[str, str]] = {
    # The report
    "dataset_caption_command": (
        "I took the file, but commands in a caption are not run. If the file is fine, send "
        "{command} on its own."
    ),
    "dataset_good": "✅ The dataset is ready: {n} {examples}",
    "dataset_bad": "❌ Not ready for training: {n_errors} errors, {n} examples",
    "dataset_kind": "What this is: {text}.",
    "dataset_convertible": (
        "❌ Not ready for training, but it can be converted into {n} {examples}. First I show what "
        "would be learnt from it."
    ),
    "dataset_columns_unknown": (
        "❌ Not ready for training: say which column holds the questions and which the answers."
    ),
    "dataset_repair_command": (
        "To fix it here: python -m bot validate FILE --repair NEW.jsonl. It shows the first "
        "examples and checks the copy."
    ),
    "dataset_columns_command": (
        "Name the columns: python -m bot validate FILE --repair NEW.jsonl --question 1 --answer 2"
    ),
    "dataset_column_number": "column {n}, “{name}”: {text}",
    "dataset_not_convertible": "❌ Not ready for training.",
    "dataset_received": "Got the file {name}: it is version {number}.",
    "dataset_received_in_use": "Got the file {name}: it is the dataset in use (version {number}).",
    "dataset_not_kept": "Got the file {name}, but it is no dataset, so I did not keep it.",
    "dataset_tokens": (
        "Tokens: {total} · {smallest}–{largest} an example, usually {median}, nearly always up "
        "to {p95}"
    ),
    "dataset_prompt_one": "System prompt: one for all",
    "dataset_prompt_none": "There is no system prompt",
    "dataset_prompt_many": "System prompts: {n}; the most frequent one has {share} examples",
    "dataset_size": "Messages: {n_messages} · {size} KB",
    "dataset_turns": "Answers in an example: {turns}",
    "dataset_turn": "{n} (examples: {examples})",
    "dataset_answers": (
        "Characters in an answer: usually {median} ({smallest}–{largest}); "
        "{asking}\N{NO-BREAK SPACE}% ask something"
    ),
    "dataset_themes": "Themes: {themes}",
    "dataset_themes_guessed": "Themes, a rough guess by key words: {themes}",
    "dataset_theme": "{theme} {share}\N{NO-BREAK SPACE}%",
    "dataset_warnings": "Warnings: {n}",
    "dataset_notes": "Notes: {n}",
    "dataset_more": "and {n} more",
    "dataset_line": "line {line}: {text}",
    "dataset_file": "file: {text}",
    "dataset_version": "Version {number} · <code>{sha}</code>",
    "dataset_validation_part": "Put aside for validation: {n} {examples} (version {number})",
    "dataset_report_title": "Report on the dataset {name}, version {number} ({sha})",
    "dataset_report_errors": "Errors: {n}",
    "dataset_report_rest": "These are the first finds of each rule; left out: {n}.",
    "dataset_report_caption": "The full report: version {number}",
    "dataset_theme_growth": "spiritual growth",
    "dataset_theme_relationships": "relationships",
    "dataset_theme_business": "business",
    "dataset_theme_past_lives": "past lives",
    "dataset_theme_hard_moment": "hard moments",
    "dataset_theme_other": "other",
    "upload_done": (
        "The provider has the file: {n} {examples}.\nFile ID: <code>{file_id}</code>\n"
        "No training was started: that is what /train is for, and it sends a copy of its own."
    ),
    # Versions
    "versions_title": "<b>Datasets</b>",
    "versions_none": (
        "There are no datasets yet. Send a .jsonl file here, or put one on the server and name "
        "it in DATASET_PATH."
    ),
    "versions_line": (
        "{mark} <b>{number}</b> {name} · {n} {examples} · {verdict}\n"
        "{origin}, {day} · tokens: {tokens}"
    ),
    "versions_good": "no errors",
    "versions_bad": "errors: {n}",
    "versions_warned": "warnings: {n}",
    "versions_origin_settings": "file on the server",
    "versions_origin_sent": "sent by {who}",
    "versions_origin_repaired": "version {parent}, fixed by {who}",
    "versions_origin_training_part": "training part of version {parent}, by {who}",
    "versions_origin_validation_part": "validation part of version {parent}, by {who}",
    "versions_chosen": "Version {number} is in use now: {n} {examples}.",
    "versions_chosen_validation": "Put aside for validation: {n} {examples}.",
    "versions_delete_ask": (
        "Delete version {number} ({name}) from the server? Only your own copy of the file could "
        "bring it back."
    ),
    "versions_deleted": "Version {number} is deleted.",
    "versions_file": "Version {number}: {n} {examples}",
    "versions_paired": (
        "Version {number} ({n} {examples}) will validate what is trained on version {training}."
    ),
    "versions_no_leaks": "They have no example in common.",
    "versions_leaks": (
        "⚠️ The same or nearly the same examples: {n}. Validation will look better than things are."
    ),
    "finding_leak": "nearly the same as line {first} of the training part: keep it in one of them",
    "versions_unpaired": "Version {number} trains without a validation part now.",
    # Repair
    "repair_title": "<b>Fix version {number}</b> · nothing has been changed yet",
    "repair_line": "{what}: {n}",
    "repair_line_first": "{what}: {n}, the first on line {line}",
    "repair_was": "was: <code>{text}</code>",
    "repair_becomes": "becomes: <code>{text}</code>",
    "repair_learnt": "<b>This is what will be learnt</b> (the first examples)",
    "repair_sample": "{n}. {messages}",
    "repair_said": "<i>{role}:</i> {text}",
    "repair_role_system": "prompt",
    "repair_role_user": "question",
    "repair_role_assistant": "answer",
    "repair_role_other": "more",
    "repair_more_messages": "… and {n} more messages",
    "repair_left_out": "Rows that are left out, {n} in all:",
    "repair_question_column": (
        "<b>Which column holds the questions?</b> (version {number})\nThe columns begin like this:"
    ),
    "repair_answer_column": "<b>Questions are in “{question}”. Which column holds the answers?</b>",
    "repair_columns": (
        "<b>Which are questions, and which are answers?</b> (version {number})\n"
        "The columns begin like this:"
    ),
    "repair_column": "“{name}”: {text}",
    "repair_count": "Examples: {before} before, {after} after.",
    "repair_done": "Done, the fixed copy is version {number}. The old one stays as it was.",
    "mend_bom": "drop the BOM mark",
    "mend_utf16": "turn UTF-16 into UTF-8",
    "mend_crlf": "drop Windows line ends",
    "mend_trailing_blanks": "drop blanks around texts",
    "mend_blank_lines": "drop blank lines",
    "mend_duplicate_example": "drop exact duplicates",
    "mend_odd_blank": "remove invisible characters between fields",
    "mend_misspelt_key": "correct names of fields",
    "mend_misspelt_role": "correct roles",
    "mend_misspelt_weight": "correct weights",
    "mend_weight_not_assistant": "remove weights where nothing is learnt",
    "mend_null_field": "remove fields that are null",
    "mend_content_number": "write numbers as text",
    "mend_mojibake": "restore text read in a wrong encoding",
    "mend_escaped_twice": "remove extra backslashes (\\n)",
    "mend_reasoning": "cut a model's reasoning (&lt;think&gt;)",
    "mend_other_format": "turn into the chat format",
    "mend_code_page": "turn into UTF-8",
    "mend_csv_table": "turn the table into the chat format",
    "mend_json_array": "put each item of the list on its own line",
    "mend_json_list": "put each item of the list on its own line",
    "mend_json_objects": "put each example on one line",
    "mend_role_table": "join the conversations of the table",
    "mend_role_table_pairs": "join the questions and answers of the table",
    "mend_comma_ended": "drop commas at the ends of lines",
    "mend_cr": "replace line ends of old Macs",
    # Splitting
    "split_ask": (
        "<b>How many examples of version {number} shall be put aside for validation?</b>\n"
        "The model does not learn from them: they show whether it understood or crammed. Similar "
        "questions stay in one part. Validation tokens are free."
    ),
    "split_done": (
        "Done: {n_training} for training, {n_validation} for validation (versions {training} and "
        "{validation})."
    ),
    "split_together": "Similar examples kept together: {n}.",
    # Prices
    "prices_title": (
        "<b>What training costs</b> · estimates by OpenAI's prices of {day}\n"
        "{tokens} tokens an epoch"
    ),
    "prices_head": "epochs",
    "prices_none": "The catalogue has no model that can still be tuned at OpenAI.",
    "prices_elsewhere": "⚠️ These are OpenAI's prices. I do not know those of {host}.",
    "prices_guide": (
        "<b>Why it differs from the guide</b>\n"
        "The guide allows for more and does not know your file; here it is its tokens × epochs × "
        "the price of a million. Time: {source}."
    ),
    "prices_guide_line": (
        "<b>{preset}</b>: guide {guide_time}, {guide_price} · here {time}, {price}"
    ),
    "prices_guide_line_elsewhere": (
        "<b>{preset}</b>: guide {guide_time}, {guide_price} · here {time}, at OpenAI {price}"
    ),
    "prices_source_hint": "the guide's hint, until there are jobs of our own",
    "prices_source_past": "from past jobs of this bot ({n})",
    # Buttons
    "button_use_dataset": "Put to use",
    "button_repair": "Fix",
    "button_show_learnt": "Show what will be learnt",
    "button_choose_columns": "Choose columns",
    "button_column": "{name}",
    "button_columns": "Questions: {question} → answers: {answer}",
    "button_convert_yes": "That is right, make the dataset",
    "button_repair_yes": "Make a fixed copy",
    "button_full_report": "Full report",
    "button_split": "Put a part aside for validation",
    "button_split_share": "{share}\N{NO-BREAK SPACE}% — {n}",
    "button_back_to_report": "To the report",
    "button_versions": "All versions",
    "button_version": "{number} {name}",
    "button_prices": "Prices",
    "button_download": "Download",
    "button_delete": "Delete",
    "button_delete_yes": "Yes, delete",
    "button_pair": "Take for validation",
    "button_unpair": "No validation part",
    "button_newer": "← Newer",
    "button_older": "Older →",
}
