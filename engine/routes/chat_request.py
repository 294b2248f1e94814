"""The body of a chat completion, and its checks.

https://platform.openai.com/docs/api-reference/chat/create (looked up 2026-11-22)
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.backends import ChatRequest, ModelSource
from engine.errors import ApiError, bad_request
from engine.profiles import Profile

MAX_STOPS = 4
"""How many texts may end an answer."""

_NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "audio": (),
    "frequency_penalty": (0,),
    "function_call": ("none", "auto"),
    "functions": ([],),
    "logit_bias": ({},),
    "logprobs": (False,),
    "modalities": (["text"],),
    "moderation": (),
    "prediction": (),
    "presence_penalty": (0,),
    "reasoning_effort": ("none",),
    "response_format": ({"type": "text"},),
    "store": (False,),
    "tool_choice": ("none", "auto"),
    "tools": ([],),
    "top_logprobs": (0,),
    "verbosity": ("medium",),
    "web_search_options": (),
}
"""Parameters that would change an answer, which this server can't do; with the values, beside null,
that change nothing."""
_WITHOUT_EFFECT = {
    "metadata",
    "parallel_tool_calls",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "service_tier",
    "user",
}
"""Parameters that change no answer, whatever their values."""


class MessageBody(BaseModel):
    """A message; fields that a text model does not use are passed on unread."""

    model_config = ConfigDict(extra="allow")
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[dict[str, Any]] | None = None
    name: str | None = None


class StreamOptionsBody(BaseModel):
    """Options of a streamed answer."""

    include_usage: bool | None = None


class ChatBody(BaseModel):
    """The body of `POST /chat/completions`."""

    model_config = ConfigDict(extra="allow")
    model: str
    messages: Annotated[list[MessageBody], Field(min_length=1)]
    max_tokens: Annotated[int | None, Field(ge=1)] = None
    max_completion_tokens: Annotated[int | None, Field(ge=1)] = None
    stop: str | list[str] | None = None
    temperature: Annotated[float | None, Field(ge=0, le=2)] = None
    top_p: Annotated[float | None, Field(ge=0, le=1)] = None
    seed: int | None = None
    n: int | None = None
    stream: bool | None = None
    stream_options: StreamOptionsBody | None = None

    @property
    def wants_usage(self) -> bool:
        """Whether a stream ends with the usage."""
        return bool(self.stream_options and self.stream_options.include_usage)

    def request(self, model: ModelSource, profile: Profile) -> ChatRequest:
        """The request for the backend; raises `ApiError` for values that it does not support."""
        for name in profile.refused_in_chats:
            if name in self.model_fields_set:
                raise _unsupported(name)
        _check_others(self.model_extra or {})
        if self.n not in (None, 1):
            message = "Invalid 'n': this server gives one answer at a time."
            raise bad_request(message, param="n", code="unsupported_value")
        if self.stream_options is not None and not self.stream:
            message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
            raise bad_request(message, param="stream_options")
        limit = self.max_completion_tokens or self.max_tokens
        longest = model.base_model.answer_tokens
        if limit is not None and limit > longest:
            message = f"max_tokens is too large: {limit}. This model supports at most {longest}."
            raise bad_request(message, param="max_tokens", code="invalid_value")
        stops = [self.stop] if isinstance(self.stop, str) else self.stop or []
        if len(stops) > MAX_STOPS:
            message = f"Invalid 'stop': at most {MAX_STOPS} texts may end an answer."
            raise bad_request(message, param="stop", code="invalid_value")
        messages = [message.model_dump(exclude_none=True) for message in self.messages]
        _check_texts(messages)
        return ChatRequest(
            model=model,
            messages=messages,
            max_tokens=limit,
            stop=[text for text in stops if text],
            temperature=self.temperature,
            top_p=self.top_p,
            seed=self.seed,
            is_streamed=bool(self.stream),
        )


def _check_others(given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if name in _WITHOUT_EFFECT:
            continue
        if name not in _NEUTRAL:
            message = f"Unrecognized request argument supplied: {name}"
            raise bad_request(message, param=name, code="unknown_parameter")
        if value is not None and value not in _NEUTRAL[name]:
            raise _unsupported(name)


def _unsupported(name: str) -> ApiError:
    message = f"Unsupported parameter: '{name}' is not supported with this model."
    return bad_request(message, param=name, code="unsupported_parameter")


def _check_texts(messages: list[dict[str, Any]]) -> None:
    for index, message in enumerate(messages):
        where = f"messages[{index}].content"
        content = message.get("content")
        if content is None and message["role"] != "assistant":
            raise bad_request(f"Missing required parameter: '{where}'.", param=where)
        parts = content if isinstance(content, list) else []
        if any(part.get("type") not in ("text", "refusal") for part in parts):
            message_text = f"Invalid '{where}': this model reads text only."
            raise bad_request(message_text, param=where, code="invalid_value")
        for part in parts:
            if not isinstance(part.get(part["type"]), str):
                message_text = f"Invalid '{where}': a part of it has no text."
                raise bad_request(message_text, param=where, code="invalid_value")
