"""What trains and answers: the interface behind the routes.

The server owns jobs, files, states, events and names; a backend owns weights. `rehearsal` is the
first one; another one may train real adapters behind the same routes.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from engine.catalogue import BaseModel
from engine.domain import Hyperparameters, Method

TRAINING_FILE = "training.jsonl"
VALIDATION_FILE = "validation.jsonl"
"""A job's own copies of its files, in its folder: they outlive a deletion of the uploads."""


class JobRefused(Exception):
    """A job cannot be done, mostly for its files; it fails with these words.

    Attributes:
        code: invalid_training_file, invalid_validation_file, invalid_n_examples, ...
        message: Says which line, and what is wrong with it.
        param: training_file, validation_file, ... or None.
    """

    def __init__(self, code: str, message: str, *, param: str | None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOrder:
    """Everything that a backend needs to know of a job, in any of its states."""

    job_id: str
    base_model: BaseModel
    start_from: str
    """The model that the client named: a base model or a tuned one."""
    folder: Path
    """The job's own folder, for weights as well; it lives as long as the job's models do."""
    training_file: Path
    validation_file: Path | None
    method: Method
    hyperparameters: Hyperparameters
    """Complete after validation."""
    seed: int
    stage_since: float
    """Unix time when the present state began, pauses taken out: a restart changes nothing."""
    step: int
    """Last step reported, also before a pause or a restart; training goes on after it."""
    total_steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What validation found out."""

    hyperparameters: Hyperparameters
    """No None in it any more."""
    n_examples: int
    epoch_tokens: int
    """Of the training file, each example cut to the model's limit; of a pair both outputs count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """Metrics after a step. Losses are in nats a token, accuracies 0 to 1; None: not measured."""

    step: int
    train_loss: float
    train_accuracy: float
    valid_loss: float | None = None
    valid_accuracy: float | None = None
    full_valid_loss: float | None = None
    full_valid_accuracy: float | None = None
    is_checkpoint: bool = False
    """The backend has saved this step in its folder, so that it can be chatted with."""
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
    """A conversation that wants its next answer."""

    model: ModelSource
    messages: Sequence[Mapping[str, Any]]
    """As on the wire: role, content, perhaps name; already checked."""
    max_tokens: int | None = None
    """Upper limit of the answer; None: the model's own."""
    stop: Sequence[str] = ()
    temperature: float | None = None
    seed: int | None = None
    is_streamed: bool = False
    """Somebody watches the answer grow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of an answer as it grows."""

    text: str
    n_tokens: int
    """How many tokens it stands for."""
    finish_reason: str | None = None
    """stop or length on the last piece, None before."""


class Backend(Protocol):
    """Trains and answers.

    Pause, cancellation and shutdown all cancel the coroutine that runs (`validate`, `wait_turn`
    or `train`): stop the work, release what it holds, and let `CancelledError` through. After a
    pause or a restart the same method is called again with an order that tells how far it came.
    """

    @property
    def name(self) -> str:
        """The owner's part of model names, `ft:{base}:{name}:...`."""
        ...

    @property
    def notice(self) -> str:
        """The first event of each job: what a reader must know about this kind of training."""
        ...

    async def validate(self, order: TrainingOrder) -> Examined:
        """Check the files and choose what was left to "auto"; raises `JobRefused`."""
        ...

    async def wait_turn(self, order: TrainingOrder) -> None:
        """Return when the job may start."""
        ...

    async def train(self, order: TrainingOrder, report: Report) -> None:
        """Train from `order.step` to `order.total_steps`; the last step must be reported.

        Each report is stored when it returns. About 100 of them are enough for a job.
        """
        ...

    async def prompt_tokens(self, request: ChatRequest) -> int:
        """How many tokens the messages take."""
        ...

    def generate(self, request: ChatRequest) -> AsyncIterator[Piece]:
        """The answer, piece by piece; the last piece has a finish reason."""
        ...

    async def forget(self, folder: Path) -> None:
        """Drop what is held of the models in *folder*; it is deleted next."""
        ...
