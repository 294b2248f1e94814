"""What a message's way to Telegram may end in, besides success."""


class Uncertain(Exception):
    """No answer came: Telegram may or may not have the message."""


class Unreadable(Uncertain):
    """An answer came that is not Telegram's, or says nothing about the message."""


class Refused(Exception):
    """Telegram will never take this message as it is."""


class Failed(Uncertain):
    """Telegram itself answered, with a failure of its own."""
