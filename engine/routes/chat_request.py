"""The body of a chat completion, and its checks.

https://platform.openai.com/docs/api-reference/chat/create (looked up 2026-11-22)
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.backends import ChatRequest, ModelSource
from engine.errors import bad_request
from engine.profiles import Profile


class MessageBody(BaseModel):
    """A message; fields that a text model does not use are passed on unread."""

    model_config = ConfigDict(extra="allow")
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[dict[str, Any]] | None = None


class StreamOptionsBody(BaseModel):
    """Options of a streamed answer."""

    include_usage: bool | None = None


class ChatBody(BaseModel):
    """The body of `POST /chat/completions`; other parameters are ignored."""

    model: str
    messages: Annotated[list[MessageBody], Field(min_length=1)]
    max_tokens: Annotated[int | None, Field(ge=1)] = None
    max_completion_tokens: Annotated[int | None, Field(ge=1)] = None
    stop: str | list[str] | None = None
    temperature: Annotated[float | None, Field(ge=0, le=2)] = None
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
                message = f"Unsupported parameter: '{name}' is not supported with this model."
                raise bad_request(message, param=name, code="unsupported_parameter")
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
        messages = [message.model_dump(exclude_none=True) for message in self.messages]
        _check_texts(messages)
        return ChatRequest(
            model=model,
            messages=messages,
            max_tokens=limit,
            stop=[self.stop] if isinstance(self.stop, str) else self.stop or [],
            temperature=self.temperature,
            seed=self.seed,
            is_streamed=bool(self.stream),
        )


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
