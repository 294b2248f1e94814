"""What people think of answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.models import Ending, Turn


class Complaint(StrEnum):
    """Why an answer is not good."""

    OFF_TOPIC = "off_topic"
    TOO_GENERAL = "too_general"
    NOT_HER_VOICE = "not_her_voice"
    UNTRUE = "untrue"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What the person thinks who got the answer."""

    is_good: bool | None = None
    """None: they do not say."""
    complaint: Complaint | None = None
    """Only of what is not good."""
    correction: str | None = None
    """What Natasha would have said, in their words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedTurn:
    """An answer with its rating, and everything that the model was shown."""

    id: int
    """Of the rating."""
    request_id: int
    """Of the turn."""
    person_id: int
    model: str
    system_prompt: str
    """As it was then; empty: there was none."""
    window: Sequence[Turn]
    """What was said before, oldest first, as far as the model was shown it."""
    user_text: str
    assistant_text: str
    ending: Ending | None
    """How the answer ended; None: not known."""
    rating: Rating
    rated_at: int
    """Unix time, seconds, of the last change."""
    answered_at: int
    """Unix time, seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedCorrection:
    """Somebody's next message is a correction."""

    turn_id: int
    """The request id of the turn."""
    message_id: int | None
    """The message that asks for it; None: not known."""
