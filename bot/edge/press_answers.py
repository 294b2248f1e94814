"""The one answer that Telegram takes to a press; it can show a sentence above the chat."""

import asyncio
import logging

from telegram import CallbackQuery
from telegram.error import TelegramError

from bot.texts import utf16_length

WAIT_S = 3.0
"""After so long the button stops waiting, also if its handler still works."""
MOST_UNITS = 200
"""https://core.telegram.org/bots/api#answercallbackquery"""
TOAST_UNITS = 80
"""More can't be read while a toast is shown: the person has to close it."""

_logger = logging.getLogger(__name__)


class PressAnswer:
    """Is given once: with a sentence, or only to end the waiting sign on the button."""

    def __init__(self, query: CallbackQuery | None, tasks: "set[asyncio.Task[bool]]") -> None:
        """*query* None: nothing was pressed. *tasks* keeps the answers that nobody waits for."""
        self._query, self._tasks = query, tasks
        self._is_given = query is None
        if query is not None:
            asyncio.get_running_loop().call_later(WAIT_S, self.end)

    @property
    def is_asked(self) -> bool:
        """Whether a button was pressed at all."""
        return self._query is not None

    async def say(self, text: str) -> bool:
        """Show plain text; False: the person may not have seen it, because it comes too late."""
        return 0 < utf16_length(text) <= MOST_UNITS and self._take() and await self._give(text)

    def end(self) -> None:
        """Remove the waiting sign."""
        if self._take():
            task = asyncio.create_task(self._give(""))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _take(self) -> bool:
        is_free, self._is_given = not self._is_given, True
        return is_free

    async def _give(self, text: str) -> bool:
        assert self._query is not None
        try:
            await self._query.answer(text or None, show_alert=utf16_length(text) > TOAST_UNITS)
        except TelegramError as exc:
            _logger.debug("A button's press was not answered: %s", exc)
            return False
        return True
