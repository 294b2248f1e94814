"""Findings of validation, in English: `finding_<rule>`.

A report shows each sentence after its line ("line 88: ...") or alone. So it begins with a small
letter and has no full stop. It names the fault first, then what to do.
"""

from typing import Final

FINDINGS: Final[dict[str, str]] = {
    # The file
    "finding_file_too_big": "the file is over {megabytes} MB and would be refused: split it",
    "finding_archive": "this is a {kind} archive, not the dataset: unpack it and send the .jsonl",
    "finding_utf16": "the file is in UTF-16 or UTF-32: save it as UTF-8",
    "finding_binary": "this is not text: a .jsonl file is needed, one example a line",
    "finding_json_array": (
        "all examples stand in one JSON array, but each needs its own line: "
        "“Fix” turns the file into the chat format"
    ),
    "finding_csv_table": (
        "this is a table of two columns, not a .jsonl: “Fix” turns it into the chat format"
    ),
    "finding_empty_file": "the file is empty: add examples, one a line",
    "finding_mixed_methods": (
        "two kinds of examples in one file: most are for {method}, {n} are not, the first of them "
        "here; put them into separate files"
    ),
    "finding_too_few_examples": "too few examples, {n}: at least {least} are needed",
    "finding_bom": "the file begins with an invisible BOM mark: it will be left out on upload",
    "finding_blank_lines": "blank lines, {n} in all: they do no harm, but can be deleted",
    "finding_identical_answers": (
        "every example has the same answer, and the model would learn no other: "
        "write different answers"
    ),
    "finding_crlf": "line ends of Windows (lines: {n}): they do no harm, “Fix” removes them",
    "finding_trailing_blanks": (
        "needless blanks before or after the text (lines: {n}): the model may pick them up, "
        "“Fix” removes them"
    ),
    "finding_sampled": (
        "{n} examples are many: repetitions were looked for among the first {most} only, and the "
        "rest was compared with these; to compare all, check the file in parts"
    ),
    "finding_system_prompt_absent": (
        "no example has a system prompt: add a first message of role system, "
        "so that the model knows who it is"
    ),
    "finding_system_prompt_missing": (
        "no system prompt, though other examples have one (examples without: {n}): "
        "add it as the first message"
    ),
    "finding_system_prompt_differs": (
        "another system prompt, “{prompt}” (examples with it: {n}): "
        "unless you mean it, use one for all"
    ),
    # A line
    "finding_line_too_long": "the line is over {megabytes} MB, hardly one example: split it",
    "finding_nul_bytes": "a NUL byte (at {column}), the file may be damaged: delete it",
    "finding_not_utf8": "the text is not UTF-8 (byte {column}): save the file in that encoding",
    "finding_invalid_json": (
        "not readable as JSON from character {column} on, at “{near}”: "
        "check quotes, commas and brackets; one example takes one line"
    ),
    "finding_nested_too_deep": "too many nested brackets: leave only messages in the line",
    "finding_not_a_number": "{value} does not exist in JSON: write a number or delete it",
    "finding_duplicate_keys": "a key is there twice: {keys}; keep one, or the second wins",
    "finding_not_object": 'the line holds {value} instead of an object: write {{"messages": […]}}',
    "finding_prompt_completion": (
        "the old format, prompt and completion instead of messages: "
        "“Fix” turns it into the chat format"
    ),
    "finding_messages_missing": (
        'no messages (there is: {keys}): write the example as {{"messages": […]}}'
    ),
    "finding_messages_not_list": (
        "messages is {value}: it must be a list with at least one message"
    ),
    "finding_unknown_field": "unknown fields beside messages: {keys}; delete them",
    "finding_bad_tools": "fields of a wrong type: {keys}; correct or delete them",
    # A message
    "finding_message_not_object": (
        "message {message}: {value} instead of an object with role and content; correct it"
    ),
    "finding_bad_role": "message {message}: role {value} does not exist; use {allowed}",
    "finding_unknown_key": "message {message}: unknown fields {keys}; delete them",
    "finding_content_missing": "message {message}: no text; add content",
    "finding_content_not_text": (
        "message {message}: {key} is {value}, not text; write a string in quotes"
    ),
    "finding_content_empty": "message {message}: the text is empty; write it or delete the example",
    "finding_broken_character": (
        "message {message}: half a character or a NUL in the text; type that place anew"
    ),
    "finding_special_token": (
        "message {message}: special token {tokens}, for which the file would be refused; "
        "delete it or spell it differently"
    ),
    "finding_bad_name": "message {message}: name {value} is no text; correct or delete it",
    "finding_bad_weight": "message {message}: weight {value}; only 0 and 1 are possible",
    "finding_weight_not_assistant": (
        "message {message}: a weight on role {role}; only assistant may have one, delete it"
    ),
    "finding_bad_tool_call": (
        "message {message}: an incomplete call of a tool; check tool_calls and tool_call_id"
    ),
    # An example
    "finding_no_assistant": (
        "no answer of role assistant, or all of weight 0, so nothing to learn: add one"
    ),
    "finding_last_not_assistant": (
        "the last message is from {role}, not an answer of assistant: add the answer or drop it"
    ),
    "finding_no_user": "no message of role user: add the question that the example answers",
    "finding_same_role_twice": (
        "message {message}: role {role} twice in a row; join the two or put an answer between"
    ),
    "finding_system_not_first": (
        "message {message}: role {role} is not at the beginning; move it to the first message"
    ),
    "finding_duplicate_example": "the same example as on line {first}: keep one",
    "finding_example_too_long": (
        "the example has {tokens} tokens, the limit is {limit} and the end would be cut silently: "
        "shorten or split it"
    ),
    "finding_near_duplicate": (
        "almost the same as on line {first}: keep one, or make them clearly different"
    ),
    "finding_different_answers": (
        "the same question as on line {first}, but another answer: choose the better one"
    ),
    "finding_repeated_answer": (
        "the same answer as on line {first} to another question: give each its own"
    ),
    "finding_refusal": (
        "the answer sounds like an AI assistant's refusal, and the model would learn to refuse: "
        "rewrite it"
    ),
    "finding_short_answer": (
        "a short answer (characters: {length}, usually {usual}): add to it unless you mean it"
    ),
    "finding_long_answer": (
        "an unusually long answer (characters: {length}, usually {usual}): "
        "shorten it unless you mean it"
    ),
    "finding_other_language": (
        "in another script than the rest of the file: translate it unless you mean it"
    ),
    # A pair of answers
    "finding_pair_incomplete": (
        "the pair lacks {keys}: it needs input, preferred_output and non_preferred_output"
    ),
    "finding_unknown_pair_field": (
        "unknown fields beside input, preferred_output and non_preferred_output: {keys}; "
        "delete them"
    ),
    "finding_output_not_one": (
        "{keys} must hold exactly one message: a list with one answer of the assistant's"
    ),
    "finding_bad_input": "input is {value}: it must be an object with messages",
    "finding_input_last_not_user": (
        "the conversation in input ends with role {role}: the last message must be the user's, "
        "for both outputs answer it"
    ),
    "finding_same_outputs": (
        "both outputs are the same, there is nothing to choose: rewrite one or delete the pair"
    ),
    "finding_contradicting_preferences": (
        "line {first} prefers the other of these two answers to the same: decide which is better"
    ),
    # Personal data
    "finding_personal_email": (
        "message {message}: an email address, {value}; put an invented one, "
        "or the model may remember it"
    ),
    "finding_personal_phone": (
        "message {message}: {value} looks like a phone number; remove it if it is somebody's own"
    ),
    "finding_personal_card": "message {message}: {value} looks like a card number; delete it",
    "finding_personal_passport": (
        "message {message}: {value} looks like a passport number; delete it"
    ),
    "finding_personal_snils": (
        "message {message}: {value} looks like a SNILS (pension insurance number); delete it"
    ),
    "finding_secret_key": (
        "message {message}: {value} looks like a secret key; delete it here, and revoke it if it "
        "still works"
    ),
    "finding_personal_inn": (
        "message {message}: {value} looks like an INN (taxpayer's number); "
        "delete it if it is a person's"
    ),
}
