"""Training runs with their plans, and the provider's jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.domain.datasets import Dataset, TrainingMethod

LORA, REHEARSAL = "lora", "rehearsal"
"""The backends of this project's engine."""
_TOO_SLOW = 0.3
"""Share of the usual learning rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyperparameters:
    """The choices of an admin for a training run."""

    base_model: str
    n_epochs: int
    """1 to 50."""
    learning_rate_multiplier: float | None
    """Factor on the provider's learning rate, above 0; None: the provider chooses ("auto")."""
    suffix: str
    """Our part of the tuned model's name, up to 64 characters."""
    method: TrainingMethod | None = None
    """The method that the admin named; None: the dataset's. Not stored with a plan."""


class RunState(StrEnum):
    """How far a training run is, until the provider has confirmed its job."""

    PLANNED = "planned"
    DROPPED = "dropped"
    EXPIRED = "expired"
    CONFIRMED = "confirmed"
    UPLOADING = "uploading"
    CREATING = "creating"
    UNCERTAIN = "uncertain"
    """The answer did not come, so the job may or may not exist."""
    SUBMITTED = "submitted"
    REFUSED = "refused"

    @property
    def is_underway(self) -> bool:
        """Whether background work is left for it."""
        return self in UNDERWAY


UNDERWAY = (RunState.CONFIRMED, RunState.UPLOADING, RunState.CREATING, RunState.UNCERTAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a provider refused something, in its own words."""

    code: str
    """The provider's error code, such as `invalid_training_file`; empty if there is none."""
    message: str
    """The provider's sentence, without secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRun:
    """A plan for a training, and its state."""

    id: int
    state: RunState
    asked_by: int
    parameters: Hyperparameters
    dataset: Dataset
    validation: Dataset | None = None
    """Examples for measuring the model, not for training it; None: there are none."""
    method: TrainingMethod = TrainingMethod.SUPERVISED
    """The method of the dataset when the run was planned."""
    seed: int
    """Random and sent with the job, to recognise it as ours."""
    price_usd: float | None
    """Estimate; None: the catalogue does not know the model's price."""
    created_at: int
    expires_at: int
    """Unix time, seconds: afterwards the plan can't be confirmed."""
    confirmed_by: int | None = None
    confirmed_at: int | None = None
    training_file: str | None = None
    """The provider's id of the copy uploaded for this run."""
    validation_file: str | None = None
    """The same for the validation part; None where there is none."""
    attempted_at: int | None = None
    """Unix time, seconds: when the bot last tried to create the job."""
    job_id: str | None = None
    refusal: Refusal | None = None
    chosen_multiplier: float | None = None
    """The multiplier that its job names; None: the job names none so far."""

    @property
    def multiplier(self) -> float | None:
        """The multiplier of the plan, else the job's own; None: not known ("auto")."""
        return self.parameters.learning_rate_multiplier or self.chosen_multiplier


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
    def _missing_(cls, _: object) -> "JobStatus":
        return cls.UNKNOWN

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more will happen to the job. Unknown is not terminal."""
        return self in (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTuningJob:
    """A job at the provider, with the data that the provider sent last."""

    id: str
    base_model: str
    status: JobStatus
    status_word: str
    """The provider's own word, which matters when *status* is UNKNOWN."""
    created_at: int
    """Unix time, seconds, by the provider's clock."""
    training_file: str
    method: str = TrainingMethod.SUPERVISED
    """The provider's own word, which may not be in `TrainingMethod`."""
    fine_tuned_model: str | None = None
    """The result's name; None until the job succeeded."""
    finished_at: int | None = None
    estimated_finish: int | None = None
    trained_tokens: int | None = None
    """Billable tokens, epochs included; None until the job ends."""
    result_file: str | None = None
    """The provider's id of a file with each step's metrics; None: there is none, or not yet."""
    n_epochs: int | None = None
    """None while the provider has not decided ("auto")."""
    learning_rate_multiplier: float | None = None
    """The same."""
    suffix: str | None = None
    seed: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None
    """Why it failed; None unless it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineEstimate:
    """What this project's engine says of a training before it begins."""

    backend: str
    """lora: it trains; rehearsal: it only plays a training."""
    device: str
    """Such as "cpu" or "cuda:0"."""
    n_epochs: int | None
    batch_size: int | None
    learning_rate: float | None
    """The rate that it would train with; None: not known."""
    auto_learning_rate: float | None
    """The rate that it would choose itself."""
    seconds: float | None
    """Duration of the training, without the queue."""
    memory_bytes: int | None
    """The most that it would need at a time."""
    memory_available_bytes: int | None
    fits: bool
    """False: it would refuse the job for lack of memory."""
    jobs_ahead: int
    """Jobs that run or wait before it."""

    @property
    def is_real(self) -> bool:
        """Whether it really trains."""
        return self.backend == LORA

    @property
    def is_too_slow(self) -> bool:
        """Whether the rate is so far below the usual one that the model would hardly change."""
        if self.learning_rate is None or self.auto_learning_rate is None:
            return False
        return self.learning_rate < _TOO_SLOW * self.auto_learning_rate


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
    """Our own number of it, short enough for a button."""
    run_id: int | None
    """The training run that it came from; None for a job that an admin named to /monitor."""
    followed_by: int | None
    """Who named it to /monitor."""
    started_by: int | None = None
    """Who started its run, else `followed_by`; 0: the terminal."""
    starter: str = ""
    """The name of who started its run; empty: not known."""
    price_usd: float | None = None
    """The plan's estimate; None: unknown, or no plan of ours."""
    metrics: Sequence[Mapping[str, Any]] = ()
    """Data of its metrics events, by step."""
    metric_times: Sequence[int] = ()
    """Unix time, seconds, by the provider's clock: when each of *metrics* was reported."""
    last_message: str = ""
    """The newest event that is not metrics, in the provider's words."""
    warning: str = ""
    """The newest event of level warn or error, in the provider's words."""
    stalled_since: float | None = None
    """Unix time of the last step, if no other came for too long; None: it is not stalled."""

    @property
    def name(self) -> str:
        """The name for people: the suffix, else the id."""
        return self.job.suffix or self.job.id


def step_of(metrics: Mapping[str, Any]) -> float:
    """The step in the data of a metrics event; 0 if it has none."""
    step = metrics.get("step")
    return float(step) if isinstance(step, int | float) else 0.0
