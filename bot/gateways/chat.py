"""Chat completions, streamed, at any server with OpenAI's API."""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

import httpx2
import openai
from openai import AsyncOpenAI, AsyncStream

from bot import errors
from bot.domain import JsonDict
from bot.domain.models import ChatMessage, Usage
from bot.gateways.openai_errors import ErrorTranslator, error_body
from bot.gateways.wire import record, text, whole

logger = logging.getLogger(__name__)

_NOT_ACCEPTED = (
    "unsupported_parameter",
    "unsupported_value",
    "unknown_parameter",
    "extra_forbidden",  # servers made with FastAPI
)
_MOST_TRIES = 2
"""For one answer; each try may take its whole timeout, and a person is waiting."""
_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 5.0
"""Seconds; if the server asks for a longer pause, the error is raised at once."""


@dataclass(frozen=True, slots=True)
class _Dialect:
    """Which parameters a model takes; newer ones refuse some that the gpt-4 families take."""

    length: str = "max_tokens"
    has_temperature: bool = True
    has_usage: bool = True

    def body(
        self, model: str, messages: Sequence[ChatMessage], *, temperature: float, max_tokens: int
    ) -> JsonDict:
        """The request's JSON."""
        body: JsonDict = {
            "model": model,
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "stream": True,
            self.length: max_tokens,
        }
        if self.has_temperature:
            body["temperature"] = temperature
        if self.has_usage:
            body["stream_options"] = {"include_usage": True}
        return body

    def without(self, parameter: str) -> "_Dialect":
        """The dialect without *parameter*; the same dialect when it needs the parameter."""
        match parameter.partition(".")[0]:
            case "max_tokens":
                return replace(self, length="max_completion_tokens")
            case "temperature":
                return replace(self, has_temperature=False)
            case "stream_options" | "include_usage":
                return replace(self, has_usage=False)
        return self


