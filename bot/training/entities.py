"""What is told of training runs."""

from bot.delivery.notifications import NotificationKind


class RunKind(NotificationKind):
    """What admins are told of a run that has no job."""

    REFUSED = "run_refused"
    UNCERTAIN = "run_uncertain"
    """Nobody knows whether the provider made the job: its list does not have it."""
    UNLISTED = "run_unlisted"
    """The same, but the list could not be read."""
