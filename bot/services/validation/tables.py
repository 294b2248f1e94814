"""Every rule in its table. To add one: a function in a `..._rules.py`, a row here, two sentences.

What makes a line unreadable is told by `reading.UNREADABLE`; all that are errors.
"""

from typing import Any, Final

from bot.domain import JsonDict, Level
from bot.services.validation import (
    content_rules,
    file_rules,
    message_rules,
    order_rules,
    row_rules,
)
from bot.services.validation.personal import Personal
from bot.services.validation.reading import UNREADABLE, ParsedLine
from bot.services.validation.rule import Content, Example, FileRule, Head, Rule

HEAD_RULES: Final[tuple[Rule[Head], ...]] = (
    Rule("file_too_big", Level.ERROR, file_rules.file_too_big, ends=True),
    Rule("archive", Level.ERROR, file_rules.archive, ends=True),
    Rule("utf16", Level.ERROR, file_rules.utf16, ends=True),
    Rule("binary", Level.ERROR, file_rules.binary, ends=True),
    Rule("json_array", Level.ERROR, file_rules.json_array, ends=True),
    Rule("csv_table", Level.ERROR, file_rules.csv_table, ends=True),
)
LINE_RULES: Final[tuple[Rule[ParsedLine], ...]] = (
    Rule("duplicate_keys", Level.ERROR, row_rules.duplicate_keys),
    Rule("not_object", Level.ERROR, row_rules.not_object, ends=True),
)
ROW_RULES: Final[tuple[Rule[JsonDict], ...]] = (
    Rule("prompt_completion", Level.ERROR, row_rules.prompt_completion, ends=True),
    Rule("messages_missing", Level.ERROR, row_rules.messages_missing, ends=True),
    Rule("unknown_field", Level.ERROR, row_rules.unknown_field),
    Rule("bad_tools", Level.ERROR, row_rules.bad_tools),
    Rule("messages_not_list", Level.ERROR, row_rules.messages_not_list, ends=True),
)
ITEM_RULES: Final[tuple[Rule[object], ...]] = (
    Rule("message_not_object", Level.ERROR, message_rules.message_not_object, ends=True),
)
MESSAGE_RULES: Final[tuple[Rule[JsonDict], ...]] = (
    Rule("bad_role", Level.ERROR, message_rules.bad_role),
    Rule("content_missing", Level.ERROR, message_rules.content_missing),
    Rule("content_not_text", Level.ERROR, message_rules.content_not_text),
    Rule("content_empty", Level.ERROR, message_rules.content_empty),
    Rule("broken_character", Level.ERROR, message_rules.broken_character),
    Rule("special_token", Level.ERROR, message_rules.special_token),
)
# Asked only of messages that have more than a role and text, which few have.
EXTRA_RULES: Final[tuple[Rule[JsonDict], ...]] = (
    Rule("unknown_key", Level.ERROR, message_rules.unknown_key),
    Rule("bad_name", Level.ERROR, message_rules.bad_name),
    Rule("bad_tool_call", Level.ERROR, message_rules.bad_tool_call),
    Rule("weight_not_assistant", Level.ERROR, message_rules.weight_not_assistant, ends=True),
    Rule("bad_weight", Level.ERROR, message_rules.bad_weight),
)
EXAMPLE_RULES: Final[tuple[Rule[Example], ...]] = (
    Rule("no_assistant", Level.ERROR, row_rules.no_assistant),
    Rule("last_not_assistant", Level.WARNING, row_rules.last_not_assistant),
    Rule("example_too_long", Level.WARNING, row_rules.example_too_long),
)
# Asked only of examples in which the order of the roles is not the usual one.
ORDER_RULES: Final[tuple[Rule[Example], ...]] = (
    Rule("no_user", Level.WARNING, order_rules.no_user),
    Rule("same_role_twice", Level.WARNING, order_rules.same_role_twice),
    Rule("system_not_first", Level.WARNING, order_rules.system_not_first),
)
# What no provider asks: is it worth training on?
CONTENT_RULES: Final[tuple[Rule[Content], ...]] = (
    Rule("duplicate_example", Level.WARNING, content_rules.duplicate_example),
    Rule("near_duplicate", Level.WARNING, content_rules.near_duplicate),
    Rule("different_answers", Level.WARNING, content_rules.different_answers),
    Rule("repeated_answer", Level.WARNING, content_rules.repeated_answer),
    Rule("refusal", Level.WARNING, content_rules.refusal),
)
# Asked of what was found in each message that may hold any.
PERSONAL_RULES: Final[tuple[Rule[Personal], ...]] = (
    Rule("personal_email", Level.WARNING, content_rules.personal_email),
    Rule("personal_phone", Level.WARNING, content_rules.personal_phone),
    Rule("personal_card", Level.WARNING, content_rules.personal_card),
    Rule("personal_passport", Level.WARNING, content_rules.personal_passport),
    Rule("personal_snils", Level.WARNING, content_rules.personal_snils),
    Rule("personal_inn", Level.WARNING, content_rules.personal_inn),
)
# Asked of the text of each message in which there may be any.
SECRET_RULES: Final[tuple[Rule[str], ...]] = (
    Rule("secret_key", Level.WARNING, content_rules.secret_key),
)
FILE_RULES: Final[tuple[FileRule, ...]] = (
    FileRule("empty_file", Level.ERROR, file_rules.empty_file),
    FileRule("too_few_examples", Level.ERROR, file_rules.too_few_examples),
    FileRule("bom", Level.WARNING, file_rules.bom),
    FileRule("system_prompt_absent", Level.WARNING, file_rules.system_prompt_absent),
    FileRule("system_prompt_missing", Level.WARNING, file_rules.system_prompt_missing),
    FileRule("system_prompt_differs", Level.WARNING, file_rules.system_prompt_differs),
    FileRule("blank_lines", Level.NOTE, file_rules.blank_lines),
    FileRule("crlf", Level.NOTE, file_rules.crlf),
    FileRule("trailing_blanks", Level.NOTE, file_rules.trailing_blanks),
)
CONTENT_FILE_RULES: Final[tuple[FileRule, ...]] = (
    FileRule(
        "identical_answers",
        Level.ERROR,
        file_rules.identical_answers,
        replaces="repeated_answer",
    ),
    FileRule("short_answer", Level.WARNING, file_rules.short_answer),
    FileRule("long_answer", Level.WARNING, file_rules.long_answer),
    FileRule("other_language", Level.WARNING, file_rules.other_language),
    FileRule("sampled", Level.NOTE, file_rules.sampled),
)

_TABLES: Final[tuple[tuple[Rule[Any] | FileRule, ...], ...]] = (
    HEAD_RULES,
    LINE_RULES,
    ROW_RULES,
    ITEM_RULES,
    MESSAGE_RULES,
    EXTRA_RULES,
    EXAMPLE_RULES,
    ORDER_RULES,
    CONTENT_RULES,
    PERSONAL_RULES,
    SECRET_RULES,
    FILE_RULES,
    CONTENT_FILE_RULES,
)


def all_rules() -> dict[str, Level]:
    """Every rule's name with its level."""
    unreadable = dict.fromkeys(UNREADABLE, Level.ERROR)
    return unreadable | {rule.name: rule.level for table in _TABLES for rule in table}
