"""A speaker as the server sees it: a process somewhere, the exchanges with it, and its answers."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Protocol

from engine.backends import ChatRefused, ChatRequest, ModelUnavailable, Piece, PromptTooLong
from engine.backends.lora.chat_worker import Withdrawn, WorkerGone
from engine.backends.lora.place import AnswerBroken
from engine.backends.lora.speech_lines import (
    Ask,
    Begun,
    Broken,
    Cancel,
    Failed,
    Holds,
    Line,
    Opened,
    Order,
    Ready,
    Refusal,
    Refused,
    Reply,
    Said,
    Works,
    decode,
    encode,
)

MODULE = "engine.backends.lora.speaker"
LOOK_S = 1.0
SILENT_LOOKS = 5
"""So many looks without a word, or so many beats of one step, and a speaker counts as silent."""
HUNG_LOOKS = 600
"""So many looks, and it has hung."""
HUNG_BEATS = 3600
"""So many beats of one step, and it has hung. A long prompt may take minutes on a slow CPU."""
_log = logging.getLogger(__name__)


class SpeakerGone(Exception):
    """A speaker can't start, or has ended; the text says why, without paths."""


class Exchange:
    """An order that has a number, and the replies to it."""

    def __init__(self, number: int, close: Callable[[], None]) -> None:
        self.number = number
        self.close = close
        """Ignore further replies."""
        self._replies: asyncio.Queue[Reply | SpeakerGone | Withdrawn] = asyncio.Queue()

    @property
    def is_silent(self) -> bool:
        """Whether all replies so far were read."""
        return self._replies.empty()

    def put(self, reply: Reply | SpeakerGone | Withdrawn) -> None:
        """Add a reply."""
        self._replies.put_nowait(reply)

    async def next(self) -> Reply:
        """The next reply. Raises `SpeakerGone`, `Withdrawn`."""
        reply = await self._replies.get()
        if isinstance(reply, Exception):
            raise reply
        return reply


