"""What may go wrong while a job goes on, and what an admin can have done about it."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """A job's signs of life. Times are Unix seconds by our own clock."""

    job_id: str
    status: str
    """The provider's word."""
    since: float
    """Since when it has that status."""
    is_overdue: bool = False
    """Told: it waits for too long in that status."""
    step: float | None = None
    """The newest one; None: none yet."""
    step_at: float | None = None
    """When that step was seen first."""
    is_stalled: bool = False
    """Told: no step came for too long; the next one takes it back."""
    is_overfit: bool = False
    """Told: it learns its examples by heart."""


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


class RestartState(StrEnum):
    """How far a job is on its way to be cancelled and created again."""

    ASKED = "asked"
    CANCELLING = "cancelling"
    """The provider may have been asked to cancel it."""
    CANCELLED = "cancelled"
    """It has said so; the plan is to be started."""
    STARTED = "started"
    LATE = "late"
    """The job began to train or ended by itself: nothing is started."""
    REFUSED = "refused"
    """The plan can't be started again."""

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self in (RestartState.ASKED, RestartState.CANCELLING, RestartState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """A job that shall be cancelled, and its plan started anew; at most one for each job."""

    job_id: str
    state: RestartState
    asked_by: int
    request_id: int
    run_id: int | None
    """The new plan; None: none yet."""
