"""The chats of one speaker: it starts with a chat, and ends when nobody talks with it."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from engine.backends import Answer, ChatRequest, ModelUnavailable
from engine.backends.lora.bases import BaseMissing, Bases
from engine.backends.lora.chat_worker import RETRY_S, Withdrawn, WorkerGone
from engine.backends.lora.options import LoraOptions
from engine.backends.lora.speaker_process import Launcher, SpeakerGone, SpeakerProcess, Spoken
from engine.backends.lora.speech_lines import Forget, SetThreads

DOWNLOADING = "its base is being downloaded, please try again in some minutes"
_log = logging.getLogger(__name__)


class SpeakerChats:
    """A `ChatWorker` that is a process of its own.

    It starts with its first chat, and ends when there was none for `LoraOptions.idle_s`.
    """

    def __init__(
        self,
        name: str,
        bases: Bases,
        options: LoraOptions,
        *,
        device: str,
        launch: Launcher,
        share_threads: Callable[[], None],
    ) -> None:
        """Nothing is started yet; *share_threads* is called when `is_busy` changes."""
        self.device = device
        self._launch = launch
        self._name = name
        self._bases = bases
        self._options = options
        self._share_threads = share_threads
        self._threads = 1
        self._speaker: SpeakerProcess | None = None
        self._start: asyncio.Task[SpeakerProcess | str] | None = None
        """Ends with the reason if the speaker can't start."""
        self._problem = ""
        self._problem_until = 0.0
        self._n_open = 0
        self._arriving: dict[int, asyncio.Future[None]] = {}
        """Chats that wait for the start; each future ends when its chat is withdrawn."""
        self._spoken: dict[int, Spoken] = {}
        """Of the chats that are open here, by their numbers."""
        self._idle: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._stops: set[asyncio.Task[None]] = set()
        """Speakers that are ending."""

    @property
    def is_ready(self) -> bool:
        """See `ChatWorker.is_ready`."""
        return self._speaker is not None and self._speaker.is_running

    @property
    def is_silent(self) -> bool:
        """See `ChatWorker.is_silent`."""
        # One that has ended is not: it is started again.
        return self.is_ready and self._speaker is not None and self._speaker.is_silent

    @property
    def n_adapters(self) -> int:
        """Adapters in its memory."""
        return self._speaker.n_adapters if self._speaker and self.is_ready else 0

    @property
    def is_busy(self) -> bool:
        """Whether anybody waits for it."""
        return self._n_open > 0

    @property
    def is_idle(self) -> bool:
        """Whether it has the base in memory, and answers nobody."""
        return self.is_ready and not self._n_open

    async def answer(self, request: ChatRequest, adapter: Path | None, number: int) -> Answer:
        """See `ChatWorker.answer`."""
        self._enter()
        try:
            speaker = await self._running_speaker(number)
        except BaseException:
            self._leave(number)
            raise
        spoken = self._spoken[number] = Spoken(speaker, partial(self._leave, number))
        try:
            tokens = await spoken.begin(request, adapter, number)
        except BaseException:
            await spoken.aclose()
            raise
        return Answer(prompt_tokens=tokens, pieces=spoken)

    @property
    def waiting(self) -> Collection[int]:
        """See `ChatWorker.waiting`."""
        told = {number for number, spoken in self._spoken.items() if spoken.is_waiting}
        return told | self._arriving.keys()

    def withdraw(self, number: int) -> None:
        """See `ChatWorker.withdraw`."""
        if arriving := self._arriving.pop(number, None):
            arriving.set_result(None)
        else:
            self._spoken[number].withdraw()

    async def forget(self, folder: Path) -> None:
        """See `ChatWorker.forget`."""
        if self._speaker:
            # It obeys in turn: no later chat can find the adapters. A frozen one is not waited for.
            self._speaker.send(Forget(folder=str(folder)))

    def set_threads(self, threads: int) -> None:
        """Compute with so many threads."""
        if threads != self._threads and self._speaker:
            self._speaker.send(SetThreads(threads=threads))
        self._threads = threads

    async def drop_idle(self) -> None:
        """End the speaker if it answers nobody; returns when its memory is free."""
        if not self._n_open:
            self._drop()
        if self._stops:
            await asyncio.wait(self._stops)

    async def close(self) -> None:
        """See `ChatWorker.close`."""
        self._is_closed = True
        if self._idle:
            self._idle.cancel()
        if self._start:
            self._start.cancel()
            await asyncio.wait([self._start])
        self._drop()
        if self._stops:
            await asyncio.wait(self._stops)

    def _enter(self) -> None:
        self._n_open += 1
        if self._n_open == 1:
            self._share_threads()
        if self._idle:
            self._idle.cancel()

    def _leave(self, number: int) -> None:
        self._spoken.pop(number, None)
        self._n_open -= 1
        if not self._n_open:
            self._share_threads()
        self._leave_idle()

    def _leave_idle(self) -> None:
        """End the speaker later if nobody waits for it."""
        if self._idle:
            self._idle.cancel()
        if not self._n_open:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self._options.idle_s, self._drop)

    async def _running_speaker(self, number: int) -> SpeakerProcess:
        if self._speaker and self.is_ready:
            return self._speaker
        if self._is_closed:
            raise ModelUnavailable("the server is stopping")
        if self._start is None:
            left_s = self._problem_until - time.monotonic()
            if self._problem and left_s > 0:
                raise WorkerGone(self._problem, rest_s=left_s)
            self._start = asyncio.create_task(self._started())
        if self._bases.folder(self._name) is None:
            # Nobody waits minutes for an answer. While it is tried again, the reason is told.
            raise ModelUnavailable(self._problem or DOWNLOADING)
        start, arriving = self._start, asyncio.get_running_loop().create_future()
        self._arriving[number] = arriving
        try:
            # Others may wait for the same start, so it goes on if this chat ends.
            await asyncio.wait([start, arriving], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._arriving.pop(number, None)
        if arriving.done():
            raise Withdrawn
        outcome = start.result()
        if isinstance(outcome, str):
            raise WorkerGone(outcome, rest_s=RETRY_S)
        return outcome

    async def _started(self) -> SpeakerProcess | str:
        speaker: SpeakerProcess | None = None
        self._drop()  # what may be left of an earlier one
        try:
            folder = await self._bases.fetch(self._name, self._log_progress)
            speaker = await self._launch(
                folder,
                device=self.device,
                threads=self._threads,
                chat_batch=self._options.chat_batch,
            )
            await speaker.ready()
        except (BaseMissing, SpeakerGone, OSError) as exc:
            _log.warning("%s can't be loaded: %s", self._name, exc)
            self._problem, self._problem_until = _words(exc), time.monotonic() + RETRY_S
            return self._problem
        except BaseException:
            if speaker:
                self._stop(speaker)
            raise
        finally:
            self._start = None
        speaker.send(SetThreads(threads=self._threads))
        self._speaker, self._problem = speaker, ""
        self._leave_idle()
        return speaker

    async def _log_progress(self, message: str) -> None:
        _log.info("%s", message)

    def _drop(self) -> None:
        if self._speaker:
            self._stop(self._speaker)
            self._speaker = None

    def _stop(self, speaker: SpeakerProcess) -> None:
        task = asyncio.create_task(speaker.stop())
        self._stops.add(task)
        task.add_done_callback(self._stops.discard)


def _words(exc: Exception) -> str:
    """Why a speaker did not start, without paths."""
    if isinstance(exc, OSError):
        return f"its process can't start ({exc.strerror})"
    return str(exc).rstrip(".")
