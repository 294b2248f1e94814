"""Every rule in its table. To add one: a function in a `..._rules.py`, a row here, two sentences.

What makes a line unreadable is told by `parsing.UNREADABLE`; all that are errors.
"""

from typing import Any, Final

from bot.dataset.recognition import source
from bot.dataset.validation import content_rules, example_rules, file_rules, message_rules
from bot.dataset.validation.content_rules import Content, RepetitionRule
from bot.dataset.validation.examples import TrainingExample
from bot.dataset.validation.file_rules import Head
from bot.dataset.validation.parsing import UNREADABLE, ParsedLine
from bot.dataset.validation.personal_data import KINDS, Personal
from bot.dataset.validation.profile import DatasetProfile
from bot.dataset.validation.rules import FileRule, Rule
from bot.domain import JsonDict
from bot.domain.datasets import Level

HEAD_RULES: Final[tuple[Rule[Head], ...]] = (
    Rule("file_too_big", Level.ERROR, file_rules.file_too_big, ends=True),
    *(Rule(kind, Level.ERROR, file_rules.is_of(kind), ends=True) for kind in source.KINDS),
)
LINE_RULES: Final[tuple[Rule[ParsedLine], ...]] = (
    Rule("duplicate_keys", Level.ERROR, example_rules.duplicate_keys),
    Rule("not_object", Level.ERROR, example_rules.not_object, ends=True),
    Rule("misspelt_key", Level.ERROR, example_rules.misspelt_key, ends=True),
)
ROW_RULES: Final[tuple[Rule[JsonDict], ...]] = (
    Rule("messages_missing", Level.ERROR, example_rules.messages_missing, ends=True),
    Rule("unknown_field", Level.ERROR, example_rules.unknown_field),
    Rule("bad_tools", Level.ERROR, example_rules.bad_tools),
    Rule("messages_not_list", Level.ERROR, example_rules.messages_not_list, ends=True),
)
# What a row of a pair is asked instead, and then its input.
PAIR_ROW_RULES: Final[tuple[Rule[JsonDict], ...]] = (
    Rule("pair_incomplete", Level.ERROR, example_rules.pair_incomplete, ends=True),
    Rule("unknown_pair_field", Level.ERROR, example_rules.unknown_pair_field),
    Rule("output_not_one", Level.ERROR, example_rules.output_not_one, ends=True),
    Rule("bad_input", Level.ERROR, example_rules.bad_input, ends=True),
)
INPUT_RULES: Final[tuple[Rule[JsonDict], ...]] = (
    Rule("unknown_field", Level.ERROR, example_rules.unknown_input_field),
    Rule("bad_tools", Level.ERROR, example_rules.bad_tools),
    Rule("messages_not_list", Level.ERROR, example_rules.messages_not_list, ends=True),
)
ITEM_RULES: Final[tuple[Rule[object], ...]] = (
    Rule("message_not_object", Level.ERROR, message_rules.message_not_object, ends=True),
)
_TEXT_RULES: Final[tuple[Rule[JsonDict], ...]] = (
    Rule("content_missing", Level.ERROR, message_rules.content_missing),
    Rule("content_number", Level.ERROR, message_rules.content_number),
    Rule("content_not_text", Level.ERROR, message_rules.content_not_text),
    Rule("content_empty", Level.ERROR, message_rules.content_empty),
    Rule("broken_character", Level.ERROR, message_rules.broken_character),
    Rule("special_token", Level.ERROR, message_rules.special_token),
)
MESSAGE_RULES: Final[tuple[Rule[JsonDict], ...]] = (
    Rule("null_field", Level.ERROR, message_rules.null_field, ends=True),
    Rule("misspelt_role", Level.ERROR, message_rules.misspelt_role),
    Rule("bad_role", Level.ERROR, message_rules.bad_role),
    *_TEXT_RULES,
    Rule("unknown_key", Level.ERROR, message_rules.unknown_key),
    Rule("bad_name", Level.ERROR, message_rules.bad_name),
    Rule("odd_name", Level.WARNING, message_rules.odd_name),
    Rule("bad_tool_call", Level.ERROR, message_rules.bad_tool_call),
    Rule("weight_not_assistant", Level.ERROR, message_rules.weight_not_assistant, ends=True),
    Rule("misspelt_weight", Level.ERROR, message_rules.misspelt_weight),
    Rule("bad_weight", Level.ERROR, message_rules.bad_weight),
)
# Asked of both answers of a pair.
OUTPUT_RULES: Final[tuple[Rule[JsonDict], ...]] = (
    Rule("null_field", Level.ERROR, message_rules.null_field, ends=True),
    Rule("misspelt_role", Level.ERROR, message_rules.misspelt_output_role),
    Rule("bad_role", Level.ERROR, message_rules.bad_output_role),
    *_TEXT_RULES,
    Rule("unknown_key", Level.ERROR, message_rules.unknown_output_key),
    Rule("bad_name", Level.ERROR, message_rules.bad_name),
    Rule("odd_name", Level.WARNING, message_rules.odd_name),
    Rule("bad_tool_call", Level.ERROR, message_rules.bad_tool_call),
)
PAIR_RULES: Final[tuple[Rule[JsonDict], ...]] = (
    Rule("input_last_not_user", Level.ERROR, example_rules.input_last_not_user, ends=True),
    Rule("same_outputs", Level.ERROR, example_rules.same_outputs, ends=True),
)
EXAMPLE_RULES: Final[tuple[Rule[TrainingExample], ...]] = (
    Rule("no_assistant", Level.ERROR, example_rules.no_assistant),
    Rule("last_not_assistant", Level.WARNING, example_rules.last_not_assistant),
    Rule("example_too_long", Level.WARNING, example_rules.example_too_long),
)
# Asked only of examples in which the order of the roles is not the usual one.
ORDER_RULES: Final[tuple[Rule[TrainingExample], ...]] = (
    Rule("no_user", Level.WARNING, example_rules.no_user),
    Rule("same_role_twice", Level.WARNING, example_rules.same_role_twice),
    Rule("system_not_first", Level.WARNING, example_rules.system_not_first),
)
# Asked only of examples in which a tool is in play.
TOOL_RULES: Final[tuple[Rule[TrainingExample], ...]] = (
    Rule("call_unanswered", Level.WARNING, example_rules.call_unanswered),
    Rule("answer_without_call", Level.WARNING, example_rules.answer_without_call),
    Rule("call_id_twice", Level.WARNING, example_rules.call_id_twice),
    Rule("legacy_call", Level.WARNING, example_rules.legacy_call),
)
# What no provider asks: is it worth training on?
CONTENT_RULES: Final[tuple[Rule[Content], ...]] = (
    *(Rule(rule.value, Level.WARNING, content_rules.repeats(rule)) for rule in RepetitionRule),
)
# Of a pair: the same question may stand in several, with other answers to choose between.
PAIR_CONTENT_RULES: Final[tuple[Rule[Content], ...]] = (
    Rule("contradicting_preferences", Level.WARNING, content_rules.contradicting_preferences),
    *(rule for rule in CONTENT_RULES if rule.name != "different_answers"),
)
# Asked of the words of each answer that is learnt.
ANSWER_RULES: Final[tuple[Rule[str], ...]] = (
    Rule("refusal", Level.WARNING, content_rules.refusal),
)
# Asked of the text of each message that may be damaged.
DAMAGE_RULES: Final[tuple[Rule[str], ...]] = (
    Rule("mojibake", Level.WARNING, content_rules.mojibake),
    Rule("broken_mojibake", Level.WARNING, content_rules.broken_mojibake),
    Rule("lost_characters", Level.WARNING, content_rules.lost_characters),
)
# Tools may well answer so.
PROSE_RULES: Final[tuple[Rule[str], ...]] = (
    *DAMAGE_RULES,
    Rule("escaped_twice", Level.WARNING, content_rules.escaped_twice),
    Rule("no_value", Level.WARNING, content_rules.no_value),
)
ASSISTANT_RULES: Final[tuple[Rule[str], ...]] = (
    *PROSE_RULES,
    Rule("reasoning", Level.WARNING, content_rules.reasoning),
    Rule("reasoning_inside", Level.WARNING, content_rules.reasoning_inside),
)
# Asked of what was found in each message that may hold any.
PERSONAL_RULES: Final[tuple[Rule[Personal], ...]] = tuple(
    Rule(f"personal_{kind}", Level.WARNING, content_rules.holds(kind)) for kind in KINDS
)
# Asked of the text of each message in which there may be any.
SECRET_RULES: Final[tuple[Rule[str], ...]] = (
    Rule("secret_key", Level.WARNING, content_rules.secret_key),
)
# Asked also of what a document or a file in another encoding holds.
FOREIGN_RULES: Final[tuple[FileRule[DatasetProfile], ...]] = (
    FileRule("other_format", Level.ERROR, file_rules.other_format),
    FileRule("format_unclear", Level.ERROR, file_rules.format_unclear),
    FileRule(
        "no_examples",
        Level.ERROR,
        file_rules.no_examples,
        replaces=("messages_missing", "not_object"),
    ),
    FileRule("unused_fields", Level.NOTE, file_rules.unused_fields),
)
FILE_RULES: Final[tuple[FileRule[DatasetProfile], ...]] = (
    FileRule("empty_file", Level.ERROR, file_rules.empty_file),
    *FOREIGN_RULES,
    FileRule("comma_ended", Level.ERROR, file_rules.comma_ended),
    FileRule("cr", Level.ERROR, file_rules.cr),
    FileRule("mixed_methods", Level.ERROR, file_rules.mixed_methods),
    FileRule("too_few_examples", Level.ERROR, file_rules.too_few_examples),
    FileRule("bom", Level.WARNING, file_rules.bom),
    FileRule("system_prompt_absent", Level.WARNING, file_rules.system_prompt_absent),
    FileRule("system_prompt_missing", Level.WARNING, file_rules.system_prompt_missing),
    FileRule("system_prompt_differs", Level.WARNING, file_rules.system_prompt_differs),
    FileRule("blank_lines", Level.NOTE, file_rules.blank_lines),
    FileRule("crlf", Level.NOTE, file_rules.crlf),
    FileRule("trailing_blanks", Level.NOTE, file_rules.trailing_blanks),
)
CONTENT_FILE_RULES: Final[tuple[FileRule[DatasetProfile], ...]] = (
    FileRule(
        "identical_answers",
        Level.ERROR,
        file_rules.identical_answers,
        replaces=("repeated_answer",),
    ),
    FileRule("short_answer", Level.WARNING, file_rules.short_answer),
    FileRule("long_answer", Level.WARNING, file_rules.long_answer),
    FileRule("other_language", Level.WARNING, file_rules.other_language),
    FileRule("sampled", Level.NOTE, file_rules.sampled),
)

_TABLES: Final[tuple[tuple[Rule[Any] | FileRule[Any], ...], ...]] = (
    HEAD_RULES, LINE_RULES, ROW_RULES, PAIR_ROW_RULES, INPUT_RULES, ITEM_RULES, MESSAGE_RULES,
    OUTPUT_RULES, PAIR_RULES, EXAMPLE_RULES, ORDER_RULES, TOOL_RULES, CONTENT_RULES,
    PAIR_CONTENT_RULES, ANSWER_RULES, ASSISTANT_RULES, PERSONAL_RULES, SECRET_RULES, FILE_RULES,
    CONTENT_FILE_RULES,
)  # fmt: skip


def all_rules() -> dict[str, Level]:
    """Every rule's name with its level."""
    unreadable = dict.fromkeys((*UNREADABLE, *source.BROKEN), Level.ERROR)
    unreadable |= dict.fromkeys(source.LEFT_OUT, Level.WARNING)
    return unreadable | {rule.name: rule.level for table in _TABLES for rule in table}
