"""A place among the chats of a base, from the request to the last piece of the answer."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from engine.backends import (
    Answer,
    Busy,
    ChatRefused,
    ChatRequest,
    ModelUnavailable,
    Piece,
    PromptTooLong,
)
from engine.backends.lora.chat_worker import ChatWorker, Withdrawn, WorkerGone

RETRIES = 2
"""How often an answer is asked for again after the worker that computed it has died."""


class AnswerBroken(Exception):
    """An answer has ended before its end; the text says why."""


class Chooser(Protocol):
    """What a place needs of the chats of its base."""

    def choose(self, place: "Place") -> ChatWorker:
        """The worker to ask now. Raises `Busy` or `ModelUnavailable`: there is none."""

    def lost(self, worker: ChatWorker, gone: WorkerGone) -> None:
        """A worker has not answered."""

    def leave(self, place: "Place", duration_s: float | None) -> None:
        """A place is free; with the seconds of its answer, if that is whole."""


class Place:
    """A place among the chats of a base, and the pieces of its answer.

    A worker that dies before the first piece is replaced, and nobody sees that. Nor does anybody
    see that a chat which has not begun moves to another worker.
    """

    def __init__(
        self, chats: Chooser, request: ChatRequest, adapter: Path | None, number: int
    ) -> None:
        """Take it; see `ChatWorker.answer`."""
        self.adapter = adapter
        self.number = number
        self.worker: ChatWorker | None = None
        """The one that was asked last, or is to be asked now."""
        self.moves = False
        """Whether that one is another than before, and does not know it yet."""
        self.refused: dict[ChatWorker, Busy | ModelUnavailable] = {}
        """Workers that are not asked again, and why."""
        self._chats = chats
        self._request = request
        self._answer: Answer | None = None
        self._n_deaths = 0
        self._since: float | None = None
        """When its first piece came."""
        self._is_over = False

    async def begin(self, n_before: Callable[[], int]) -> Answer:
        """Ask for the answer; returns when the messages' tokens are counted.

        Raises:
            Busy, ChatRefused, PromptTooLong, ModelUnavailable: as `Backend.answer`.
        """
        try:
            self._answer = await self._ask()
        except BaseException:
            self._leave()
            raise
        tokens = self._answer.prompt_tokens
        return Answer(prompt_tokens=tokens, pieces=self, n_before=n_before)

    def move(self, taker: ChatWorker) -> None:
        """Let *taker* answer; now it waits elsewhere."""
        assert self.worker is not None
        self.worker.withdraw(self.number)
        self.worker, self.moves = taker, True

    def __aiter__(self) -> "Place":
        return self

    async def __anext__(self) -> Piece:
        if self._is_over:
            raise StopAsyncIteration
        try:
            piece = await self._next()
        except AnswerBroken:
            await self.aclose()
            raise
        self._since = self._since or time.monotonic()
        if piece.finish_reason:
            self._leave(time.monotonic() - self._since)
        return piece

    async def aclose(self) -> None:
        """Give the place back; the answer ends."""
        self._leave()
        if self._answer:
            await self._answer.pieces.aclose()

    async def _ask(self) -> Answer:
        while True:
            if self.worker is None or not self.moves:
                self.worker = self._chats.choose(self)
            try:
                answer = await self.worker.answer(self._request, self.adapter, self.number)
            except Withdrawn:
                continue
            except Busy as busy:
                self.refused[self.worker] = busy
            except WorkerGone as gone:
                self._note(self.worker, gone)
            else:
                self.moves = False
                return answer
            self.moves = False

    async def _next(self) -> Piece:
        while True:
            assert self._answer is not None
            try:
                return await anext(self._answer.pieces)
            except Withdrawn:
                await self._ask_again()
            except WorkerGone as gone:
                if self._since is not None:
                    raise AnswerBroken(str(gone)) from gone
                await self._ask_again(gone)

    async def _ask_again(self, gone: WorkerGone | None = None) -> None:
        assert self.worker is not None
        assert self._answer is not None
        await self._answer.pieces.aclose()
        try:
            if gone:
                self._note(self.worker, gone)
            self._answer = await self._ask()
        except (Busy, ChatRefused, ModelUnavailable, PromptTooLong) as exc:
            raise AnswerBroken(str(gone or exc)) from exc

    def _note(self, worker: ChatWorker, gone: WorkerGone) -> None:
        self._chats.lost(worker, gone)
        problem = ModelUnavailable(str(gone))
        if gone.rest_s:
            self.refused[worker] = problem
            return
        # A chat that only waited there is not what the worker died of.
        self._n_deaths += gone.is_suspect
        if self._n_deaths > RETRIES:
            raise problem from gone

    def _leave(self, duration_s: float | None = None) -> None:
        if not self._is_over:
            self._is_over = True
            self._chats.leave(self, duration_s)
