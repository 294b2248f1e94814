"""The nouns: files, fine-tuning jobs, their events, and the models that come out."""

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


WALKING = frozenset({Status.VALIDATING, Status.QUEUED, Status.RUNNING})
"""States that go on by themselves."""
TERMINAL = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED})
"""States that nothing leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """An uploaded or produced file; its bytes lie in the data folder under its id."""

    id: str
    filename: str
    purpose: str
    """`fine-tune` or `fine-tune-results`."""
    size: int
    """Bytes."""
    created_at: int
    """Unix time, seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyperparameters:
    """What a job was asked to use; None means "auto" until validation has chosen."""

    n_epochs: int | None = None
    batch_size: int | None = None
    """Examples per step."""
    learning_rate_multiplier: float | None = None
    """Factor on the provider's rate, dimensionless."""
    beta: float | None = None
    """Of DPO alone: how close to the model before it stays, above 0, at most 2."""


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
    """The last part of the fine-tuned model's name, drawn when the job is created."""
    status: Status
    paused_from: Status | None
    """Where a paused job goes on."""
    stage_since: float
    """Unix time when the present state began, pauses taken out; while paused, minus the seconds
    that it had lasted."""
    step: int
    """Last step reported."""
    total_steps: int
    """0 until the files are validated."""
    epoch_tokens: int
    """Tokens of the training file; 0 until validated."""
    trained_tokens: int | None
    fine_tuned_model: str | None
    finished_at: int | None
    estimated_finish: int | None
    failure: JobFailure | None
    result_file: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """A line for a job's log that is not stored yet."""

    message: str
    level: str = "info"
    """info, warn or error."""
    metrics: Mapping[str, Any] | None = None
    """None for a plain message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent:
    """A stored line of a job's log."""

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
    """The catalogue's name of the model at the root."""
    created_at: int
    ready_at: float
    """Unix time from which it may be used (deployment takes a while)."""
    step: int
    metrics: Mapping[str, Any]
