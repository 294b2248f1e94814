"""The interface of a backend, which trains models and answers chats.

The server owns jobs, files, states, events and names; a backend owns weights. There are two:
`rehearsal` trains no weights, and says so; `lora` trains adapters for real.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from engine.catalogue import BaseModel
from engine.domain import FineTuningJob, Hyperparameters, Method

TRAINING_FILE = "training.jsonl"
VALIDATION_FILE = "validation.jsonl"
"""A job's own copies of its files, in its folder; deleting the uploads does not delete them."""
WEIGHTS_FILE = "adapter_model.safetensors"
CONFIG_FILE = "adapter_config.json"
"""The files of an adapter, as PEFT names them."""


def weights_folder(folder: Path, step: int) -> Path:
    """Where a backend with weights keeps the adapter of a job's model, which clients download.

    Args:
        folder: The job's folder.
        step: The model's step.
    """
    return folder / "models" / f"step-{step}"


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
    start: "ModelSource | None" = None
    """The tuned model that training continues from. None: it starts from the base model or, after
    validation, the tuned one was deleted meanwhile."""
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
"""Stores a step; returns when it is stored."""
Tell = Callable[[str], Awaitable[None]]
"""Stores a plain message as an event of the job."""


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
    """0: the most probable token always; None: 1, as OpenAI's API says."""
    top_p: float | None = None
    """Only the most probable tokens that have this share together are drawn from; None: 1."""
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


class Pieces(Protocol):
    """The pieces of an answer; the last one has a finish reason."""

    def __aiter__(self) -> AsyncIterator[Piece]: ...

    async def __anext__(self) -> Piece: ...

    async def aclose(self) -> None:
        """Stop the answer, also one whose pieces nobody has read; a second call does nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that has its place in the queue."""

    prompt_tokens: int
    """How many tokens the messages take."""
    pieces: Pieces
    n_before: Callable[[], int] = lambda: 0
    """How many other answers have to end before this one can begin, as far as that is known."""


class PromptTooLong(Exception):
    """The messages and the longest answer asked for do not fit into the model's context."""

    def __init__(self, prompt_tokens: int) -> None:
        super().__init__(prompt_tokens)
        self.prompt_tokens = prompt_tokens


class ChatRefused(Exception):
    """The model's chat template can't show these messages; the text says why."""


class Busy(Exception):
    """Too many chats wait already.

    Attributes:
        retry_after_s: When it is worth trying again, in seconds.
    """

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s


class ModelUnavailable(Exception):
    """A model is known but can't be loaded now; the text says why, without paths."""


def check_length(request: ChatRequest, prompt_tokens: int) -> None:
    """Raise `PromptTooLong` unless prompt and answer fit into the model's context."""
    if prompt_tokens + (request.max_tokens or 0) > request.model.base_model.context_tokens:
        raise PromptTooLong(prompt_tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A training that somebody thinks about."""

    base_model: BaseModel
    method: Method
    n_examples: int
    example_tokens: int
    """Of the training file, for one epoch, in o200k_base."""
    longest_example: int | None
    """Tokens of the longest example, in o200k_base; None: not known."""
    hyperparameters: Hyperparameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a training would probably take."""

    hyperparameters: Hyperparameters
    """With the values chosen for "auto"."""
    device: str
    """Such as cpu or cuda:0; empty where nothing is trained."""
    learning_rate: float | None = None
    """What the multiplier makes of the base rate; None where nothing is trained."""
    auto_learning_rate: float | None = None
    """The same for the multiplier "auto"."""
    seconds: float | None = None
    """Duration; None: not known."""
    memory_bytes: int | None = None
    """Peak of the device's memory; None where nothing is trained."""
    memory_available_bytes: int | None = None
    jobs_ahead: int = 0
    """Jobs that would run first."""

    @property
    def fits(self) -> bool:
        """Whether the memory suffices."""
        if self.memory_bytes is None or self.memory_available_bytes is None:
            return True
        return self.memory_bytes <= self.memory_available_bytes


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
    def notice(self) -> str | None:
        """The first event of each job: a warning about this kind of training."""

    @property
    def bases(self) -> Mapping[str, BaseModel]:
        """The base models on offer, by name."""

    @property
    def adapters_loaded(self) -> int | None:
        """Tuned models in memory; None: not known."""

    async def is_alive(self) -> bool:
        """Whether what trains and answers can be reached; an exception may say why not."""

    async def validate(self, order: TrainingOrder, tell: Tell) -> Examined:
        """Check the files and choose the values for "auto"; raises `JobRefused`."""

    async def wait_turn(self, order: TrainingOrder, tell: Tell) -> None:
        """Return when the job may start."""

    async def train(self, order: TrainingOrder, report: Report, tell: Tell) -> int:
        """Train from `order.job.step` to `order.job.total_steps`, and report the last step.

        Each report is stored when it returns. About 100 of them are enough for a job.

        Returns:
            The tokens that the whole job has trained on.

        Raises:
            JobRefused: the training failed for a reason that has a code.
        """

    async def halt(self, folder: Path) -> None:
        """End what an earlier server has left running for a job, whose coroutine does not run.

        The job is paused, cancelled or has failed: afterwards nothing writes into its *folder*.
        """

    async def estimate(self, wish: Wish) -> Estimate:
        """What such a training would take."""

    async def answer(self, request: ChatRequest) -> Answer:
        """Take a place in the queue; the caller closes the pieces.

        Raises:
            PromptTooLong: see `check_length`.
            ChatRefused: the messages do not suit the model.
            Busy: the queue is full.
            ModelUnavailable: the model can't be loaded.
        """

    async def merged(self, model: ModelSource) -> Mapping[str, BinaryIO]:
        """A base with a model's weights in it: open files, of which nothing is left once closed.

        Args:
            model: A tuned one, whose adapter is in its folder.

        Raises:
            Busy: others are served first.
            ModelUnavailable: it can't be made.
        """

    async def tidy(self, folder: Path, steps: Collection[int], *, is_over: bool) -> None:
        """Free the memory and the files in a job's *folder* that nothing needs any more.

        The job's own task calls it after each new model, and the server when the job is over or a
        model of such a job was deleted. If no model is left then, the server deletes the folder.

        Args:
            folder: The job's folder.
            steps: Those of the job's models that there still are.
            is_over: Whether the job has ended, so that nothing trains on.
        """

    def leave(self) -> None:
        """The server stops, and will cancel the jobs' coroutines.

        What can go on without it should: the next server calls `train` again.
        """

    async def close(self) -> None:
        """Free everything; the server stops. The jobs' coroutines have ended before."""
