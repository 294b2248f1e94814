"""An answer that is shown while it grows: only the latest frame is sent, one at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass, field, replace

from telegram.error import TelegramError

from bot.delivery.outcomes import Refused, Uncertain
from bot.delivery.poster import Poster
from bot.delivery.rate_limits import RateLimits
from bot.delivery.screen import Screen

INTERVAL_S = 1.2
"""Least time between two frames of a chat. Telegram allows about one edit per second."""
FIRST_DELAY_S = 0.3
"""An answer that is complete by then is sent without frames."""
PATIENCE_S = 3.0
"""How long the complete answer waits for a frame that is on its way."""

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class StreamedAnswer:
    """Shows frames, the states of a growing answer; each replaces the last in the same message.

    `show` never waits, so Telegram does not delay the reader of the model's stream. Frames that
    can't be sent in time are dropped; the outbox sends the complete answer.
    """

    poster: Poster
    rate_limits: RateLimits
    _: KW_ONLY
    chat_id: int
    floor_id: int
    """Every earlier message has at most this id."""
    message_id: int | None
    """The message in which the answer grows; None before there is one."""
    is_unsure: bool
    """The chat may show a part of the answer in a message whose id we do not know."""
    is_blocked: Callable[[], Awaitable[bool]]
    """Whether the outbox has messages for the chat, which go first."""
    on_first: Callable[[int], Awaitable[None]]
    """Gets the message's id as soon as it is known."""
    thread_id: int | None = None
    """The topic in which it appears."""
    rings: bool = False
    """Whether it comes with a sound."""
    n_shown: int = field(init=False, default=0)
    """How many frames Telegram has accepted."""
    _latest: Callable[[], Screen] | None = field(init=False, default=None)
    _wanted: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _closed: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _is_sending: bool = field(init=False, default=False)
    _task: asyncio.Task[None] | None = field(init=False, default=None)

    def show(self, render: Callable[[], Screen]) -> None:
        """Show a screen as soon as the rate limits allow, unless a newer one comes before that.

        It is rendered when it is sent, so a screen that a newer one replaces costs nothing.
        """
        self._latest = render
        self._wanted.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"frames of chat {self.chat_id}")

    async def close(self) -> None:
        """Send no more frames. One that is on its way has `PATIENCE_S` to end and to be stored.

        A frame that takes longer is given up, and may have been sent: then `is_unsure` is set.
        """
        self._closed.set()
        self._wanted.set()
        if self._task is None:
            return
        try:
            if self._is_sending:
                await asyncio.wait([self._task], timeout=PATIENCE_S)
        finally:
            self._task.cancel()
        (failure,) = await asyncio.gather(self._task, return_exceptions=True)
        if isinstance(failure, Exception):  # a bug; the complete answer does not depend on frames
            _logger.error("Frames of chat %s failed", self.chat_id, exc_info=failure)

    async def _run(self) -> None:
        pause_s = FIRST_DELAY_S
        while not await self._is_closed_after(pause_s):
            await self._wanted.wait()
            if self._closed.is_set():
                return
            if self.rate_limits.is_free(self.chat_id) and not await self.is_blocked():
                self._wanted.clear()
                await self._send_latest()
            pause_s = INTERVAL_S

    async def _is_closed_after(self, pause_s: float) -> bool:
        try:
            async with asyncio.timeout(pause_s):
                return await self._closed.wait()
        except TimeoutError:
            return False

    async def _send_latest(self) -> None:
        async with self.poster.order(self.chat_id):
            if self._latest is None or self._closed.is_set():
                return
            try:
                screen = replace(self._latest(), thread_id=self.thread_id, rings=self.rings)
            except Exception:  # a bug; the next frame may be drawn
                _logger.exception("A frame for chat %s can't be drawn", self.chat_id)
                return
            self._is_sending = True
            try:
                await self._send(screen)
            except (Uncertain, asyncio.CancelledError) as exc:
                self.is_unsure = True
                if isinstance(exc, asyncio.CancelledError):
                    raise
            except (Refused, TelegramError) as exc:
                _logger.info("A frame for chat %s was dropped: %s", self.chat_id, exc)
            finally:
                self._is_sending = False

    async def _send(self, screen: Screen) -> None:
        message_id = await self.poster.post(
            self.chat_id,
            screen,
            edit_id=self.message_id,
            floor_id=self.floor_id,
            is_unsure=self.is_unsure,
        )
        self.is_unsure = False
        self.n_shown += 1
        if message_id != self.message_id:
            self.message_id = message_id
            await self.on_first(message_id)
