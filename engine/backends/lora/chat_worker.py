"""What answers the chats of a base: a speaker of our own, or a vLLM server."""

from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from engine.backends import Answer, ChatRequest

RETRY_S = 5.0
"""How long a worker that can't start or can't be reached is passed over."""


class WorkerGone(Exception):
    """A worker has ended or can't be used; the text says why, without paths.

    Attributes:
        rest_s: How long it is passed over. 0: it died while it answered, and may be asked again.
        is_suspect: Whether the answer may be what the worker died of: it was being computed.
    """

    def __init__(self, message: str, *, rest_s: float = 0.0, is_suspect: bool = True) -> None:
        super().__init__(message)
        self.rest_s = rest_s
        self.is_suspect = is_suspect


class Withdrawn(Exception):
    """A chat was given back before it began; another worker is to answer it."""


class ChatWorker(Protocol):
    """Answers chats; `BaseChats` chooses one for each."""

    @property
    def is_ready(self) -> bool:
        """Whether it takes chats at once; otherwise its next chat starts it first."""

    @property
    def is_silent(self) -> bool:
        """Whether nothing was heard of it, or of its work, for seconds; perhaps it hangs."""

    async def answer(self, request: ChatRequest, adapter: Path | None, number: int) -> Answer:
        """Begin an answer; of the chats that wait, the one of the lowest *number* is next.

        Raises:
            WorkerGone, Withdrawn: so do the answer's pieces.
            Busy, ChatRefused, PromptTooLong, ModelUnavailable: as `Backend.answer`.
        """

    @property
    def waiting(self) -> Collection[int]:
        """The numbers of the chats that it has not begun; empty: that is not known."""

    def withdraw(self, number: int) -> None:
        """Give a chat of `waiting` back, which lets it raise `Withdrawn`."""

    async def forget(self, folder: Path) -> None:
        """Drop every adapter below *folder* from memory; answers with them break."""

    async def close(self) -> None:
        """End it; answers break."""
