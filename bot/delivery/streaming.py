"""An answer that is shown while it grows: the latest frame wins, one send is in flight."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram.error import TelegramError

from bot.delivery.poster import Poster, Refused, Uncertain
from bot.delivery.rate_limits import RateLimits
from bot.delivery.screen import Screen

INTERVAL_S = 1.2
"""Least time between two frames of a chat. Telegram bears about one edit a second."""

FIRST_DELAY_S = 0.3
"""An answer that is whole by then is sent at once, without frames."""

_logger = logging.getLogger(__name__)


class StreamedAnswer:
    """Shows frames of one answer, each replacing the last one in the same message.

    `show` never waits, so whoever reads the model's stream is never held up by Telegram. Frames
    that can't leave in time are dropped; the whole answer goes another way, through the outbox.
    """

    def __init__(
        self,
        poster: Poster,
        pace: RateLimits,
        *,
        chat_id: int,
        floor_id: int,
        message_id: int | None,
        is_replay: bool,
        is_blocked: Callable[[], Awaitable[bool]],
        on_first: Callable[[int], Awaitable[None]],
    ) -> None:
        self._poster = poster
        self._pace = pace
        self._chat_id = chat_id
        self._floor_id = floor_id
        self.message_id = message_id
        """The message in which the answer grows; None before there is one."""
        self.is_unsure = is_replay
        """A message with a part of the answer may stand in the chat without our knowing its id."""
        self.n_shown = 0
        """How many frames Telegram has taken."""
        self._is_blocked = is_blocked
        self._on_first = on_first
        self._latest: Callable[[], Screen] | None = None
        self._wanted = asyncio.Event()
        self._closed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def show(self, render: Callable[[], Screen]) -> None:
        """Show a screen as soon as the pace allows, unless a newer one comes before that.

        It is rendered when it leaves, so one that is overtaken costs nothing.
        """
        self._latest = render
        self._wanted.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"frames of chat {self._chat_id}")

    async def close(self) -> None:
        """Send no more frames; one that is in flight arrives and is remembered first."""
        self._closed.set()
        self._wanted.set()
        if self._task is None:
            return
        try:
            await asyncio.shield(self._task)
        except asyncio.CancelledError:  # the bot ends, and Telegram takes its time
            self._task.cancel()
            raise

    async def _run(self) -> None:
        pause_s = FIRST_DELAY_S
        while not await self._is_closed_after(pause_s):
            await self._wanted.wait()
            if self._closed.is_set():
                return
            if self._pace.is_free(self._chat_id) and not await self._is_blocked():
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
        async with self._poster.order(self._chat_id):
            if self._latest is None or self._closed.is_set():
                return
            try:
                message_id = await self._poster.post(
                    self._chat_id,
                    self._latest(),
                    edit_id=self.message_id,
                    floor_id=self._floor_id,
                    is_unsure=self.is_unsure,
                )
            except Uncertain:
                self.is_unsure = True
            except (Refused, TelegramError) as exc:
                _logger.info("A frame for chat %s was dropped: %s", self._chat_id, exc)
            else:
                self.is_unsure = False
                self.n_shown += 1
                if message_id != self.message_id:
                    self.message_id = message_id
                    await self._on_first(message_id)
