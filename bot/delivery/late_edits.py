"""Repeats edits that an earlier edit of the same message, still on its way, may overwrite."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram.error import TelegramError

from bot.delivery.outcomes import Refused, Uncertain
from bot.delivery.screen import Screen

LATE_S = 60.0
"""An edit that has no answer after so many seconds will not arrive any more."""
REPEATED_AFTER_S = (3.0, 10.0, 30.0)
"""Seconds after the edit. Telegram takes a repeated edit for none."""

Edit = Callable[[int, int, Screen], Awaitable[object]]
"""(chat id, message id, what to show) -> anything."""
_Message = tuple[int, int]
"""A chat id and a message id."""

_logger = logging.getLogger(__name__)


class LateEdits:
    """Knows which edits had no answer, and what each of these messages should show."""

    def __init__(self, edit: Edit) -> None:
        self._edit = edit
        self._unanswered: dict[_Message, list[tuple[float, Screen]]] = {}
        self._tasks: dict[_Message, asyncio.Task[None]] = {}

    def doubt(self, chat_id: int, message_id: int, screen: Screen) -> None:
        """An edit had no answer; it may still arrive."""
        too_old = _now() - LATE_S
        self._unanswered = {
            message: edits for message, edits in self._unanswered.items() if edits[-1][0] > too_old
        }
        self._unanswered.setdefault((chat_id, message_id), []).append((_now(), screen))

    def forget(self, chat_id: int, message_id: int) -> None:
        """The message will show something else."""
        if (task := self._tasks.pop((chat_id, message_id), None)) is not None:
            task.cancel()

    def repeat(self, chat_id: int, message_id: int, screen: Screen) -> None:
        """The message shows the screen: repeat that if it may not stay so."""
        message, too_old = (chat_id, message_id), _now() - LATE_S
        edits = self._unanswered.get(message, [])
        if all(earlier == screen or at <= too_old for at, earlier in edits):
            return
        self.forget(*message)
        name = f"late edits of message {message_id} in chat {chat_id}"
        self._tasks[message] = asyncio.create_task(self._run(message, screen), name=name)

    async def close(self) -> None:
        """Repeat nothing any more."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, message: _Message, screen: Screen) -> None:
        began = _now()
        for after_s in REPEATED_AFTER_S:
            await asyncio.sleep(began + after_s - _now())
            try:
                await self._edit(*message, screen)
            except (TelegramError, Uncertain, Refused) as exc:
                _logger.info("Message %s of chat %s was not repeated: %r", *reversed(message), exc)
        del self._tasks[message]


def _now() -> float:
    return asyncio.get_running_loop().time()
