"""A place among the chats of a base, from the request to the last piece of the answer."""

import time
from collections.abc import Callable
from pathlib import Path

from engine.backends import Answer, ChatRefused, ChatRequest, ModelUnavailable, Piece, PromptTooLong
from engine.backends.lora.speaker_process import Exchange, SpeakerGone, SpeakerProcess
from engine.backends.lora.speech_lines import Ask, Begun, Broken, Cancel, Refusal, Refused, Said


class AnswerBroken(Exception):
    """An answer has ended before its end; the text says why."""


class Place:
    """A place among the chats of a base, and the pieces of its answer."""

    def __init__(self, counted_out: Callable[["Place", float | None], None]) -> None:
        """Take it; *counted_out* is called once, with the seconds of a whole answer or None."""
        self._counted_out = counted_out
        self._since: float | None = None
        """When its first piece came."""
        self._speaker: SpeakerProcess | None = None
        self._exchange: Exchange | None = None
        self._is_over = False

    def open(self, speaker: SpeakerProcess) -> None:
        """Use this speaker."""
        self._speaker = speaker
        self._exchange = speaker.open()

    async def begin(
        self, request: ChatRequest, adapter: Path | None, n_before: Callable[[], int]
    ) -> Answer:
        """Send the chat; returns when the speaker has counted the messages' tokens."""
        assert self._speaker is not None
        assert self._exchange is not None
        self._speaker.send(_ask(self._exchange.number, request, adapter))
        reply = await self._exchange.next()
        if isinstance(reply, Refused):
            raise _refusal(reply)
        assert isinstance(reply, Begun)
        return Answer(prompt_tokens=reply.prompt_tokens, pieces=self, n_before=n_before)

    def __aiter__(self) -> "Place":
        return self

    async def __anext__(self) -> Piece:
        if self._is_over:
            raise StopAsyncIteration
        assert self._exchange is not None
        try:
            reply = await self._exchange.next()
        except SpeakerGone as gone:
            self.leave()
            raise AnswerBroken(str(gone)) from gone
        if isinstance(reply, Broken):
            self.leave()
            raise AnswerBroken(reply.message)
        assert isinstance(reply, Said)
        self._since = self._since or time.monotonic()
        if reply.finish_reason:
            self.leave(duration_s=time.monotonic() - self._since)
        return Piece(text=reply.text, n_tokens=reply.n_tokens, finish_reason=reply.finish_reason)

    async def aclose(self) -> None:
        """Give the place back; the answer ends."""
        self.leave()

    def leave(self, duration_s: float | None = None) -> None:
        """Give the place back, once."""
        if self._is_over:
            return
        self._is_over = True
        if self._speaker and self._exchange:
            self._speaker.send(Cancel(id=self._exchange.number))
            self._exchange.close()
        self._counted_out(self, duration_s)


def _ask(number: int, request: ChatRequest, adapter: Path | None) -> Ask:
    base = request.model.base_model
    return Ask(
        id=number,
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


def _refusal(refused: Refused) -> Exception:
    match refused.refusal:
        case Refusal.TOO_LONG:
            return PromptTooLong(refused.prompt_tokens)
        case Refusal.MESSAGES:
            return ChatRefused(refused.message)
        case Refusal.MODEL:
            return ModelUnavailable(refused.message)