class ChatApi:
    """A server that answers chats, through the openai library.

    Which parameters a model refuses is remembered until the process ends, and not stored. Finding
    it out again costs one short request per restart, and a stored answer could be out of date.

    Args:
        client: It must not repeat requests.
        secrets: Values that no message may show.
        pause_s: Before another try, in seconds.
    """

    def __init__(
        self, client: AsyncOpenAI, *, secrets: Collection[str], pause_s: float = _PAUSE_S
    ) -> None:
        self._client = client
        self._errors = ErrorTranslator(secrets)
        self._pause_s = pause_s
        self._dialects: dict[str, _Dialect] = {}

    async def stream(
        self, model: str, messages: Sequence[ChatMessage], *, temperature: float, max_tokens: int
    ) -> AsyncGenerator[str | Usage, None]:
        """The answer in pieces as they come, and its `Usage` last if the server sends it.

        Closing the generator (`contextlib.aclosing`) ends the request. When a filter removed the
        whole answer, there is no piece.

        Raises:
            ModelUnknown: the server does not have the model, or not yet.
            ContextTooLong: the messages are longer than the model can read.
            ProviderUncertain: there was no answer, or it broke off after some pieces.
            ProviderError: the other leaves. A failure that may be over soon was tried again, if
                no piece had come.
        """
        for tries_left in reversed(range(_MOST_TRIES)):
            has_begun = False
            once = self._once(model, messages, temperature=temperature, max_tokens=max_tokens)
            try:
                async with aclosing(once) as pieces:
                    async for piece in pieces:
                        has_begun = True
                        yield piece
                return
            except errors.UserError as exc:
                pause_s = None if has_begun else self._pause_after(exc)
                if pause_s is None or not tries_left:
                    raise
                logger.info("%s did not answer, asking once more: %s", model, exc.said)
                await asyncio.sleep(pause_s)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _once(
        self, model: str, messages: Sequence[ChatMessage], *, temperature: float, max_tokens: int
    ) -> AsyncGenerator[str | Usage, None]:
        usage: Usage | None = None
        has_choices = False
        with self._errors.translated(missing=errors.ModelUnknown(model=model), model=model):
            chunks = await self._open(
                model, messages, temperature=temperature, max_tokens=max_tokens
            )
            async with chunks:
                try:
                    async for chunk in chunks:
                        usage = _usage(chunk) or usage
                        has_choices = has_choices or bool(record(chunk).get("choices"))
                        if piece := _piece(chunk):
                            yield piece
                except ValueError as exc:  # the library passes on what is not JSON
                    raise _unreadable() from exc
        if not has_choices:  # for instance, a web page with status 200
            raise _unreadable()
        if usage is not None:
            yield usage

    def _pause_after(self, error: errors.UserError) -> float | None:
        """Seconds until the next try; None: it would be useless, or the wait too long."""
        cause = error.__cause__
        if isinstance(cause, openai.APITimeoutError | httpx2.TimeoutException):
            return None  # the person has waited long enough
        if isinstance(error, errors.ProviderBusy):
            pause_s = _retry_after(cause)
            return max(self._pause_s, pause_s) if pause_s <= _LONGEST_PAUSE_S else None
        if isinstance(error, errors.ProviderUnreachable):
            return self._pause_s
        is_from_the_library = isinstance(
            cause, openai.APIStatusError | openai.APIConnectionError | httpx2.HTTPError
        )
        is_uncertain = isinstance(error, errors.ProviderUncertain)
        return self._pause_s if is_uncertain and is_from_the_library else None

    async def _open(
        self, model: str, messages: Sequence[ChatMessage], *, temperature: float, max_tokens: int
    ) -> AsyncStream[object]:
        """Ask; if the server refuses a parameter, leave it out now and in future."""
        while True:
            dialect = self._dialects.get(model, _Dialect())
            body = dialect.body(model, messages, temperature=temperature, max_tokens=max_tokens)
            try:
                # Not `chat.completions.create`: `cast_to=object` gives each chunk as plain JSON.
                return await self._client.post(
                    "/chat/completions",
                    body=body,
                    cast_to=object,
                    stream=True,
                    stream_cls=AsyncStream[object],
                )
            except (openai.BadRequestError, openai.UnprocessableEntityError) as exc:
                refused = _refused_parameter(exc)
                if dialect.without(refused) == dialect:
                    raise
                logger.info("%s does not take %s: asking without it", model, refused)
                # Another chat may have changed the dialect meanwhile.
                latest = self._dialects.get(model, _Dialect())
                self._dialects[model] = latest.without(refused)


def _refused_parameter(exc: openai.APIStatusError) -> str:
    """The parameter that the server does not take; empty for any other error."""
    body = error_body(exc)
    if body.code not in _NOT_ACCEPTED:
        return ""
    named = re.search(r"max_tokens|temperature|stream_options", body.message)
    return body.param or (named.group() if named else "")


def _unreadable() -> errors.ProviderUncertain:
    error = errors.ProviderUncertain()
    error.said = "200 OK, but no stream of chat completions"
    return error


def _retry_after(cause: BaseException | None) -> float:
    """Seconds that the server asks us to wait; 0: it does not say."""
    headers = cause.response.headers if isinstance(cause, openai.APIStatusError) else {}
    try:
        return float(headers.get("retry-after", "0"))
    except ValueError:  # a date, which servers with models do not send
        return _LONGEST_PAUSE_S + 1


def _piece(chunk: object) -> str:
    """The text that a chunk adds; a model's refusal is text too."""
    choices = record(chunk).get("choices")
    first = record(choices[0]) if isinstance(choices, list) and choices else {}
    delta = record(first.get("delta"))
    return text(delta.get("content")) or text(delta.get("refusal"))


def _usage(chunk: object) -> Usage | None:
    """A chunk's token counts; usually only the last chunk, which has no choices, has them."""
    usage = record(record(chunk).get("usage"))
    asked, answered = whole(usage.get("prompt_tokens")), whole(usage.get("completion_tokens"))
    if asked is None or answered is None:
        return None
    return Usage(prompt_tokens=asked, completion_tokens=answered)
