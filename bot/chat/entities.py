"""What the chat tells people without having been asked."""

from bot.delivery.notifications import NotificationKind


class ChatKind(NotificationKind):
    """A kind of notification."""

    MODEL_GONE = "model_gone"
    """The server does not have the serving model any more."""
