"""The interface of a backend, which trains models and answers chats.

The server owns jobs, files, states, events and names; a backend owns weights. `rehearsal` is the
only one so far; another one may train real adapters for the same routes.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from engine.catalogue import BaseModel
from engine.domain import FineTuningJob, Hyperparameters

TRAINING_FILE = "training.jsonl"
VALIDATION_FILE = "validation.jsonl"
"""A job's own copies of its files, in its folder; deleting the uploads does not delete them."""


class JobRefused(Exception):
    """A job fails, mostly because of its files.

    Attributes:
        code: invalid_training_file, invalid_validation_file, invalid_n_examples, ...
        message: Which line is wrong, and why.
        param: training_file, validation_file, ... or None.
    """

    def __init__(self, code: str, message: str, *, param: str | None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOrder:
    """Everything that a backend needs to know about a job, in any of its states."""

    job: FineTuningJob
    """Its hyperparameters are complete after validation. After a pause or a restart, training
    continues after its `step`."""
    base_model: BaseModel
    """The model `job.base_model` or, if that is a tuned one, its base model."""
    folder: Path
    """The job's folder, with `TRAINING_FILE` and, if the job has one, `VALIDATION_FILE`. Weights
    belong here as well. It exists as long as the job's models do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """The result of validation."""

    hyperparameters: Hyperparameters
    """Complete: None only for a `beta` without DPO."""
    n_examples: int
    epoch_tokens: int
    """Of the training file, each example cut to the model's limit; both outputs of a pair count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """Metrics after a step: losses in nats per token, accuracies 0 to 1; None: not measured."""

    step: int
    train_loss: float
    train_accuracy: float
    valid_loss: float | None = None
    valid_accuracy: float | None = None
    full_valid_loss: float | None = None
    full_valid_accuracy: float | None = None
    is_checkpoint: bool = False
    """Whether the backend has saved this step in the folder, for chats."""
    seconds_left: float | None = None
    """Estimate until the job ends."""


Report = Callable[[StepReport], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSource:
    """A model to talk with."""

    name: str
    base_model: BaseModel
    folder: Path | None
    """The job's folder; None for a base model."""
    step: int
    """Which checkpoint; 0 for a base model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """A conversation whose next answer is requested."""

    model: ModelSource
    messages: Sequence[Mapping[str, Any]]
    """In OpenAI's shape: role, content, perhaps name; already checked."""
    max_tokens: int | None = None
    """Upper limit of the answer; None: the model's own."""
    stop: Sequence[str] = ()
    temperature: float | None = None
    seed: int | None = None
    is_streamed: bool = False
    """Whether the client receives the answer piece by piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of an answer."""

    text: str
    n_tokens: int
    """How many tokens it contains."""
    finish_reason: str | None = None
    """stop or length on the last piece, None before."""


class Backend(Protocol):
    """Trains and answers.

    Pause, cancellation and shutdown all cancel the running coroutine (`validate`, `wait_turn` or
    `train`). It must stop the work, release its resources and let `CancelledError` through. After
    a pause or a restart the server calls the same method again, with the job as it is then.
    """

    @property
    def name(self) -> str:
        """The owner's part of model names, `ft:{base}:{name}:...`."""

    @property
    def notice(self) -> str:
        """The first event of each job: a warning about this kind of training."""

    async def validate(self, order: TrainingOrder) -> Examined:
        """Check the files and choose the values for "auto"; raises `JobRefused`."""

    async def wait_turn(self, order: TrainingOrder) -> None:
        """Return when the job may start."""

    async def train(self, order: TrainingOrder, report: Report) -> None:
        """Train from `order.job.step` to `order.job.total_steps`, and report the last step.

        Each report is stored when it returns. About 100 of them are enough for a job.
        """

    async def prompt_tokens(self, request: ChatRequest) -> int:
        """How many tokens the messages take."""

    def generate(self, request: ChatRequest) -> AsyncIterator[Piece]:
        """The answer, piece by piece; the last piece has a finish reason."""

    async def forget(self, folder: Path) -> None:
        """Free the memory of the models in *folder*, which the server deletes next."""
