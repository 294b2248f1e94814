"""Translates the openai library's exceptions into ours, and cleans the provider's messages."""

import http
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import groupby

import httpx2

from bot import errors
from bot.errors import UserError
from bot.gateways.error_bodies import QUOTA_CODES, ErrorBody, error_body
from bot.gateways.library import openai
from bot.gateways.sound_text import sound_text

MESSAGE_LENGTH = 500
"""Characters of a provider's message that are kept."""

_READ_LENGTH = 4000
_PART = 8
"""Any part of a secret with so many characters is hidden."""
_HIDDEN = "***"
_NO_SUCH_ROUTE = (404, 405)
# Each begins only where a word does, and gives nothing back: the time grows with the length alone.
_KEY_LIKE = re.compile(
    r"\bsk-[\w*.…•-]++|(?i:\bbearer\s++)[^\s\"',;]{16,}+"
    r"|(?<![\w.-])[\w.-]*+(?:\*{3,}+|•{2,}+)[\w.*•-]*+"
)

# When these are raised, the request was not sent.
_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)

# https://developers.openai.com/api/docs/guides/error-codes, looked up 2026-11-22
_REGION_CODE = "unsupported_country_region_territory"
# The second one is Azure's.
_MODEL_CODES = ("model_not_found", "DeploymentNotFound")
# Of OpenAI and Azure, OpenAI's pictures, Alibaba and Zhipu.
_FILTER_CODES = (
    "content_filter",
    "content_policy_violation",
    "moderation_blocked",
    "data_inspection_failed",
    "1301",
)
# RFC 9110; Python before 3.13 has older names.
_NEW_PHRASES = {
    413: "Content Too Large",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}


class ErrorTranslator:
    """Turns the library's exceptions into ours.

    Args:
        secrets: Values that no message may show, not even in part.
    """

    def __init__(self, secrets: Collection[str]) -> None:
        self._secrets = [secret for secret in secrets if len(secret) >= 4]
        self._parts = {
            secret[start : start + _PART]
            for secret in self._secrets
            for start in range(len(secret) - _PART + 1)
        }

    @contextmanager
    def translated(self, *, missing: UserError | None = None, model: str = "") -> Iterator[None]:
        """Raise our errors for the library's; anything else passes.

        Args:
            missing: What a 404 of this route means; None: only that the request was refused.
            model: The model that the request names; empty: none.
        """
        try:
            yield
        except (openai.APIError, httpx2.HTTPError) as exc:
            error = self._error(exc, missing, model)
            error.said = self._said(exc)
            raise error from exc

    def _error(
        self, exc: "openai.APIError | httpx2.HTTPError", missing: UserError | None, model: str
    ) -> UserError:
        if isinstance(exc, openai.APIStatusError):
            return self._refusal(exc, missing, model)
        # The library does not translate httpx2's errors while it reads the body of a failed stream.
        if isinstance(exc, openai.APIConnectionError | httpx2.HTTPError):
            cause = exc.__cause__ if isinstance(exc, openai.APIConnectionError) else exc
            never_sent = isinstance(cause, _NEVER_SENT)
            return errors.ProviderUnreachable() if never_sent else errors.ProviderUncertain()
        body = error_body(exc)  # of an error after status 200
        words = self._words(body.message)
        known = _by_code(body, model, words) or _by_status(_status_in(body), words)
        return known or errors.ProviderFailed(message=self._said(exc))

    def clean(self, text: str) -> str:
        """*text* on one line, without secrets, at most `MESSAGE_LENGTH` characters."""
        line = " ".join(sound_text(text[:_READ_LENGTH]).split())
        for secret in self._secrets:
            line = line.replace(secret, _HIDDEN)
        line = _KEY_LIKE.sub(_HIDDEN, self._without_parts(line))
        return line if len(line) <= MESSAGE_LENGTH else line[: MESSAGE_LENGTH - 1] + "…"

    def _without_parts(self, line: str) -> str:
        """*line* without the parts that it shares with a secret."""
        hidden: set[int] = set()
        for start in range(len(line) - _PART + 1):
            if line[start : start + _PART] in self._parts:
                hidden.update(range(start, start + _PART))
        runs = groupby(range(len(line)), key=hidden.__contains__)
        return "".join(
            _HIDDEN if is_hidden else "".join(line[at] for at in run) for is_hidden, run in runs
        )

    def _refusal(
        self, exc: "openai.APIStatusError", missing: UserError | None, model: str
    ) -> UserError:
        status = exc.status_code
        body = error_body(exc)
        code, words = self.clean(body.code), self._words(body.message)
        message = words or code or status_words(status)
        known = _by_code(body, model, message) or _by_status(status, message)
        if known is None and status == 404 and _has_route(body):
            known = missing
        if known is None and _is_unclear(status, body):
            reason = words or code
            message = f"{status}: {reason}" if reason else status_words(status)
            known = errors.ProviderFailed(message=message)
        if known is not None:
            return known
        refused = errors.ProviderRefused
        if status in _NO_SUCH_ROUTE and not _has_route(body):
            refused, message = errors.NotTheApi, status_words(status)
        elif not words and not code:
            refused = errors.ProviderSilent
        elif body.code in _FILTER_CODES and model:
            refused = errors.QuestionRefused
        return refused(code=code, message=message, status=status)

    def _words(self, raw: str) -> str:
        """The server's message, cleaned; empty for a gateway's web page."""
        return "" if raw.lstrip().startswith("<") else self.clean(raw)

    def _said(self, exc: "openai.APIError | httpx2.HTTPError") -> str:
        """Whatever is known: the status, the server's words, or how the connection failed."""
        if isinstance(exc, openai.APIStatusError):
            body = error_body(exc)
            words = self._words(body.message) or self.clean(body.code)
            status = status_words(exc.status_code)
            return f"{status}: {words}" if words else status
        if isinstance(exc, openai.APIConnectionError | httpx2.HTTPError):
            cause = exc.__cause__ or exc
            return self.clean(f"{type(cause).__name__} {cause}")
        return self.clean(error_body(exc).message or str(exc))


