"""Files, fine-tuning jobs, their events, and the resulting models."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """A job's state, in the provider's words."""

    VALIDATING = "validating_files"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Method(StrEnum):
    """How a job trains, in the provider's words."""

    SUPERVISED = "supervised"
    DPO = "dpo"


ACTIVE = frozenset({Status.VALIDATING, Status.QUEUED, Status.RUNNING})
"""States that continue without a request."""
TERMINAL = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED})
"""Final states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """An uploaded or produced file; its bytes are in the data folder under its id."""

    id: str
    filename: str
    purpose: str
    """`fine-tune` or `fine-tune-results`."""
    size: int
    """Bytes."""
    created_at: int
    """Unix time, seconds."""
    expires_at: int | None = None
    """Unix time from which it no longer exists; None: it stays."""
    created_by: str | None = None
    """Fingerprint of the API key that uploaded it; None: a result file, or not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyperparameters:
    """The requested values; None means "auto" until validation has chosen a value."""

    n_epochs: int | None = None
    batch_size: int | None = None
    """Examples per step."""
    learning_rate_multiplier: float | None = None
    """Factor on the provider's rate, dimensionless."""
    beta: float | None = None
    """DPO only: how close the result stays to the model it starts from; above 0, at most 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailure:
    """Why a job failed, in the provider's words."""

    code: str
    message: str
    param: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTuningJob:
    """One training run, `ftjob-...`. All `..._at` are Unix times in seconds."""

    id: str
    created_at: int
    base_model: str
    training_file: str
    validation_file: str | None
    suffix: str | None
    seed: int
    metadata: Mapping[str, str] | None
    method: Method
    hyperparameters: Hyperparameters
    model_code: str
    """The last part of the fine-tuned model's name, chosen at random for each job."""
    status: Status = Status.VALIDATING
    paused_from: Status | None = None
    """The state in which a paused job continues."""
    stage_since: float
    """Unix time when the present state began, moved forward by pauses. While the job is paused:
    minus the seconds that the state had lasted."""
    step: int = 0
    """Last step reported."""
    total_steps: int = 0
    """0 until the files are validated."""
    epoch_tokens: int = 0
    """Tokens of the training file; 0 until validated."""
    expected_tokens: int = 0
    """Estimate of what it will train in all, made at its creation; 0: not made."""
    trained_tokens: int | None = None
    fine_tuned_model: str | None = None
    finished_at: int | None = None
    estimated_finish: int | None = None
    failure: JobFailure | None = None
    result_file: str | None = None
    created_by: str | None = None
    """Fingerprint of the API key that created it; None: not known."""

    def tokens_until(self, step: int) -> int:
        """Tokens that it has trained after a step, once it is validated; 0 before."""
        if not self.total_steps:
            return 0
        return self.epoch_tokens * (self.hyperparameters.n_epochs or 0) * step // self.total_steps

    @property
    def tokens_ahead(self) -> int:
        """Tokens that it still has to train, as far as that is known."""
        if not self.total_steps:
            return self.expected_tokens
        return self.tokens_until(self.total_steps) - self.tokens_until(self.step)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event of a job that is not stored yet."""

    message: str
    level: str = "info"
    """info, warn or error."""
    metrics: Mapping[str, Any] | None = None
    """None for a plain message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent:
    """A stored event of a job."""

    id: str
    created_at: int
    level: str
    message: str
    metrics: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TunedModel:
    """A usable result of a job: the final model, or a checkpoint of it."""

    name: str
    checkpoint_id: str
    job_id: str
    base_model: str
    """Its base model, by the catalogue's name."""
    created_at: int
    ready_at: float
    """Unix time from which it may be used (deployment takes a while)."""
    step: int
    metrics: Mapping[str, Any]
