"""Versions of the dataset, and what validation finds in one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How serious a finding is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class TrainingMethod(StrEnum):
    """What a model learns from, in the provider's words."""

    SUPERVISED = "supervised"
    """Example answers."""
    DPO = "dpo"
    """Pairs of answers to the same question, one of which is preferred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that validation found."""

    level: Level
    rule: str
    """Name of the rule; `finding_<rule>` is the key of its sentence in `bot/texts`."""
    line: int | None = None
    """The line of the file, from 1; None: the whole file."""
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenStatistics:
    """Token counts of a dataset's examples."""

    encoding: str
    """The tokenizer, "o200k_base" or "cl100k_base"."""
    total: int
    smallest: int
    median: int
    largest: int
    p95: int = 0
    """95 % of the examples have no more than this; 0: it was not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The range and the median of some numbers."""

    smallest: int
    median: int
    largest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """What validation found in a dataset file."""

    n_examples: int
    """Lines with an example, valid or not."""
    n_messages: int
    tokens: TokenStatistics | None
    """None when no example could be read."""
    system_prompts: Mapping[str, int]
    """How many examples begin with each system prompt; "" means none. Most frequent first."""
    findings: Sequence[Finding]
    n_errors: int
    """All errors, also those that *findings* does not list."""
    sha256: str
    """Of the whole file on the disk; empty if the file is too big to be read."""
    size_bytes: int
    method: TrainingMethod = TrainingMethod.SUPERVISED
    """What most of its examples are for."""
    n_warnings: int = 0
    """All warnings, also those that *findings* does not list."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """The number of findings by rule name, listed or not."""
    error_lines: Sequence[int] = ()
    """Every line with an error, in order."""
    turns: Mapping[int, int] = field(default_factory=dict)
    """Examples by the number of their learnt answers, ordered by that number."""
    n_questioning: int = 0
    """Learnt answers that ask a question."""
    themes: Mapping[str, int] = field(default_factory=dict)
    """Examples by theme ("growth", "relationships", "business", "past_lives", "hard_moment", ""
    for none), most frequent first; empty when most examples have no known theme."""
    themes_noted: bool = False
    """Whether a file with notes names the themes; then the names are those of the notes."""
    answer_characters: Spread | None = None
    """Lengths of the learnt answers; None when there are none."""
    script: str = ""
    """The script of most examples, such as "cyrillic" or "latin"; "" when unknown."""
    n_compared: int = 0
    """Examples that were compared with each other: all, or the first of a large file."""
    kind: str = ""
    """The rule that says what the file is, if it is no lines of examples; "": it is."""
    n_convertible: int = 0
    """Examples that repairing makes of a file of that kind; 0: it can't be converted."""
    columns: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    """Of a table in which a person has to say, or may, what is a question and what an answer: name
    and first text of each column that may be, by its index from 0."""

    @property
    def is_valid(self) -> bool:
        """Whether a provider would accept the file."""
        return self.n_errors == 0

    @property
    def system_prompt(self) -> str:
        """The most frequent system prompt; empty when there is none."""
        return next((prompt for prompt in self.system_prompts if prompt), "")


class DatasetOrigin(StrEnum):
    """Where a version of the dataset came from."""

    SETTINGS = "settings"
    """The file that `DATASET_PATH` names."""
    SENT = "sent"
    """An admin sent it in the chat."""
    REPAIRED = "repaired"
    TRAINING_PART = "training_part"
    """The rest for training, after a part was split off."""
    VALIDATION_PART = "validation_part"
    EXPORTED = "exported"
    """Made from rated answers, after the examples of its parent if it has one."""
    EDITED = "edited"
    """An admin changed lines of its parent by hand."""
    IMPORTED = "imported"
    """Made from a chat with somebody, as a messenger exports it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A version of the training examples: a file that never changes."""

    id: int
    path: str
    sha256: str
    n_examples: int
    n_tokens: int
    """Tokens of one pass over the file."""
    system_prompt: str
    created_at: int
    """Unix time, seconds: when the bot first saw this version."""
    name: str = ""
    """The name for people, such as that of the file that was sent. Never used as a path."""
    origin: DatasetOrigin = DatasetOrigin.SETTINGS
    parent_id: int | None = None
    """The version that it was made from; None: the bot did not make it."""
    added_by: int | None = None
    """The id of the admin who sent or made it; None: it is the file of the settings."""
    n_errors: int = 0
    n_warnings: int = 0
    size_bytes: int = 0
    validation_id: int | None = None
    """The version with the examples that were split off for validation; None: there is none."""
    method: TrainingMethod = TrainingMethod.SUPERVISED
    """What its examples are for."""

    @property
    def is_valid(self) -> bool:
        """Whether a provider would accept it."""
        return self.n_errors == 0
