"""Whether a report promises that a repair would help."""

from typing import Final

from bot.domain.datasets import ValidationReport

REPAIRABLE: Final = frozenset(
    {
        "utf16",
        "code_page",
        "bom",
        "json_array",
        "json_list",
        "json_objects",
        "csv_table",
        "role_table",
        "role_table_pairs",
        "other_format",
        "comma_ended",
        "cr",
        "crlf",
        "trailing_blanks",
        "blank_lines",
        "duplicate_example",
        "odd_blank",
        "misspelt_key",
        "misspelt_role",
        "misspelt_weight",
        "weight_not_assistant",
        "null_field",
        "content_number",
        "mojibake",
        "escaped_twice",
        "reasoning",
    }
)
"""Rules of the validation whose findings `repair` removes."""


def can_repair(report: ValidationReport) -> bool:
    """Whether `repair` would change the file of that report.

    What is to be converted was read to its end for the report, by the code that converts it.
    """
    if report.kind:
        return report.n_convertible > 0
    return report.n_examples > 0 and bool(REPAIRABLE & report.counts.keys())


def is_convertible(report: ValidationReport) -> bool:
    """Whether examples are made of something else, so that a person has to see them first."""
    is_other = bool(report.kind or report.counts.get("other_format"))
    return is_other and not report.is_valid and can_repair(report)
