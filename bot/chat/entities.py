"""What the chat tells people without having been asked."""

from bot.delivery.notifications import Kind


class ChatKind(Kind):
    """A kind of notification."""

    MODEL_GONE = "model_gone"
    """The server does not have the serving model any more."""
