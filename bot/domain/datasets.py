"""Datasets: versions of them, and what validation says about one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How grave a finding is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class TrainingMethod(StrEnum):
    """What a model learns from, in the provider's words."""

    SUPERVISED = "supervised"
    """Answers to repeat."""
    DPO = "dpo"
    """Pairs of answers to the same question, one of which is preferred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that validation found."""

    level: Level
    rule: str
    """Name of the rule; `finding_<rule>` is the key of its sentence in `bot/texts`."""
    line: int | None = None
    """Line of the file, from 1; None: the file as a whole."""
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenStatistics:
    """Tokens of a dataset's examples, by the tokenizer of the model named."""

    encoding: str
    """The tokenizer, "o200k_base" or "cl100k_base"."""
    total: int
    smallest: int
    median: int
    largest: int
    p95: int = 0
    """95 of 100 examples have no more than this; 0 where it was not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far numbers of one kind lie apart."""

    smallest: int
    median: int
    largest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """What is known about a dataset file after reading it."""

    n_examples: int
    """Lines that hold an example, good or bad."""
    n_messages: int
    tokens: TokenStatistics | None
    """None when no example could be read."""
    system_prompts: Mapping[str, int]
    """How many examples begin with each system prompt; "" stands for none. Most frequent first."""
    findings: Sequence[Finding]
    n_errors: int
    """All errors, also those beyond the ones that *findings* lists."""
    sha256: str
    """Of the file as it lies on the disk; empty for one too big to be read."""
    size_bytes: int
    method: TrainingMethod = TrainingMethod.SUPERVISED
    """What most of its examples are for."""
    n_warnings: int = 0
    """All warnings, also those beyond the ones that *findings* lists."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """How often each rule found something, listed or not, by the rule's name."""
    turns: Mapping[int, int] = field(default_factory=dict)
    """Examples by the number of the assistant's answers in them, ordered by that number."""
    n_questioning: int = 0
    """Examples whose last answer asks a question."""
    themes: Mapping[str, int] = field(default_factory=dict)
    """Examples by theme ("growth", "relationships", "business", "past_lives", "hard_moment", ""
    for none), most frequent first; empty when the words of most examples tell no theme."""
    themes_noted: bool = False
    """Whether people noted the themes beside the file: then they have these people's names."""
    answer_characters: Spread | None = None
    """Lengths of the last answers; None when there are none."""
    script: str = ""
    """What most examples are written in, "cyrillic" or "latin" for instance; "" when unknown."""
    n_compared: int = 0
    """Examples among which similar ones were looked for: all, or the first of a large file."""

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
    """What is left for training after a part was put aside."""
    VALIDATION_PART = "validation_part"
    EXPORTED = "exported"
    """Made of what testers rated, behind its parent if it has one."""


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
    """Unix time, seconds: when this version was first seen here."""
    name: str = ""
    """What people call it: the name of the file that was sent, say. Never used as a path."""
    origin: DatasetOrigin = DatasetOrigin.SETTINGS
    parent_id: int | None = None
    """The version that it was made from; None: it was not made here."""
    added_by: int | None = None
    """Who sent or made it; None: it is the file of the settings."""
    n_errors: int = 0
    n_warnings: int = 0
    size_bytes: int = 0
    validation_id: int | None = None
    """The version with the examples put aside for validation; None: there is none."""
    method: TrainingMethod = TrainingMethod.SUPERVISED
    """What its examples are for."""

    @property
    def is_valid(self) -> bool:
        """Whether a provider would accept it."""
        return self.n_errors == 0
