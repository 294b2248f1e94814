"""What may go wrong while a job goes on, and what an admin can have done about it."""

from dataclasses import dataclass
from enum import StrEnum

from bot.delivery.notifications import NotificationKind


class AlarmKind(NotificationKind):
    """What admins are told of a job that goes on, and of one that was to be created again."""

    OVERDUE = "job_overdue"
    STALLED = "job_stalled"
    OVERFIT = "job_overfit"
    RESTART_STARTED = "restart_started"
    RESTART_LATE = "restart_late"
    RESTART_REFUSED = "restart_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobActivity:
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


class RestartState(StrEnum):
    """How far a job is on its way to be cancelled and created again."""

    ASKED = "asked"
    CANCELLING = "cancelling"
    """The provider may have been asked to cancel it."""
    CANCELLED = "cancelled"
    """It has said so; the plan is to be started."""
    STARTED = "started"
    LATE = "late"
    """The job began to train or ended before it was cancelled: nothing is started."""
    REFUSED = "refused"
    """The plan can't be started again."""

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self in (RestartState.ASKED, RestartState.CANCELLING, RestartState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """A job to be cancelled, and its plan to be started again; at most one for each job."""

    job_id: str
    state: RestartState
    asked_by: int
    request_id: int
    run_id: int | None
    """The new plan; None: none yet."""
