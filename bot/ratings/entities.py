"""What people think of answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.delivery.notifications import NotificationKind
from bot.domain.models import Ending, Turn


class RatingKind(NotificationKind):
    """What admins hear because of ratings."""

    WAY_BACK = "way_back"
    """People like the model that serves less than the one before it."""


class Complaint(StrEnum):
    """Why an answer is not good."""

    OFF_TOPIC = "off_topic"
    TOO_GENERAL = "too_general"
    NOT_HER_VOICE = "not_her_voice"
    UNTRUE = "untrue"
    OTHER = "other"


class Verdict(StrEnum):
    """What an admin decided on an answer that somebody found bad."""

    REWRITTEN = "rewritten"
    """There is a better one in the admin's words."""
    FINE = "fine"
    """It is good, whatever the person thinks."""
    SKIPPED = "skipped"
    """Nothing yet; it is asked about again on another day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A verdict, and who gave it."""

    turn_id: int
    """The request id of the turn."""
    verdict: Verdict
    decided_by: int
    decided_at: int
    """Unix time, seconds."""
    text: str | None = None
    """What Natasha would have said; only of what is rewritten."""
    message_id: int | None = None
    """The admin's message with these words."""


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
    """Unix time, seconds, of the last change, or of an admin's decision after it."""
    answered_at: int
    """Unix time, seconds."""
    verdict: Verdict | None = None
    """What an admin decided; None: nothing."""
    edited: str | None = None
    """What Natasha would have said, in an admin's words."""
    decided_by: int | None = None
    is_about_danger: bool = False
    """In this conversation the person was perhaps in danger, here or before."""
    is_hidden: bool = False
    """The same, and they did not call for the people of the team."""

    @property
    def correction(self) -> str | None:
        """What is learnt instead of the answer: an admin's words before the person's own."""
        if self.verdict is Verdict.FINE:
            return None
        return self.edited or self.rating.correction

    @property
    def is_fine(self) -> bool:
        """Whether the answer is learnt as it is, if there is no correction."""
        return self.verdict is Verdict.FINE or bool(self.rating.is_good)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedCorrection:
    """Somebody was asked for a correction."""

    turn_id: int
    """The request id of the turn."""
    message_id: int | None
    """The message with the buttons around it; None: not known."""
    request_id: int
    """The press that asked for it."""
    thread_id: int = 0
    """The topic where it was asked for; 0: outside of topics."""
    is_fresh: bool = True
    """Whether their next words count, too, and not only a reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldText:
    """A correction or a question to the model: the person is asked which."""

    request_id: int
    """The update with the text."""
    person_id: int
    turn_id: int
    """The request id of the turn that it may correct."""
    message_id: int
    text: str
