"""Models that answer, and the messages and answers of chats."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
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
    """When an admin removed it from the list; None: it is listed."""

    @property
    def title(self) -> str:
        """The suffix of an `ft:` name, else the whole name."""
        return model_title(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentModel:
    """The model that answers in chats, and since when."""

    model: ServedModel
    since: int
    """Unix time, seconds; 0 for the model that the settings name."""
    chosen_by: int | None
    """The id of an admin; None: the settings or the bot chose it, automatically."""
    instead_of: str | None = None
    """The name of a model that no longer exists and that this one replaces."""
    despite: int | None = None
    """The id of the trial whose verdict an admin overruled; None: none advised against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A model as it was at a step of its training, usable like any other."""

    name: str
    """For the last checkpoint this is mostly the name of the job's result."""
    step: int
    train_loss: float | None = None
    valid_loss: float | None = None
    """Over the whole validation part if the provider reports that, else over a batch of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """One message of a prompt."""

    role: str
    """system, user or assistant."""
    content: str


class Ending(StrEnum):
    """How an answer ended. The values are stored."""

    WHOLE = "whole"
    """The model said all that it wanted to say."""
    CUT_BY_LENGTH = "cut_by_length"
    """The limit on its tokens was reached; the person can ask for the rest."""
    FILTERED = "filtered"
    """The provider's content filter removed the answer or its rest."""
    BROKEN_OFF = "broken_off"
    """The connection or the server failed before the end."""
    STOPPED = "stopped"
    """The person stopped it."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """All words of an answer so far turned out to be reasoning, so they are none of its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens that an answer cost."""

    prompt_tokens: int
    completion_tokens: int


AnswerPart = str | TakenBack | Usage | Ending
"""What comes of an answer, in this order: words, perhaps taken back; its cost; how it ended."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Where a conversation is: each topic of a private chat has its own."""

    chat_id: int
    thread_id: int = 0
    """Telegram's `message_thread_id`; 0: outside of topics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question and its answer, always stored together."""

    user_text: str
    assistant_text: str
    question_id: int | None = None
    """Telegram's id of the message with the question; None: not known."""
    ending: Ending | None = None
    """How the answer ended; None: not known, because it is older than this field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """The last question of a topic, if no answer came."""

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
    model: str
    """The name of the model that answered."""
    n_parts: int
    """How many answers of the model it consists of: above 1 if the person asked for the rest."""
    turn: Turn


def best_checkpoint(checkpoints: Sequence[Checkpoint]) -> Checkpoint | None:
    """The one with the smallest validation loss; None if fewer than two have one."""
    measured = [checkpoint for checkpoint in checkpoints if checkpoint.valid_loss is not None]
    return min(measured, key=attrgetter("valid_loss")) if len(measured) > 1 else None


def model_title(name: str) -> str:
    """The suffix of an `ft:` name, with the step of a checkpoint; other names unchanged.

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
