"""The chats of one base: its speaker, and the places in its queue."""

import asyncio
import logging
import math
import time
from functools import partial
from pathlib import Path

from engine.backends import Answer, Busy, ChatRequest, ModelUnavailable
from engine.backends.lora.bases import BaseMissing, Bases
from engine.backends.lora.options import LoraOptions
from engine.backends.lora.place import Place
from engine.backends.lora.speaker_process import SpeakerGone, SpeakerProcess, start_speaker
from engine.backends.lora.speech_lines import Forget, SetThreads

DOWNLOADING = "its base is being downloaded, please try again in some minutes"
RETRY_S = 5.0
"""How long a base that can't be loaded is not tried again."""
_FIRST_GUESS_S = 10.0
"""How long an answer takes, before any was measured."""
_NEWEST_SHARE = 0.2
"""Of the newest answer in the average of their durations."""
_log = logging.getLogger(__name__)


class BaseChats:
    """The chats of one base.

    Its speaker starts with the first chat, and ends when there was none for `LoraOptions.idle_s`.
    """

    def __init__(
        self, name: str, bases: Bases, options: LoraOptions, *, device: str, threads: int
    ) -> None:
        self._name = name
        self._bases = bases
        self._options = options
        self._device = device
        self._threads = threads
        self._speaker: SpeakerProcess | None = None
        self._start: asyncio.Task[SpeakerProcess | str] | None = None
        """Ends with the reason if the speaker can't start."""
        self._problem = ""
        self._problem_since = 0.0
        self._places: dict[Place, None] = {}
        """In the order of their requests."""
        self._answer_s = _FIRST_GUESS_S
        self._idle: asyncio.TimerHandle | None = None
        self._stops: set[asyncio.Task[None]] = set()
        """Speakers that are ending."""

    def check_queue(self) -> None:
        """Raise `Busy` if no more chats may wait."""
        if len(self._places) >= self._options.chat_batch + self._options.chat_queue:
            # With so many answers at once, one of them ends about this often.
            raise Busy(math.ceil(self._answer_s / self._options.chat_batch))

    async def answer(self, request: ChatRequest, adapter: Path | None) -> Answer:
        """Take a place, also beyond the queue's limit.

        Raises:
            ChatRefused, PromptTooLong, ModelUnavailable: as `Backend.answer`.
        """
        place = Place(self._leave)
        self._enter(place)
        try:
            speaker = await self._running_speaker()
            place.open(speaker)
            return await place.begin(request, adapter, partial(self._n_before, place))
        except SpeakerGone as gone:
            place.leave()
            raise ModelUnavailable(str(gone)) from gone
        except BaseException:
            place.leave()
            raise

    async def forget(self, folder: Path) -> None:
        """Drop every adapter below *folder*."""
        if self._speaker is None or not self._speaker.is_running:
            return
        exchange = self._speaker.open()
        try:
            self._speaker.send(Forget(id=exchange.number, folder=str(folder)))
            await exchange.next()
        except SpeakerGone:
            pass  # and its adapters with it
        finally:
            exchange.close()

    def set_threads(self, threads: int) -> None:
        """Compute with so many threads."""
        self._threads = threads
        if self._speaker:
            self._speaker.send(SetThreads(threads=threads))

    @property
    def is_idle(self) -> bool:
        """Whether the base is in memory, and answers nobody."""
        return self._speaker is not None and not self._places

    async def drop_idle(self) -> None:
        """End the speaker if it answers nobody; returns when its memory is free."""
        if not self._places:
            self._drop()
        if self._stops:
            await asyncio.wait(self._stops)

    async def close(self) -> None:
        """End the speaker; answers break."""
        if self._idle:
            self._idle.cancel()
        if self._start:
            self._start.cancel()
            await asyncio.wait([self._start])
        self._drop()
        if self._stops:
            await asyncio.wait(self._stops)

    def _n_before(self, place: Place) -> int:
        """How many answers have to end before that one begins."""
        return max(0, list(self._places).index(place) + 1 - self._options.chat_batch)

    def _enter(self, place: Place) -> None:
        self._places[place] = None
        if self._idle:
            self._idle.cancel()

    def _leave(self, place: Place, duration_s: float | None) -> None:
        del self._places[place]
        if duration_s is not None:
            self._answer_s += _NEWEST_SHARE * (duration_s - self._answer_s)
        self._leave_idle()

    def _leave_idle(self) -> None:
        """End the speaker later if nobody waits for it."""
        if self._idle:
            self._idle.cancel()
        if not self._places:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self._options.idle_s, self._drop)

    async def _running_speaker(self) -> SpeakerProcess:
        if self._speaker and self._speaker.is_running:
            return self._speaker
        if self._start is None:
            if self._problem and time.monotonic() < self._problem_since + RETRY_S:
                raise ModelUnavailable(self._problem)
            self._start = asyncio.create_task(self._started())
        if self._bases.folder(self._name) is None:
            # Nobody waits minutes for an answer. While it is tried again, the reason is told.
            raise ModelUnavailable(self._problem or DOWNLOADING)
        # Others may wait for the same start, so it goes on if this chat ends.
        outcome = await asyncio.shield(self._start)
        if isinstance(outcome, str):
            raise ModelUnavailable(outcome)
        return outcome

    async def _started(self) -> SpeakerProcess | str:
        speaker: SpeakerProcess | None = None
        try:
            folder = await self._bases.fetch(self._name, self._log_progress)
            speaker = await start_speaker(
                folder,
                device=self._device,
                threads=self._threads,
                chat_batch=self._options.chat_batch,
            )
            await speaker.ready()
        except (BaseMissing, SpeakerGone, OSError) as exc:
            _log.warning("%s can't be loaded: %s", self._name, exc)
            self._problem, self._problem_since = _words(exc), time.monotonic()
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
