"""The nouns of the bot: frozen values that every layer may know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

JsonDict = dict[str, Any]


class Access(StrEnum):
    """What a person may do here."""

    ADMIN = "admin"
    TESTER = "tester"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who writes to the bot."""

    id: int
    """Telegram's user id, which is also the id of the private chat with them."""
    name: str
    access: Access
    language: str | None = None
    """The language that they chose here, "ru" or "en"; None: whatever Telegram says."""
    telegram_language: str | None = None
    """Telegram's `language_code`, an IETF tag such as "ru" or "pt-br"."""

    @property
    def is_admin(self) -> bool:
        """Whether they may tune."""
        return self.access is Access.ADMIN

    @property
    def is_admitted(self) -> bool:
        """Whether the door is open for them at all."""
        return self.access is not Access.STRANGER


class Level(StrEnum):
    """How grave a finding is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


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

    @property
    def is_valid(self) -> bool:
        """Whether a provider would accept it."""
        return self.n_errors == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyperparameters:
    """What an admin chooses about a training run."""

    base_model: str
    n_epochs: int
    """1 to 50."""
    learning_rate_multiplier: float
    """Factor on the provider's learning rate, above 0."""
    suffix: str
    """Our part of the tuned model's name, up to 64 characters."""


class RunState(StrEnum):
    """How far a training run is, up to the provider's word that it has a job."""

    PLANNED = "planned"
    DROPPED = "dropped"
    EXPIRED = "expired"
    CONFIRMED = "confirmed"
    UPLOADING = "uploading"
    CREATING = "creating"
    UNCERTAIN = "uncertain"
    """A job may or may not have been created: the answer never came."""
    SUBMITTED = "submitted"
    REFUSED = "refused"

    @property
    def is_underway(self) -> bool:
        """Whether the background task still has something to do for it."""
        return self in _UNDERWAY


_UNDERWAY = (RunState.CONFIRMED, RunState.UPLOADING, RunState.CREATING, RunState.UNCERTAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a provider said no, in its own words."""

    code: str
    """The provider's error code, such as `invalid_training_file`; empty when it named none."""
    message: str
    """The provider's sentence, without secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRun:
    """A plan, and what became of it."""

    id: int
    state: RunState
    asked_by: int
    parameters: Hyperparameters
    dataset: Dataset
    validation: Dataset | None = None
    """Examples put aside, on which the provider measures but does not train; None: none."""
    seed: int
    """Random, sent with the job: one of the marks by which we know our own."""
    price_usd: float | None
    """Estimate; None: the catalogue does not know the model's price."""
    created_at: int
    expires_at: int
    """Unix time, seconds: after this the plan can't be confirmed any more."""
    confirmed_by: int | None = None
    confirmed_at: int | None = None
    training_file: str | None = None
    """The provider's id of the copy uploaded for this run."""
    validation_file: str | None = None
    """The same for the validation part; None where there is none."""
    attempted_at: int | None = None
    """Unix time, seconds: when creation of the job was last tried."""
    job_id: str | None = None
    refusal: Refusal | None = None


class JobStatus(StrEnum):
    """A fine-tuning job's status; providers may have more, hence UNKNOWN."""

    VALIDATING_FILES = "validating_files"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, word: str) -> "JobStatus":
        """The member for the provider's *word*; UNKNOWN for a word that we do not know."""
        try:
            return cls(word)
        except ValueError:
            return cls.UNKNOWN

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more will happen to the job. Unknown is not terminal."""
        return self in (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTuningJob:
    """One training run at the provider, as it told us last."""

    id: str
    base_model: str
    status: JobStatus
    status_word: str
    """The provider's own word, which matters when *status* is UNKNOWN."""
    created_at: int
    """Unix time, seconds, by the provider's clock."""
    training_file: str
    fine_tuned_model: str | None = None
    """The result's name; None until the job succeeded."""
    finished_at: int | None = None
    estimated_finish: int | None = None
    trained_tokens: int | None = None
    """Billable tokens, epochs included; None until the job ends."""
    n_epochs: int | None = None
    """None while the provider has not decided ("auto")."""
    suffix: str | None = None
    seed: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None
    """Why it failed; None unless it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastJob:
    """How long a job of ours took."""

    trained_tokens: int
    """Billable tokens, epochs included."""
    seconds: int
    """From its creation to its end, by the provider's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent:
    """One line of a job's log."""

    id: str
    created_at: int
    level: str
    """info, warn or error."""
    type: str
    """message, metrics, or a word of the provider's own."""
    message: str
    data: Mapping[str, Any]
    """For metrics: step, total_steps, train_loss, valid_loss and others; any may be missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedJob:
    """A fine-tuning job that this bot follows."""

    job: FineTuningJob
    number: int
    """Ours, short enough for a button."""
    run_id: int | None
    """The training run that it came from; None for a job that an admin named to /monitor."""
    followed_by: int | None
    """Who named it to /monitor."""
    metrics: Sequence[Mapping[str, Any]] = ()
    """Data of its metrics events, by step."""
    last_message: str = ""
    """The newest event that is not metrics, in the provider's words."""
    warning: str = ""
    """The newest event that warns or complains, in the provider's words."""

    @property
    def name(self) -> str:
        """What people call it: the suffix, else the id."""
        return self.job.suffix or self.job.id


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """A model that may answer in chats."""

    id: int
    """Short, for buttons: a tuned model's name does not fit into 64 bytes."""
    name: str
    system_prompt: str
    job_id: str | None
    added_at: int

    @property
    def title(self) -> str:
        """The part of the name that people chose: the suffix of an `ft:` name, else all of it."""
        return model_title(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Who answers in chats, and since when."""

    model: ServedModel
    since: int
    """Unix time, seconds; 0 for the model that the settings name."""
    chosen_by: int | None
    """None: by itself after the first training, or by the settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """One message of a prompt."""

    role: str
    """system, user or assistant."""
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens that an answer cost."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question and its answer, always stored together."""

    user_text: str
    assistant_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialAnswer:
    """What a model said to one sample prompt."""

    prompt: str
    answer: str | None
    """None: it did not answer."""


class TrialState(StrEnum):
    """How far a trial is."""

    PENDING = "pending"
    ANSWERED = "answered"
    UNSERVED = "unserved"
    """The model stayed unknown to the server: trained, not yet served."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The sample prompts, put to one model."""

    id: int
    model: ServedModel
    state: TrialState
    asked_by: int | None
    """None: automatic, after a successful job; every admin hears of it."""
    answers: Sequence[TrialAnswer]
    created_at: int


def model_title(name: str) -> str:
    """The part of a model's name that people chose.

    >>> model_title("ft:gpt-4.1-mini-2025-04-14:org::AbC")
    'ft:gpt-4.1-mini-2025-04-14:org::AbC'
    >>> model_title("ft:gpt-4.1-mini-2025-04-14:org:natasha-v1:AbC")
    'natasha-v1'
    """
    parts = name.split(":")
    return parts[3] if len(parts) >= 5 and parts[0] == "ft" and parts[3] else name
