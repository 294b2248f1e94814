"""Datasets in English: reports, versions, repair, splitting, prices."""

from typing import Final

DATASETS: Final[dict[str, str]] = {
    # The report
    "dataset_caption_command": (
        "I took the file, but commands in a caption are not run. If the file is fine, send "
        "{command} separately."
    ),
    "dataset_good": "✅ The dataset is ready: {n} {examples}",
    "dataset_bad": "❌ Not ready for training: errors: {n_errors}, examples: {n}",
    "dataset_kind": "This is {text}.",
    "dataset_convertible": "🔧 It becomes a dataset of {n} {examples}",
    "dataset_columns_unknown": (
        "❌ Not ready for training: say which column has the questions and which has the answers."
    ),
    "dataset_repair_command": (
        "To fix it here: python -m bot validate FILE --repair NEW.jsonl. It shows the first "
        "examples and checks the copy."
    ),
    "dataset_columns_command": (
        "Name the columns: python -m bot validate FILE --repair NEW.jsonl --question 1 --answer 2"
    ),
    "dataset_column_number": "column {n}, “{name}”: {text}",
    "validate_examples": "Examples: {n}",
    "validate_repaired": "Examples after a repair: {n}",
    "validate_passed": "✅ Validation passed, training examples: {n}",
    "validate_failed": "❌ Validation failed: errors: {n_errors}, training examples: {n}",
    "dataset_not_convertible": "❌ Not ready for training.",
    "dataset_received": "Got the file {name}: it is version {number}.",
    "dataset_received_in_use": "Got the file {name}: it is the dataset in use (version {number}).",
    "dataset_not_kept": "Got the file {name}, but it is not a dataset, so I didn't keep it.",
    "dataset_tokens": (
        "Tokens: {total} in all; usually {median} per example (from {smallest} to {largest}), up "
        "to {p95} in 95% of them"
    ),
    "dataset_prompt_one": "System prompt: the same in all examples",
    "dataset_prompt_none": "No system prompt",
    "dataset_prompt_many": "System prompts: {n}; examples with the most common one: {share}",
    "dataset_size": "Messages: {n_messages} · {size} KB",
    "dataset_turns": "Answers per example: {turns}",
    "dataset_turn": "{n} (examples: {examples})",
    "dataset_answers": (
        "Characters per answer: usually {median} ({smallest}–{largest}); {asking}% ask something"
    ),
    "dataset_themes": "Themes: {themes}",
    "dataset_themes_guessed": "Themes, roughly, by key words: {themes}",
    "dataset_theme": "{theme} {share}%",
    "dataset_numbers": "<blockquote expandable>{numbers}</blockquote>",
    "dataset_warnings": "Warnings: {n}",
    "dataset_notes": "Notes: {n}",
    "dataset_more": "and {n} more",
    "dataset_line": "line {line}: {text}",
    "dataset_file": "file: {text}",
    "dataset_version": "Version {number} · <code>{sha}</code>",
    "dataset_validation_part": "Set aside for validation: {n} {examples} (version {number})",
    "dataset_report_title": "Report on the dataset {name}, version {number} ({sha})",
    "dataset_report_errors": "Errors: {n}",
    "dataset_report_rest": "Only the first findings per rule are shown; left out: {n}.",
    "dataset_report_caption": "Full report: version {number}",
    "dataset_theme_growth": "spiritual growth",
    "dataset_theme_relationships": "relationships",
    "dataset_theme_business": "business",
    "dataset_theme_past_lives": "past lives",
    "dataset_theme_hard_moment": "hard moments",
    "dataset_theme_other": "other",
    "upload_ask": (
        "Send dataset {number} “{name}” to the provider ({host}): {n} {examples}?\n"
        "No training will start."
    ),
    "upload_kept": "All right, nothing is sent.",
    "button_upload": "Send to the provider",
    "button_upload_yes": "Yes, send it",
    "button_upload_no": "No",
    "button_from_ratings": "From ratings",
    "button_from_chat": "From a chat",
    "upload_done": (
        "The provider has the file: {n} {examples}.\n"
        "File ID: <code>{file_id}</code>\n"
        "No training was started: /train does that, and sends its own copy."
    ),
    # Versions
    "versions_title": "<b>Datasets</b>",
    "versions_none": (
        "There are no datasets yet. Send a .jsonl file here, or put one on the server and set "
        "DATASET_PATH."
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
    "versions_chosen": "Version {number} is now in use: {n} {examples}.",
    "versions_chosen_validation": "Set aside for validation: {n} {examples}.",
    "versions_delete_ask": (
        "Delete version {number} ({name}) from the server? You can only get it back if you have "
        "the file yourself."
    ),
    "versions_deleted": "Version {number} was deleted.",
    "versions_file": "Version {number}: {n} {examples}",
    "versions_paired": (
        "Version {number} ({n} {examples}) will validate models trained on version {training}."
    ),
    "versions_no_leaks": "They have no examples in common.",
    "versions_leaks": (
        "⚠️ The same or nearly the same examples: {n}. The results will look better than they "
        "really are."
    ),
    "finding_leak": (
        "nearly the same as line {first} of the training part: keep it in one part only"
    ),
    "versions_unpaired": (
        "Version {number} now trains without a validation part. To set one aside again: /datasets."
    ),
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
    "repair_more_messages": "… and more messages: {n}",
    "repair_left_out": "Rows left out, {n} in all:",
    "repair_question_column": (
        "<b>Which column has the questions?</b> (version {number})\nThe columns begin like this:"
    ),
    "repair_answer_column": "<b>Questions are in “{question}”. Which column has the answers?</b>",
    "repair_columns": (
        "<b>Which column has the questions, and which the answers?</b> (version {number})\n"
        "The columns begin like this:"
    ),
    "repair_column": "“{name}”: {text}",
    "repair_count": "Examples: {before} before, {after} after.",
    "repair_done": "Done: the fixed copy is version {number}. The old one was not changed.",
    "mend_bom": "remove the BOM mark",
    "mend_utf16": "convert UTF-16 to UTF-8",
    "mend_crlf": "replace Windows line endings",
    "mend_trailing_blanks": "trim spaces",
    "mend_blank_lines": "remove blank lines",
    "mend_duplicate_example": "remove exact duplicates",
    "mend_odd_blank": "remove invisible characters between fields",
    "mend_misspelt_key": "correct field names",
    "mend_misspelt_role": "correct roles",
    "mend_misspelt_weight": "correct weights",
    "mend_weight_not_assistant": "remove weights where nothing is learnt",
    "mend_null_field": "remove fields that are null",
    "mend_content_number": "write numbers as text",
    "mend_mojibake": "restore text read in the wrong encoding",
    "mend_escaped_twice": "remove extra backslashes (\\n)",
    "mend_reasoning": "cut the model's reasoning (&lt;think&gt;)",
    "mend_other_format": "convert to the chat format",
    "mend_code_page": "convert to UTF-8",
    "mend_csv_table": "convert the table to the chat format",
    "mend_json_array": "put each item of the list on its own line",
    "mend_json_list": "put each item of the list on its own line",
    "mend_json_objects": "put each example on one line",
    "mend_role_table": "put the table's conversations together",
    "mend_role_table_pairs": "put the table's questions and answers together",
    "mend_comma_ended": "remove commas at line ends",
    "mend_cr": "replace old Mac line endings",
    # Splitting
    "split_ask": (
        "<b>How many examples of version {number} do you want to set aside for validation?</b>\n"
        "The model does not learn from them: they show whether it understands or only memorises. "
        "Similar questions stay in one part. Validation tokens are free."
    ),
    "split_done": (
        "Done: {n_training} for training, {n_validation} for validation (versions {training} and "
        "{validation})."
    ),
    "split_together": "Similar examples kept together: {n}.",
    # Prices
    "prices_title": (
        "<b>What training costs</b> · estimates from OpenAI's prices of {day}\n"
        "tokens per epoch: {tokens}"
    ),
    "prices_head": "epochs",
    "prices_none": (
        "The price list has no model that can still be tuned at OpenAI. For other providers see "
        "docs/providers.md."
    ),
    "prices_elsewhere": (
        "⚠️ These are OpenAI's prices. I don't know those of your provider ({host})."
    ),
    "prices_guide": (
        "<b>Why it differs from the owner's guide</b>\n"
        "The guide allows for more and doesn't know your file; here it is its tokens × epochs × "
        "the price per million. Time: {source}."
    ),
    "prices_guide_line": (
        "<b>{preset}</b>: guide {guide_time}, {guide_price} · here {time}, {price}"
    ),
    "prices_guide_line_elsewhere": (
        "<b>{preset}</b>: guide {guide_time}, {guide_price} · here {time}, at OpenAI {price}"
    ),
    "prices_source_hint": "a first guess, until there are jobs of our own",
    "prices_source_past": "from past jobs of this bot ({n})",
    # Buttons
    "button_use_dataset": "Use this dataset",
    "button_use_and_train": "Use and train",
    "button_repair": "Fix",
    "button_convert": "Convert only",
    "button_choose_columns": "Choose columns",
    "button_other_columns": "Other columns",
    "button_column": "{name}",
    "button_columns": "Questions: {question} → answers: {answer}",
    "button_convert_yes": "Right, make the dataset",
    "button_repair_yes": "Make a fixed copy",
    "button_full_report": "Full report",
    "button_split": "Set a part aside",
    "button_split_share": "{share}% — {n}",
    "button_back_to_report": "To the report",
    "button_versions": "All versions",
    "button_version": "{number} {name}",
    "button_prices": "Prices",
    "button_download": "Download",
    "button_delete": "Delete",
    "button_delete_yes": "Yes, delete",
    "button_pair": "Use for validation",
    "button_unpair": "No validation part",
    "button_newer": "← Newer",
    "button_older": "Older →",
}
