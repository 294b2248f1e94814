"""Sends or edits one message; after a lost answer, finds the message that may have been sent."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from telegram import Bot, ForceReply, Message
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.delivery.arguments import Arguments, arguments_of, without_formatting
from bot.delivery.late_edits import LateEdits
from bot.delivery.lost_messages import KnownIds, LostMessages
from bot.delivery.outcomes import Failed, Refused, Uncertain, Unreadable
from bot.delivery.rate_limits import RateLimits, retry_after_s
from bot.delivery.requests import BadGateway, ForeignAnswer, Reachability
from bot.delivery.screen import Attachment, Screen

_UPLOAD_TIMEOUTS: dict[str, Any] = {"write_timeout": 120, "read_timeout": 60}
"""Seconds. A file takes longer to upload than text, and Telegram longer to process."""

_logger = logging.getLogger(__name__)

_NOT_OURS = (
    "to edit not found",
    "can't be edited",
    "no text in the message",
    "no caption in the message",
    "message_id_invalid",
)
"""Telegram's errors for an edit of a message that is not ours, or has a file or none.

Text messages have no caption and files have no text, so one is never mistaken for the other.
"""

_BAD_FORMATTING = ("parse entities", "entity_", "entities_", "wrong http url", "url_invalid")
"""Telegram's errors for formatting that it does not take; the text itself is valid."""

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""After these errors Telegram certainly does not have the request."""


class Poster:
    """Shows screens in chats, one at a time per chat.

    Telegram has no idempotency key, so a send whose answer got lost (a crash, a dropped
    connection) can't simply be repeated. But message ids only grow, over all private chats of the
    bot, and edits can be repeated. So the poster tries to edit the unknown ids above the newest id
    that was known before the send. The lost message is the one where the edit succeeds: Telegram
    refuses to edit a message of somebody else, or of another chat.

    Silence is worse than a second copy. A search ends after ten seconds in which Telegram could be
    reached, and then the message is sent again. `python -m benchmarks.network` measures what comes
    of it where 12 % of all calls are cut before Telegram has them, and 12 % after it. Every answer
    arrives, at the latest 15 s after a hole in the network. At most 2 % arrive twice.
    """

    def __init__(
        self, bot: Bot, rate_limits: RateLimits, known_ids: KnownIds, reachability: Reachability
    ) -> None:
        self._bot = bot
        self._rate_limits = rate_limits
        self.reachability = reachability
        self._lost = LostMessages(known_ids, rate_limits, reachability, self._ask)
        self._late_edits = LateEdits(self._repeat)
        self._locks: dict[int, asyncio.Lock] = {}
        self._waiting: dict[int, int] = {}

    async def close(self) -> None:
        """Repeat no more edits."""
        await self._late_edits.close()

    @contextlib.asynccontextmanager
    async def order(self, chat_id: int) -> AsyncIterator[None]:
        """Lock the chat until the posted message's id is stored, so that no search finds it."""
        lock = self._locks.setdefault(chat_id, asyncio.Lock())
        self._waiting[chat_id] = self._waiting.get(chat_id, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._waiting[chat_id] -= 1
            if not self._waiting[chat_id]:
                del self._waiting[chat_id], self._locks[chat_id]

    async def post(
        self, chat_id: int, screen: Screen, *, edit_id: int | None, floor_id: int, is_unsure: bool
    ) -> int:
        """Show the screen and return the id of its message; call it inside `order`.

        *edit_id* is the message that should show it. If that is gone, or the screen has an
        attachment, a new message is sent. Every earlier message has at most the id *floor_id*.
        With *is_unsure* an earlier try may have succeeded, so its message is searched for first.

        Raises:
            Uncertain: no answer came; try again with *is_unsure*.
            Unreadable, Failed: an answer came that says nothing, or a failure; the same.
            Refused: another try would be useless.
            TelegramError: from the library; nothing was done.
        """
        if edit_id is not None and screen.has_only_buttons:
            await self.change(chat_id, edit_id, screen)
            return edit_id
        if edit_id is not None and screen.attachment is None:
            await self._rate_limits.turn(chat_id)
            if await self._edit(chat_id, edit_id, screen):
                return edit_id
        if is_unsure:
            edit = partial(self._edit, chat_id, screen=screen)
            found = await self._lost.find(chat_id, floor_id, edit)
            if found is not None:
                return found
        return await self._send(chat_id, screen, floor_id)

    async def change(self, chat_id: int, message_id: int, screen: Screen) -> None:
        """Edit that message, or only its buttons; call it inside `order`.

        A message that no longer exists is only logged.
        """
        await self._rate_limits.turn(chat_id)
        try:
            await self._edit(chat_id, message_id, screen)
        except Refused as exc:
            _logger.error("Message %s was not changed: %s", message_id, exc)

    async def _edit(self, chat_id: int, message_id: int, screen: Screen) -> bool:
        self._late_edits.forget(chat_id, message_id)
        is_shown = await self._try_to_edit(chat_id, message_id, screen)
        if is_shown:
            self._late_edits.repeat(chat_id, message_id, screen)
        return is_shown

    async def _repeat(self, chat_id: int, message_id: int, screen: Screen) -> None:
        async with self.order(chat_id):
            await self._rate_limits.turn(chat_id)
            await self._try_to_edit(chat_id, message_id, screen)

    async def _try_to_edit(self, chat_id: int, message_id: int, screen: Screen) -> bool:
        """Whether the message now shows the screen; False when we have no such message."""
        try:
            await self._call(chat_id, partial(self._request_edit, chat_id, message_id), screen)
        except (Uncertain, asyncio.CancelledError):
            self._late_edits.doubt(chat_id, message_id, screen)
            raise
        except Refused as exc:
            reason = str(exc).lower()
            if "not modified" not in reason and not any(words in reason for words in _NOT_OURS):
                raise
            return "not modified" in reason
        return True

    async def _send(self, chat_id: int, screen: Screen, floor_id: int) -> int:
        content = await _content(screen.attachment) if screen.attachment else b""
        request = partial(self._request_send, chat_id, content, screen)

        async def send() -> int:
            message = await self._call(chat_id, request, screen)
            if not isinstance(message, Message):
                raise Unreadable(f"{message!r} is no message")
            return message.message_id

        await self._rate_limits.turn(chat_id)
        try:
            return await self._lost.send(chat_id, floor_id, send)
        except Refused as exc:
            if not screen.thread_id or "thread not found" not in str(exc):
                raise
            return await self._send(chat_id, replace(screen, thread_id=None), floor_id)

    async def _ask(self) -> None:
        # Also what the library raises for an answer that it can't read; the request logs silence.
        with contextlib.suppress(Exception):
            await self._bot.get_me()

    async def _request_edit(self, chat_id: int, message_id: int, arguments: Arguments) -> Any:
        which: Arguments = {"chat_id": chat_id, "message_id": message_id}
        if "text" in arguments:
            return await self._bot.edit_message_text(**which, **arguments)
        if "caption" in arguments:
            return await self._bot.edit_message_caption(**which, **arguments)
        return await self._bot.edit_message_reply_markup(**which, **arguments)

    async def _request_send(
        self, chat_id: int, content: bytes, screen: Screen, arguments: Arguments
    ) -> Any:
        attachment = screen.attachment
        if screen.thread_id:
            arguments = {"message_thread_id": screen.thread_id, **arguments}
        if not screen.rings:
            arguments = {"disable_notification": True, **arguments}
        if screen.placeholder:
            ask = ForceReply(input_field_placeholder=screen.placeholder)
            arguments = {"reply_markup": ask, **arguments}
        if attachment is None:
            return await self._bot.send_message(chat_id=chat_id, **arguments)
        upload = {"filename": attachment.name, **_UPLOAD_TIMEOUTS}
        if attachment.kind == "photo":
            return await self._bot.send_photo(chat_id, content, **upload, **arguments)
        return await self._bot.send_document(chat_id, content, **upload, **arguments)

    async def _call(
        self, chat_id: int, request: Callable[[Arguments], Awaitable[Any]], screen: Screen
    ) -> Any:
        arguments = arguments_of(screen)
        try:
            return await request(arguments)
        except RetryAfter as exc:
            self._rate_limits.block(chat_id, retry_after_s(exc))
            raise
        except BadRequest as exc:  # before NetworkError, which it is a subclass of
            is_formatting = any(words in exc.message.lower() for words in _BAD_FORMATTING)
            if is_formatting and (screen.entities is None or screen.entities):
                _logger.error("Telegram refused our formatting: %s", exc.message)
                return await self._call(chat_id, request, without_formatting(screen))
            if "chat not found" in exc.message.lower():  # they have never written to us
                raise Forbidden(exc.message) from exc
            raise Refused(exc.message) from exc
        except NetworkError as exc:
            if isinstance(exc.__cause__, _NEVER_LEFT):
                raise
            if "too large" in exc.message.lower():  # 413, for which the library has no class
                raise Refused(exc.message) from exc
            raise _outcome(exc)(exc.message) from exc
        except TelegramError:
            raise
        except Exception as exc:  # the library can't read it: `true`, `{}` or a list, say
            _logger.warning("An answer of Telegram can't be read: %r", exc)
            raise Unreadable from exc


def _outcome(exc: NetworkError) -> type[Uncertain]:
    """What is known after an error that is no refusal; the client's own errors have a cause."""
    if isinstance(exc, ForeignAnswer) and not isinstance(exc, BadGateway):
        return Unreadable
    is_silence = exc.__cause__ or isinstance(exc, TimedOut | BadGateway)
    return Uncertain if is_silence else Failed


async def _content(attachment: Attachment) -> bytes:
    if not attachment.path:
        return attachment.text.encode(errors="replace")
    try:
        return await asyncio.to_thread(Path(attachment.path).read_bytes)
    except OSError as exc:
        raise Refused(f"the file {attachment.name!r} can't be read: {exc.strerror}") from exc
