"""Models that answer, what they said, and what was said to them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """A model that may answer in chats."""

    id: int
    """Short, for buttons: a tuned model's name does not fit into 64 bytes."""
    name: str
    system_prompt: str
    job_id: str | None
    added_at: int
    retired_at: int | None = None
    """When an admin took it off the list; None: it is there."""

    @property
    def title(self) -> str:
        """The part of the name that people chose: the suffix of an `ft:` name, else all of it."""
        return model_title(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentModel:
    """Who answers in chats, and since when."""

    model: ServedModel
    since: int
    """Unix time, seconds; 0 for the model that the settings name."""
    chosen_by: int | None
    """None: by itself after the first training or in the place of another, or by the settings."""
    instead_of: str | None = None
    """The name of the model in whose place it serves because that one is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A model as it was at a step of its training, usable like any other."""

    name: str
    """Of the last one: mostly the name of the job's own result."""
    step: int
    train_loss: float | None = None
    valid_loss: float | None = None
    """Over the whole validation part where the provider tells that, else over a batch of it."""


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
    question_id: int | None = None
    """Telegram's id of the message with the question; None: not known."""
    is_stopped: bool = False
    """The person had heard enough: the answer is a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """The last question of a chat, if no answer came."""

    message_id: int
    """Telegram's id of the message with it."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTurn:
    """A turn as it was stored."""

    id: int
    request_id: int
    """The message, press or command that it answered."""
    created_at: int
    """Unix time, seconds."""
    turn: Turn


def best_checkpoint(checkpoints: Sequence[Checkpoint]) -> Checkpoint | None:
    """The one with the least loss over the validation part; None where that tells nothing."""
    told = [checkpoint for checkpoint in checkpoints if checkpoint.valid_loss is not None]
    return min(told, key=attrgetter("valid_loss")) if len(told) > 1 else None


def model_title(name: str) -> str:
    """The part of a model's name that people chose; for an earlier checkpoint, with its step.

    >>> model_title("ft:gpt-4.1-mini-2025-04-14:org::AbC")
    'ft:gpt-4.1-mini-2025-04-14:org::AbC'
    >>> model_title("ft:gpt-4.1-mini-2025-04-14:org:natasha-v1:AbC")
    'natasha-v1'
    >>> model_title("ft:gpt-4.1-mini-2025-04-14:org:natasha-v1:AbC:ckpt-step-88")
    'natasha-v1:step-88'
    """
    parts = name.split(":")
    if len(parts) < 5 or parts[0] != "ft" or not parts[3]:
        return name
    step = re.fullmatch(r"ckpt-(step-\d+)", parts[-1], re.ASCII)
    return f"{parts[3]}:{step[1]}" if step else parts[3]
