"""What a file is, and how its examples are read from it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from bot.gateways.dataset_file import Line

Params: TypeAlias = Mapping[str, object]
"""What the sentence about a kind or a row needs to be said."""

KINDS: Final = (
    "archive",
    "spreadsheet_file",
    "document_file",
    "locked_file",
    "data_file",
    "media_file",
    "binary",
    "code_page_unclear",
    "web_page",
    "chat_export",
    "json_array",
    "json_list",
    "json_lists",
    "json_objects",
    "python_rows",
    "csv_table",
    "role_table",
    "role_table_pairs",
    "role_table_unclear",
    "table_unclear",
    "table_of_labels",
    "plain_text",
    "utf16",
    "code_page",
)
"""Rules that say what a file is, if it is no lines of examples. All are errors."""
LEFT_OUT: Final = ("row_without_question", "row_without_answer", "row_too_wide")
"""Rules about a row that makes no example. All are warnings: the others do."""
BROKEN: Final = ("json_broken", "code_page_broken", "row_unreadable", "row_speaker", "row_order")
"""Rules about a place that keeps a file from being converted. All are errors."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table a person chose, from 0."""

    question: int
    answer: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that makes no example."""

    rule: str
    """`finding_<rule>` is the key of its sentence in `bot/texts`."""
    number: int
    """The row as a spreadsheet counts, from 1."""
    params: Params = field(default_factory=dict)


Item: TypeAlias = Line | LeftOut


class Broken(Exception):
    """A place from which on nobody can be sure what is meant; `rule` has its sentence."""

    def __init__(self, rule: str, line: int | None = None, **params: object) -> None:
        super().__init__(rule)
        self.rule = rule
        self.line = line
        """In the file, or of a table the row as a spreadsheet counts; None: the whole file."""
        self.params = params


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file, by its beginning."""

    kind: str = ""
    """The rule that says what it is; "": lines of JSON in UTF-8, to be judged as they are."""
    params: Params = field(default_factory=dict)
    encoding: str = ""
    """Its name for people where it is translated to UTF-8; else ""."""
    items: Callable[[], Iterator[Item]] | None = None
    """Reads the examples as lines of JSON, and the rows that make none; raises `Broken`. None:
    nothing that we could be sure of."""
    unused: str = ""
    """Names of columns that are left behind; "" for none."""
    columns: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    """If a person has to say, or may, which columns are read: name and first text of each, by its
    index."""