class Carrier(Protocol):
    """What a speaker runs in: a child process here, or a job of a cluster."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ended(self, *, is_expected: bool) -> str:
        """Called at the end of its lines; returns why, for the client, and logs it if need be."""

    async def stop(self) -> None:
        """Close the streams, and see to it that the process ends."""


class Launcher(Protocol):
    """Starts speakers."""

    async def __call__(
        self, folder: Path, *, device: str, threads: int, chat_batch: int
    ) -> "SpeakerProcess":
        """A speaker of the base in *folder*, which it loads. Raises `SpeakerGone`, `OSError`."""


class SpeakerProcess:
    """A running speaker; a `Launcher` makes it."""

    def __init__(self, carrier: Carrier) -> None:
        self.n_adapters = 0
        """Adapters that it holds in memory."""
        self._carrier = carrier
        self._numbers = count(1)
        self._exchanges: dict[int, Exchange] = {}
        self._ready: asyncio.Future[SpeakerGone | None] = asyncio.Future()
        self._stops = False
        self._gone: SpeakerGone | None = None
        self._n_silent = 0
        """Looks since its last word; counted, because this process itself may have been stopped."""
        self._n_beats = 0
        """Of the step that it is at; loading the base is the first one."""
        self._task = asyncio.create_task(self._read())
        self._watch = asyncio.create_task(self._look())

    @property
    def is_running(self) -> bool:
        """Whether it takes orders."""
        return self._gone is None and not self._stops

    @property
    def is_silent(self) -> bool:
        """Whether it said nothing for some seconds, or has been at one step for so long."""
        return max(self._n_silent, self._n_beats) >= SILENT_LOOKS

    async def ready(self) -> None:
        """Return when the base is loaded. Raises `SpeakerGone`."""
        problem = await asyncio.shield(self._ready)
        if problem is not None:
            raise problem

    def open(self) -> Exchange:
        """Begin an exchange; the caller closes it."""
        number = next(self._numbers)

        def close() -> None:
            self._exchanges.pop(number, None)

        exchange = self._exchanges[number] = Exchange(number, close)
        if self._gone is not None:
            exchange.put(self._gone)
        return exchange

    def send(self, order: Order) -> None:
        """Give an order; to a speaker that has ended it gives none."""
        if self.is_running:
            self._carrier.writer.write(encode(order))

    async def stop(self) -> None:
        """End the process and wait until it has ended."""
        self._stops = True
        self._watch.cancel()
        await self._carrier.stop()
        await self._task

    async def _read(self) -> None:
        problem = ""
        with contextlib.suppress(OSError):  # a connection that is lost
            async for raw in self._carrier.reader:
                if not raw.endswith(b"\n"):
                    break  # it has ended amid a line
                line = decode(raw)
                if isinstance(line, Failed):
                    problem = line.message
                else:
                    self._take(line)
        if not self._stops:
            self._watch.cancel()
        reason = await self._carrier.ended(is_expected=self._stops)
        self._end(SpeakerGone(problem or reason))

    async def _look(self) -> None:
        """Count how long it is silent, and end it when it has hung."""
        while self._n_silent < HUNG_LOOKS and self._n_beats < HUNG_BEATS:
            await asyncio.sleep(LOOK_S)
            self._n_silent += 1
        found = self._n_silent * LOOK_S, self._n_beats
        _log.error("a speaker has said nothing for %d s, one step took %d s; it is ended", *found)
        self._stops = True
        self._end(SpeakerGone("the process that answers has hung"))
        await self._carrier.stop()

    def _take(self, line: Line) -> None:
        self._n_silent = self._n_beats = 0
        if isinstance(line, Works):
            self._n_beats = line.n_beats
        elif isinstance(line, Ready):
            self._ready.set_result(None)
        elif isinstance(line, Holds):
            self.n_adapters = line.n_adapters
        elif exchange := self._exchanges.get(line.id):  # type: ignore[union-attr]
            exchange.put(line)  # type: ignore[arg-type]  # a speaker sends replies only

    def _end(self, gone: SpeakerGone) -> None:
        if self._gone is not None:
            return
        self._gone = gone
        if not self._ready.done():
            self._ready.set_result(gone)
        for exchange in self._exchanges.values():
            exchange.put(gone)


class Spoken:
    """The pieces of an answer of a speaker."""

    def __init__(self, speaker: SpeakerProcess, left: Callable[[], None]) -> None:
        """Begin an exchange; *left* is called once, at its end."""
        self._speaker = speaker
        self._exchange = speaker.open()
        self._left = left
        self._is_computed = True
        """False while it is known that the chat only waits."""
        self._is_taken = False
        """Whether the speaker has heard of it."""
        self._is_over = False

    @property
    def is_waiting(self) -> bool:
        """Whether it is not computed yet, also by what was not read yet."""
        is_unheard = self._speaker.is_silent and not self._is_taken
        is_computed = self._is_computed and not is_unheard
        return self._exchange.is_silent and not (is_computed or self._is_over)

    async def begin(self, request: ChatRequest, adapter: Path | None, number: int) -> int:
        """Send the chat; returns the tokens of its messages once they are counted."""
        self._speaker.send(Ask.of(request, adapter, number=self._exchange.number, turn=number))
        reply = await self._next()
        if isinstance(reply, Refused):
            raise _refusal(reply)
        assert isinstance(reply, Begun)
        self._is_computed, self._is_taken = False, True
        return reply.prompt_tokens

    def __aiter__(self) -> "Spoken":
        return self

    async def __anext__(self) -> Piece:
        reply = await self._next()
        if isinstance(reply, Opened):
            self._is_computed = True
            reply = await self._next()
        if isinstance(reply, Broken):
            raise AnswerBroken(reply.message)
        assert isinstance(reply, Said)
        if reply.finish_reason:
            await self.aclose()
        return Piece(text=reply.text, n_tokens=reply.n_tokens, finish_reason=reply.finish_reason)

    def withdraw(self) -> None:
        """End it, and let its reader know that it goes on elsewhere."""
        self._exchange.put(Withdrawn())
        self._end()

    async def aclose(self) -> None:
        """End the answer."""
        self._end()

    def _end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._speaker.send(Cancel(id=self._exchange.number))
            self._exchange.close()
            self._left()

    async def _next(self) -> Reply:
        try:
            return await self._exchange.next()
        except SpeakerGone as gone:
            raise WorkerGone(str(gone), is_suspect=self._is_computed) from gone


def _refusal(refused: Refused) -> Exception:
    match refused.refusal:
        case Refusal.TOO_LONG:
            return PromptTooLong(refused.prompt_tokens)
        case Refusal.MESSAGES:
            return ChatRefused(refused.message)
        case Refusal.MODEL:
            return ModelUnavailable(refused.message)
