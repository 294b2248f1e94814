"""docs/validation.md describes the checks that there are."""

import re

from bot.dataset.repair import REPAIRABLE
from bot.dataset.validation.tables import all_rules
from bot.domain.datasets import Level
from tests.drift.project import text

PAPER = "docs/validation.md"
BETWEEN_FILES = {"leak": Level.WARNING}
"""Found by comparing two files, so it stands in no table of rules for one."""
CELL = re.compile(r"(?<!\\)\|")


RULES, OTHERS = "Every rule", "What other checkers test"


def table(title=RULES):
    """Rows of the table in a chapter, each with the words of the header for its cells."""
    (chapter,) = re.findall(rf"(?ms)^## {title}$(.*?)(?=^## |\Z)", text(PAPER))
    lines = re.findall(r"(?m)^\|(.*)\|$", chapter)
    rows = [[cell.strip() for cell in CELL.split(line)] for line in lines]
    header, _, *rules = rows
    assert all(len(row) == len(header) for row in rules), "a row with too many or too few cells"
    return [dict(zip(header, row, strict=True)) for row in rules]


def test_every_rule_stands_in_the_table_once_with_its_level():
    found = [(row["rule"].strip("`"), row["level"]) for row in table()]

    assert len(found) == len(dict(found)), "a rule stands there twice"
    assert dict(found) == {**all_rules(), **BETWEEN_FILES}


def test_the_table_says_which_findings_are_mended():
    said = {row["rule"].strip("`") for row in table() if row["Fix"] != "—"}

    assert said - {*BETWEEN_FILES} == REPAIRABLE


def test_nothing_is_left_open():
    """What other checkers do is said with one of four words; an empty cell says nothing."""
    answers = re.compile(r"(?:yes|partly|no|\?)(?: \([^)]+\))?(?:, partly \([^)]+\))?")

    assert all(all(row.values()) for row in table())
    assert [row["rule"] for row in table(OTHERS)] == [row["rule"] for row in table()]
    for row in table(OTHERS):
        for checker in ("OpenAI's notebook", "Together", "Mistral", "others"):
            assert answers.fullmatch(row[checker]), (row["rule"], checker)
