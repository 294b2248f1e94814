"""What the server and a speaker say to each other: JSON lines on the speaker's standard streams.

A speaker is the child process `python -m engine.backends.lora.speaker`, one or several for each
base. Nothing here imports torch.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from engine.backends import ChatRequest


class Refusal(StrEnum):
    """Why a speaker refuses a chat before its first token."""

    TOO_LONG = "too_long"
    """Prompt and answer do not fit into the context."""
    MESSAGES = "messages"
    """The base's chat template refuses them."""
    MODEL = "model"
    """The adapter can't be loaded."""


# To the speaker.


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A chat to answer."""

    id: int
    """Chosen by the server, not used again."""
    turn: int
    """Of the chats that wait, the lowest is answered next."""
    messages: Sequence[Mapping[str, Any]]
    adapter: str | None
    """Folder of the adapter; None: the base itself."""
    max_tokens: int | None
    """What the client asks for; None: `answer_tokens`."""
    answer_tokens: int
    context_tokens: int
    stop: Sequence[str] = ()
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int | None = None
    """None: a random one."""

    @classmethod
    def of(cls, request: ChatRequest, adapter: Path | None, *, number: int, turn: int) -> "Ask":
        """The line for a request."""
        base = request.model.base_model
        return cls(
            id=number,
            turn=turn,
            messages=request.messages,
            adapter=str(adapter) if adapter else None,
            max_tokens=request.max_tokens,
            answer_tokens=base.answer_tokens,
            context_tokens=base.context_tokens,
            stop=request.stop,
            temperature=1.0 if request.temperature is None else request.temperature,
            top_p=1.0 if request.top_p is None else request.top_p,
            seed=request.seed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """The chat `id` is not wanted any more; nothing happens if it has ended."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Drop every adapter below `folder`; answers with them break."""

    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetThreads:
    """Compute with so many threads on the CPU from now on."""

    threads: int


# From the speaker.


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The base is loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The base can't be loaded; the speaker ends."""

    message: str
    """For the client, without paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The chat waits for its turn."""

    id: int
    prompt_tokens: int
    """Tokens of the messages in the base's chat template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """It is the chat's turn: from now on it is computed."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """So many adapters are loaded by now."""

    n_adapters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """It lives; told about once a second, also while it loads and while it is idle."""

    n_beats: int
    """How many times this was told since it last did something: what it does now takes so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The chat is not answered."""

    id: int
    refusal: Refusal
    message: str = ""
    """For the client, without paths."""
    prompt_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A part of an answer."""

    id: int
    text: str
    n_tokens: int
    """Tokens since the last part, the token that ends the answer included."""
    finish_reason: str | None = None
    """stop or length: the answer has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The answer ends here because of an error."""

    id: int
    message: str


Order = Ask | Cancel | Forget | SetThreads
Reply = Begun | Opened | Refused | Said | Broken
Line = Order | Reply | Ready | Failed | Holds | Works
_KINDS: Mapping[str, type[Line]] = {
    kind.__name__: kind
    for kind in (
        *(Ask, Cancel, Forget, SetThreads),
        *(Ready, Failed, Holds, Works, Begun, Opened, Refused, Said, Broken),
    )
}


def encode(line: Line) -> bytes:
    """A line as bytes, with its line break."""
    return json.dumps({"kind": type(line).__name__, **asdict(line)}).encode() + b"\n"


def decode(raw: bytes) -> Line:
    """The line that `encode` made."""
    values: dict[str, Any] = json.loads(raw)
    kind = _KINDS[values.pop("kind")]
    if "refusal" in values:
        values["refusal"] = Refusal(values["refusal"])
    return kind(**values)
