"""Models that answer, what they said, and what was said to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


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
