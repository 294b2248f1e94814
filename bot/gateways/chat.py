"""Chat completions, streamed, at any server with OpenAI's API."""

import logging
import re
from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import openai
from openai import AsyncOpenAI, AsyncStream

from bot import errors
from bot.domain import ChatMessage, JsonDict, Usage
from bot.gateways.openai_errors import ErrorTranslator, error_body
from bot.gateways.wire import record, text, whole

logger = logging.getLogger(__name__)

_NOT_ACCEPTED = (
    "unsupported_parameter",
    "unsupported_value",
    "unknown_parameter",
    "extra_forbidden",  # servers made with FastAPI
)


class ChatApi(Protocol):
    """What the services need of a server that answers chats."""

    def stream(
        self, model: str, messages: Sequence[ChatMessage], *, temperature: float, max_tokens: int
    ) -> AsyncGenerator[str | Usage, None]:
        """The answer in pieces as they come, and its `Usage` last if the server tells it.

        Closing the generator (`contextlib.aclosing`) hangs up. An answer may have no piece at
        all, when a filter swallowed it.

        Raises:
            ModelUnknown: the server does not have the model, or not yet.
            ContextTooLong: the messages are longer than the model can read.
            ProviderUncertain: no answer, or it broke off after the pieces that came.
            ProviderError: the other leaves.
        """

    async def close(self) -> None:
        """Close the connections."""


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How a model wants to be asked; newer ones refuse what the gpt-4 families take."""

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
        """The dialect that avoids *parameter*; the same one where that can't be avoided."""
        match parameter.partition(".")[0]:
            case "max_tokens":
                return replace(self, length="max_completion_tokens")
            case "temperature":
                return replace(self, has_temperature=False)
            case "stream_options" | "include_usage":
                return replace(self, has_usage=False)
        return self


class OpenAIChat:
    """`ChatApi` through the openai library."""

    def __init__(self, client: AsyncOpenAI, *, secrets: Collection[str]) -> None:
        self._client = client
        self._errors = ErrorTranslator(secrets)
        self._dialects: dict[str, _Dialect] = {}

    async def stream(
        self, model: str, messages: Sequence[ChatMessage], *, temperature: float, max_tokens: int
    ) -> AsyncGenerator[str | Usage, None]:
        """See `ChatApi`."""
        usage: Usage | None = None
        has_answered = False
        with self._errors.translated(missing=errors.ModelUnknown(model=model), model=model):
            chunks = await self._open(
                model, messages, temperature=temperature, max_tokens=max_tokens
            )
            async with chunks:
                try:
                    async for chunk in chunks:
                        usage = _usage(chunk) or usage
                        has_answered = has_answered or _has_choice(chunk)
                        if piece := _piece(chunk):
                            yield piece
                except ValueError as exc:  # the library passes on what is not JSON
                    raise errors.ProviderUncertain from exc
        if not has_answered:  # a page of HTML with status 200, say
            raise errors.ProviderUncertain
        if usage is not None:
            yield usage

    async def close(self) -> None:
        """See `ChatApi`."""
        await self._client.close()

    async def _open(
        self, model: str, messages: Sequence[ChatMessage], *, temperature: float, max_tokens: int
    ) -> AsyncStream[object]:
        """Ask; where the server refuses a parameter, ask without it, now and in future."""
        while True:
            dialect = self._dialects.get(model, _Dialect())
            body = dialect.body(model, messages, temperature=temperature, max_tokens=max_tokens)
            try:
                # Not `chat.completions.create`: `object` gives each chunk as plain JSON.
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
                # Another chat may have learnt something else meanwhile.
                latest = self._dialects.get(model, _Dialect())
                self._dialects[model] = latest.without(refused)


def _refused_parameter(exc: openai.APIStatusError) -> str:
    """The parameter that the server does not take; empty when it complains of something else."""
    body = error_body(exc)
    if body.code not in _NOT_ACCEPTED:
        return ""
    named = re.search(r"max_tokens|temperature|stream_options", body.message)
    return body.param or (named.group() if named else "")


def _has_choice(chunk: object) -> bool:
    return bool(record(chunk).get("choices"))


def _piece(chunk: object) -> str:
    """The text that a chunk adds; a refusal is text too."""
    choices = record(chunk).get("choices")
    first = record(choices[0]) if isinstance(choices, list) and choices else {}
    delta = record(first.get("delta"))
    return text(delta.get("content")) or text(delta.get("refusal"))


def _usage(chunk: object) -> Usage | None:
    """What a chunk tells of the costs: usually only the last one, which has no choices."""
    usage = record(record(chunk).get("usage"))
    asked, answered = whole(usage.get("prompt_tokens")), whole(usage.get("completion_tokens"))
    if asked is None or answered is None:
        return None
    return Usage(prompt_tokens=asked, completion_tokens=answered)
