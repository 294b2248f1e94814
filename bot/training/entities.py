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


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What this month cost so far, by the catalogue's prices."""

    spent_usd: float
    """Answers, ended jobs, and the estimates of those that run."""
    ceiling_usd: int | None
    """None: there is no ceiling."""

    def is_above_with(self, price_usd: float | None) -> bool:
        """Whether a training of that price would exceed the ceiling."""
        if self.ceiling_usd is None or not price_usd:
            return False
        return self.spent_usd + price_usd > self.ceiling_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class StartDoubts:
    """What speaks against a start, so that it asks first; at least one is there."""

    twin: RunTwin | None = None
    """The same was started a moment ago."""
    in_use: int | None = None
    """The number of the dataset in use, if it is not the plan's."""
    month: Month | None = None
    """The plan would exceed the ceiling of the month."""
    is_late: bool = False
    """The button was pressed while the bot was away for long."""