def status_words(status: int) -> str:
    """An HTTP status with its name, as in "404 Not Found"."""
    phrase = http.HTTPStatus(status).phrase if status in set(http.HTTPStatus) else ""
    phrase = _NEW_PHRASES.get(status, phrase)
    return f"{status} {phrase}".strip()


def unreadable(what: str, *, status: int = 200) -> errors.ProviderUncertain:
    """The error for an answer without an error, in which there is *what*, as in "no job"."""
    error = errors.ProviderFailed(message=status_words(status))
    error.said = f"{status_words(status)}, but {what}"
    return error


def _by_code(body: ErrorBody, model: str, message: str) -> UserError | None:
    """The error that the code alone determines, whatever the HTTP status."""
    if body.code == _REGION_CODE:
        return errors.RegionRefused(message=message)
    if body.code == "context_length_exceeded":
        return errors.ContextTooLong()
    if body.code == "training_not_available":
        return errors.TrainingNotAvailable()
    if body.code in QUOTA_CODES:
        return errors.QuotaExceeded()
    if body.code in _MODEL_CODES and model:
        return errors.ModelUnknown(model=model)
    return None


def _by_status(status: int, message: str) -> UserError | None:
    match status:
        case 401 | 403:
            return errors.KeyRefused(message=message)
        case 402:
            return errors.QuotaExceeded()
        case 407:  # from a proxy: the provider never saw the request
            return errors.ProviderUnreachable()
        case 429:
            return errors.ProviderBusy()
    return None


def _status_in(body: ErrorBody) -> int:
    """The HTTP status that an error names as its code, as OpenRouter's do; 0: it names none."""
    return int(body.code) if body.code.isascii() and body.code.isdigit() else 0


def _has_route(body: ErrorBody) -> bool:
    """Whether the server refused something at a route that it has."""
    if body == ErrorBody():
        return False
    is_about_route = body.message in ("Not Found", "Method Not Allowed")
    return not is_about_route and not body.message.startswith("Invalid URL")


def _is_unclear(status: int, body: ErrorBody) -> bool:
    """Whether the request may have been carried out although the answer is an error.

    A 409 with an explanation is a refusal (Unsloth Studio: one job at a time). Without one it may
    come from a gateway that sent our request twice, and the first copy may have been accepted.
    """
    if status == 409:
        return not body.message
    return status == 408 or (status >= 500 and status != http.HTTPStatus.NOT_IMPLEMENTED)
