"""What is told of fine-tuning jobs, and when the provider answers nothing."""

from dataclasses import dataclass
from enum import StrEnum

from bot.delivery.notifications import NotificationKind


class JobKind(NotificationKind):
    """What admins are told of jobs and of the provider."""

    FINISHED = "job_finished"
    NEVER_NAMED = "job_never_named"
    """A success whose model got no name in time."""
    OUTAGE = "outage"
    OUTAGE_OVER = "outage_over"


class OutageKind(StrEnum):
    """Why no call to the provider succeeds."""

    UNREACHABLE = "unreachable"
    """No connection, no answer, or its own failure."""
    REFUSED = "refused"
    """It does not take the key, or the key may not do this (401, 403)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """No call has succeeded since. Times are Unix seconds by our own clock."""

    kind: OutageKind
    since: float
    failed_at: float
    """The latest failure."""
    message: str = ""
    """The provider's words, without secrets; empty: none."""
    is_told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobNames:
    """What a job that we follow is called."""

    id: str
    number: int
    suffix: str | None
    is_over: bool
