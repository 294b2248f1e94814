"""Findings of validation, in English: `finding_<rule>`.

A report shows each sentence after its line ("line 88: ...") or alone. So it begins with a small
letter and has no full stop. It names the fault first, then what to do.
"""

from typing import Final

FINDINGS: Final[dict[str, str]] = {
    # The file
    "finding_file_too_big": "the file is over {megabytes} MB and would be refused: split it",
    "finding_archive": (
        "an archive ({kind}), not the dataset itself: unpack it and send what is inside{names}"
    ),
    "finding_spreadsheet_file": (
        "a spreadsheet ({kind}): choose “Save as” → “CSV UTF-8” in it and send that file"
    ),
    "finding_document_file": (
        "a document ({kind}); examples can't be taken from it: copy the questions and answers into "
        "a table with two columns, save it as “CSV UTF-8” and send it"
    ),
    "finding_locked_file": (
        "an Office document with a password: open it, save it as “CSV UTF-8” and send that file"
    ),
    "finding_data_file": (
        "a data file ({kind}): export the examples from it as JSON Lines (.jsonl) in UTF-8, one "
        "per line"
    ),
    "finding_media_file": (
        "a picture, sound or video ({kind}), not text: send the examples as a .jsonl file or a CSV "
        "table"
    ),
    "finding_binary": "not text: send a .jsonl file with one example per line, or a CSV table",
    "finding_code_page_unclear": (
        "text in an encoding that can’t be recognised for sure (perhaps {candidates}): save it as "
        "UTF-8"
    ),
    "finding_web_page": (
        "a web page (HTML or XML), not examples: copy the questions and answers into a table with "
        "two columns and save it as “CSV UTF-8”"
    ),
    "finding_chat_export": (
        "a chat exported from {app}; I make examples only of Telegram’s JSON: on a computer choose "
        "“Export chat history”, format “Machine-readable JSON”, file result.json. From anything "
        "else copy questions and answers into a table with two columns, saved as “CSV UTF-8”"
    ),
    "finding_json_array": "a list in one JSON document; there must be one example per line",
    "finding_json_list": (
        "one JSON document with a list “{key}”; there must be one example per line"
    ),
    "finding_json_lists": (
        "one JSON document with several lists ({keys}): leave only the one with the examples"
    ),
    "finding_json_objects": "JSON objects, but not one per line",
    "finding_python_rows": (
        "examples in Python or JavaScript style, without double quotes around field names, not "
        "JSON: write each one with json.dumps(example, ensure_ascii=False) or "
        "JSON.stringify(example), one per line"
    ),
    "finding_csv_table": (
        "a table (separator “{delimiter}”, encoding {encoding}); questions in the column "
        "“{question}”, answers in the column “{answer}”"
    ),
    "finding_role_table": (
        "a table of messages (separator “{delimiter}”, encoding {encoding}); roles in the column "
        "“{role}”, messages in the column “{content}”; each conversation will become an example"
    ),
    "finding_role_table_pairs": (
        "a table of messages (separator “{delimiter}”, encoding {encoding}); roles in the column "
        "“{role}”, messages in the column “{content}”; each question with its answer will become "
        "an example"
    ),
    "finding_role_table_unclear": (
        "a table of messages (separator “{delimiter}”, encoding {encoding}); roles in the column "
        "“{role}”, messages in the column “{content}”, but it doesn’t show where a conversation "
        "ends: add a column conversation_id with its number, and name the roles system, user and "
        "assistant"
    ),
    "finding_table_unclear": (
        "a table (separator “{delimiter}”, encoding {encoding}); columns: {columns}; it is not "
        "clear which has the questions and which the answers"
    ),
    "finding_table_of_labels": (
        "a table (separator “{delimiter}”, encoding {encoding}); the column “{column}” has labels, "
        "not texts ({values}): two columns of texts are needed, “Question” and “Answer”"
    ),
    "finding_plain_text": (
        "plain text, not examples: send a table of questions and answers, or a .jsonl file with "
        "one example per line"
    ),
    "finding_utf16": "a .jsonl file in {encoding}; UTF-8 is needed",
    "finding_code_page": "a .jsonl file in {encoding}; UTF-8 is needed",
    "finding_json_broken": (
        "the JSON document can’t be read any further, at “{near}”: check quotes, commas and "
        "brackets"
    ),
    "finding_code_page_broken": "some of the text is in another encoding: save all of it as UTF-8",
    "finding_row_unreadable": (
        "this row of the table can’t be read: a quote is misplaced or not closed; put the cell's "
        "text in quotes and double the quotes inside it"
    ),
    "finding_row_speaker": "the role {value} is not allowed: use system, user and assistant",
    "finding_row_order": (
        "the roles do not alternate, so it doesn’t show where a conversation ends: add a column "
        "conversation_id with its number"
    ),
    "finding_row_without_question": "no question: write one, or the row will be left out",
    "finding_row_without_answer": "no answer: write one, or the row will be left out",
    "finding_row_too_wide": (
        "{cells} cells, but {columns} columns: put a text that contains the separator in quotes, "
        "or the row will be left out"
    ),
    "finding_other_format": (
        "examples in the format {format} ({n} of them), not the chat format: they can be converted"
    ),
    "finding_unused_fields": "left out of the examples: {fields}",
    "finding_comma_ended": "commas at line ends, as in a list (lines: {n}): “Fix” removes them",
    "finding_cr": (
        "old Mac line endings (lines: {n}), which most programs do not see: “Fix” replaces them"
    ),
    "finding_empty_file": "the file is empty: add examples, one per line",
    "finding_mixed_methods": (
        "two kinds of examples in one file: most are for {method}, {n} are not, the first of them "
        "here; put them in separate files"
    ),
    "finding_too_few_examples": "too few examples, {n}: at least {least} are needed",
    "finding_bom": "the file begins with an invisible BOM mark: it will be removed on upload",
    "finding_blank_lines": "blank lines, {n} in all: they do no harm, but can be deleted",
    "finding_identical_answers": (
        "every example has the same answer, and the model would learn only that one: write "
        "different answers"
    ),
    "finding_crlf": "Windows line endings (lines: {n}): they do no harm, “Fix” replaces them",
    "finding_trailing_blanks": (
        "extra spaces before or after the text (lines: {n}): the model may pick them up, “Fix” "
        "removes them"
    ),
    "finding_sampled": (
        "{n} examples is a lot: repetitions were searched for among the first {most} only, and the "
        "rest compared with these; to compare all, check the file in parts"
    ),
    "finding_system_prompt_absent": (
        "no example has a system prompt: add a first message with the role system, so that the "
        "model knows who it is"
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
    "finding_line_too_long": (
        "the line is over {megabytes} MB, which is unlikely to be one example: split it"
    ),
    "finding_nul_bytes": "a NUL byte (at {column}), the file may be damaged: delete it",
    "finding_not_utf8": "the text is not UTF-8 (byte {column}): save the whole file as UTF-8",
    "finding_invalid_json": (
        "not readable as JSON from character {column}, at “{near}”: check quotes, commas and "
        "brackets; one example takes one line"
    ),
    "finding_nested_too_deep": "too many nested brackets: leave only messages in the line",
    "finding_not_a_number": "{value} is not allowed in JSON: write a number or delete it",
    "finding_duplicate_keys": "a key appears twice: {keys}; keep one, or the second one counts",
    "finding_not_object": 'the line holds {value} instead of an object: write {{"messages": […]}}',
    "finding_format_unclear": (
        "the format {format}, but it is not clear what to do with “{field}” (examples: {n}): "
        'remove it, or write them as {{"messages": […]}}'
    ),
    "finding_no_examples": (
        'JSON, but not examples (they hold {what}): write each as {{"messages": […]}}'
    ),
    "finding_messages_missing": (
        'no messages (found: {keys}): write the example as {{"messages": […]}}'
    ),
    "finding_messages_not_list": (
        "messages is {value}: it must be a list with at least one message"
    ),
    "finding_unknown_field": "unknown fields next to messages: {keys}; delete them",
    "finding_bad_tools": "fields of the wrong type: {keys}; correct or delete them",
    "finding_odd_blank": (
        "outside quotes there is an invisible character or a space that JSON does not have (at "
        "{column}: {value}): “Fix” removes it"
    ),
    "finding_misspelt_key": "key {keys} instead of {right}: “Fix” corrects it",
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
        "message {message}: a broken character in the text; type that place again"
    ),
    "finding_special_token": (
        "message {message}: special token {tokens}, because of which the file would be refused; "
        "delete it or spell it differently"
    ),
    "finding_bad_name": "message {message}: name {value} is not text; correct or delete it",
    "finding_bad_weight": "message {message}: weight {value}; only 0 and 1 are allowed",
    "finding_weight_not_assistant": (
        "message {message}: a weight on role {role}; only assistant may have one, delete it"
    ),
    "finding_bad_tool_call": (
        "message {message}: an incomplete tool call; check tool_calls and tool_call_id"
    ),
    "finding_null_field": (
        "message {message}: {keys} is null, so the example would be refused: “Fix” removes it"
    ),
    "finding_misspelt_role": (
        "message {message}: role {value} instead of {right}: “Fix” corrects it"
    ),
    "finding_content_number": (
        "message {message}: number {value} instead of text: “Fix” writes it as a string"
    ),
    "finding_odd_name": (
        "message {message}: name {value} has a space or a character that providers refuse; use _ "
        "instead"
    ),
    "finding_misspelt_weight": (
        "message {message}: weight {value} instead of the number {right}: “Fix” corrects it"
    ),
    "finding_mojibake": (
        "message {message}: the text was read in the wrong encoding, “{value}”: “Fix” restores "
        "“{right}”"
    ),
    "finding_broken_mojibake": (
        "message {message}: the text was read in the wrong encoding and some letters are lost, "
        "“{value}”; save it again from the original"
    ),
    "finding_lost_characters": (
        "message {message}: replacement characters where letters are lost, “{near}”; type that "
        "place again"
    ),
    "finding_escaped_twice": (
        "message {message}: a line break or a quote is written with an extra backslash (\\n), and "
        "the model would learn that: “Fix” removes the backslash"
    ),
    "finding_no_value": (
        "message {message}: the whole text is “{value}”, a program's mark for an empty value; "
        "write a text or delete the example"
    ),
    "finding_reasoning": (
        "message {message}: the model's reasoning (&lt;think&gt;) is left before the answer and "
        "would be learnt: “Fix” cuts it"
    ),
    "finding_reasoning_inside": (
        "message {message}: the model's reasoning (&lt;think&gt;) is inside the answer or replaces "
        "it; cut it or rewrite the answer"
    ),
    # An example
    "finding_no_assistant": (
        "no assistant answer, or all have weight 0, so there is nothing to learn: add one"
    ),
    "finding_last_not_assistant": (
        "the last message is from {role}, not an assistant answer: add the answer or remove the "
        "message"
    ),
    "finding_no_user": "no user message: add the question that the example answers",
    "finding_same_role_twice": (
        "message {message}: role {role} twice in a row; join the two or put an answer between them"
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
        "the same question as on line {first}, but a different answer: choose the better one"
    ),
    "finding_repeated_answer": (
        "the same answer as on line {first}, but to a different question: answer each one in its "
        "own way"
    ),
    "finding_refusal": (
        "message {message}: the answer sounds like an AI assistant's refusal, and the model "
        "would learn to refuse: rewrite it"
    ),
    "finding_short_answer": (
        "message {message}: a short answer (characters: {length}, usually {usual}): add to it "
        "unless you mean it"
    ),
    "finding_long_answer": (
        "message {message}: an unusually long answer (characters: {length}, usually {usual}): "
        "shorten it unless you mean it"
    ),
    "finding_other_language": (
        "written in a different script from the rest of the file: translate it unless you mean it"
    ),
    "finding_call_unanswered": (
        "message {message}: the tool call {ids} is not answered; add a tool message with this "
        "tool_call_id right after it"
    ),
    "finding_answer_without_call": (
        "message {message}: a tool answer {ids} without a call before it; correct tool_call_id or "
        "add the call"
    ),
    "finding_call_id_twice": (
        "message {message}: the call id {ids} is already used in this example; give each call its "
        "own"
    ),
    "finding_legacy_call": "message {message}: function_call is outdated; use tools and tool_calls",
    # A pair of answers
    "finding_pair_incomplete": (
        "the pair lacks {keys}: it needs input, preferred_output and non_preferred_output"
    ),
    "finding_unknown_pair_field": (
        "unknown fields next to input, preferred_output and non_preferred_output: {keys}; delete "
        "them"
    ),
    "finding_output_not_one": (
        "{keys} must hold exactly one message: a list with one assistant answer"
    ),
    "finding_bad_input": "input is {value}: it must be an object with messages",
    "finding_input_last_not_user": (
        "the conversation in input ends with role {role}: the last message must be the user's, "
        "because both outputs answer it"
    ),
    "finding_same_outputs": (
        "both outputs are the same, so there is nothing to choose: rewrite one or delete the pair"
    ),
    "finding_contradicting_preferences": (
        "line {first} prefers the other one of these two answers to the same conversation: decide "
        "which is better"
    ),
    # Personal data
    "finding_personal_email": (
        "message {message}: an email address, {value}; replace it with an invented one, or the "
        "model may remember it"
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
        "message {message}: {value} looks like an INN (taxpayer number); delete it if it belongs "
        "to a person"
    ),
}
