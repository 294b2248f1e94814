"""How models want to be asked: which parameters a server takes, learnt from its refusals."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.domain import JsonDict
from bot.domain.models import ChatMessage
from bot.gateways.error_bodies import error_body
from bot.gateways.library import openai
from bot.gateways.sound_text import sound_text

_NOT_ACCEPTED: Final = (
    "unsupported_parameter",
    "unsupported_value",
    "unknown_parameter",
    "extra_forbidden",  # servers made with FastAPI
)
_MAY_REFUSE: Final = (400, 405, 406, 415, 422, 501)
"""HTTP statuses of servers that do not take a parameter."""
_REFUSES: Final = re.compile(
    r"\bun(?:supported|known|recogni[sz]ed|expected)\b|\bextra (?:inputs|fields|keys)\b"
    r"|(?:\bnot|n't|\bno)\s+(?:\w+\s+){0,2}(?:support|permit|accept|implement|enabl|availab)",
    re.IGNORECASE,
)
_WANTS_NO_STREAM: Final = re.compile(
    r"\b(?:only|must be|should be|disabled|allowed|false|can ?not|can't|unable|invalid value)\b",
    re.IGNORECASE,
)
_STREAM: Final = re.compile(r"\bstream(?:ing|ed|s)?\b", re.IGNORECASE)
_NAMED: Final = re.compile(r"\b(?:max_tokens|temperature|stream_options)\b")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a model at a server takes, and how it begins its answers."""

    length: str = "max_tokens"
    """The parameter for the limit; newer models want `max_completion_tokens`."""
    has_temperature: bool = True
    has_usage: bool = True
    streams: bool = True
    thinks_first: bool = False
    """Its answers begin inside of its reasoning, without a tag that opens it."""

    def body(
        self, model: str, messages: Sequence[ChatMessage], *, temperature: float, max_tokens: int
    ) -> JsonDict:
        """The request's JSON."""
        body: JsonDict = {
            "model": model,
            "messages": [{"role": m.role, "content": sound_text(m.content)} for m in messages],
            self.length: max_tokens,
        }
        if self.has_temperature:
            body["temperature"] = temperature
        if self.streams:
            body["stream"] = True
        if self.streams and self.has_usage:
            body["stream_options"] = {"include_usage": True}
        return body

    def without(self, parameter: str) -> "Dialect":
        """The dialect without *parameter*; the same dialect when it needs the parameter."""
        match parameter.partition(".")[0]:
            case "max_tokens":
                return replace(self, length="max_completion_tokens")
            case "temperature":
                return replace(self, has_temperature=False)
            case "stream_options" | "include_usage":
                return replace(self, has_usage=False)
            case "stream":
                return replace(self, streams=False)
        return self


def refused_parameter(exc: "openai.APIStatusError") -> str:
    """The parameter that the server does not take; empty for any other error.

    A server says so with a code, only in its sentence, or by naming the parameter `stream`.
    """
    body = error_body(exc)
    if exc.status_code not in _MAY_REFUSE:
        return ""
    if body.param == "stream":
        return body.param
    refuses = body.code in _NOT_ACCEPTED or _REFUSES.search(body.message)
    named = _NAMED.search(body.message)
    if parameter := body.param or (named.group() if named else ""):
        return parameter if refuses else ""
    wants_no_stream = refuses or _WANTS_NO_STREAM.search(body.message)
    return "stream" if wants_no_stream and _STREAM.search(body.message) else ""
