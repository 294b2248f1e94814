"""Shows "typing…" at the top of a chat."""

import asyncio
import logging
from typing import Self

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

INTERVAL_S = 4.5
"""Telegram removes the sign after five seconds."""

_logger = logging.getLogger(__name__)


class Typing:
    """Shows the sign until it is stopped, or until the end of a block; never delays its caller."""

    def __init__(self, bot: Bot, chat_id: int, thread_id: int | None = None) -> None:
        self._bot = bot
        self._chat_id = chat_id
        self._thread_id = thread_id
        self._task = asyncio.create_task(self._run(), name=f"typing in chat {chat_id}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop showing it."""
        self._task.cancel()

    async def _run(self) -> None:
        while True:
            try:
                await self._bot.send_chat_action(
                    self._chat_id, ChatAction.TYPING, message_thread_id=self._thread_id
                )
            except TelegramError as exc:
                _logger.debug("No typing sign for chat %s: %s", self._chat_id, exc)
            await asyncio.sleep(INTERVAL_S)
