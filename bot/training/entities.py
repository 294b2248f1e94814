"""What is told of training runs, and runs that train the same."""

from dataclasses import dataclass

from bot.delivery.notifications import NotificationKind


class RunKind(NotificationKind):
    """What admins are told of a run that has no job."""

    REFUSED = "run_refused"
    UNCERTAIN = "run_uncertain"
    """Nobody knows whether the provider made the job: its list does not have it."""
    UNLISTED = "run_unlisted"
    """The same, but the list could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTwin:
    """A run that was started and trains the same as a plan."""

    run_id: int
    by: int
    """Who started it; 0: the terminal."""
    at: int
    """Unix time, seconds: when."""
    suffix: str
    job_id: str | None
    """None while the provider has no job yet."""
