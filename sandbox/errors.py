"""The errors of the Bot API, in Telegram's words, and of the sandbox's own API."""


class TelegramError(Exception):
    """The answer to a Bot API call is this error, with `ok: false`."""

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        """The HTTP status, and `error_code` of the answer."""
        self.description = description
        self.retry_after = retry_after
        """Seconds, for 429 only."""


class Refused(Exception):
    """The sandbox's own API refuses a request; the text is one sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def bad_request(reason: str) -> TelegramError:
    """400, as Telegram words it: `Bad Request: reason`."""
    return TelegramError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> TelegramError:
    """403, as Telegram words it: `Forbidden: reason`."""
    return TelegramError(403, f"Forbidden: {reason}")
