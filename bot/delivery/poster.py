"""Sends or edits one message; after a lost answer, finds the message that may have been sent."""

import asyncio
import contextlib
import html
import itertools
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message, MessageEntity
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from bot.delivery.rate_limits import RateLimits, retry_after_s
from bot.delivery.screen import Attachment, Screen

PROBED_IDS = 16
"""How many ids above the highest known one are tried when a message may have been sent."""
MOST_PROBED = 64
"""At most so many unknown ids are tried: above an old *floor_id* there may be many."""

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

KnownIds = Callable[[int], Awaitable[set[int]]]
"""(message id) -> the known message ids above it, in all private chats."""


class Uncertain(Exception):
    """No answer came: Telegram may or may not have the message."""


class Refused(Exception):
    """Telegram will never take this message as it is."""


class Poster:
    """Shows screens in chats, one at a time per chat.

    Telegram has no idempotency key, so a send whose answer got lost (a crash, a dropped
    connection) can't simply be repeated. But message ids only grow, over all private chats of the
    bot, and edits can be repeated. So the poster tries to edit the unknown ids above the newest id
    that was known before the send. The lost message is the one where the edit succeeds: Telegram
    refuses to edit a message of somebody else, or of another chat.
    """

    def __init__(self, bot: Bot, rate_limits: RateLimits, known_ids: KnownIds) -> None:
        self._bot = bot
        self._rate_limits = rate_limits
        self._known_ids = known_ids
        self._locks: dict[int, asyncio.Lock] = {}
        self._waiting: dict[int, int] = {}

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
            Refused: another try would be useless.
            RetryAfter, Forbidden, NetworkError: from the library; nothing was done.
        """
        if edit_id is not None and screen.has_only_buttons:
            await self._change_buttons(chat_id, edit_id, screen)
            return edit_id
        if edit_id is not None and screen.attachment is None:
            await self._rate_limits.turn(chat_id)
            if await self._edit(chat_id, edit_id, screen):
                return edit_id
        if is_unsure:
            found = await self._find_lost(chat_id, screen, floor_id)
            if found is not None:
                return found
        return await self._send(chat_id, screen)

    async def _find_lost(self, chat_id: int, screen: Screen, floor_id: int) -> int | None:
        known = await self._known_ids(floor_id)
        window = range(floor_id + 1, max(known, default=floor_id) + 1 + PROBED_IDS)
        unknown = (candidate for candidate in window if candidate not in known)
        await self._rate_limits.turn(chat_id)
        for message_id in itertools.islice(unknown, MOST_PROBED):
            if await self._edit(chat_id, message_id, screen):
                _logger.info("Found message %s again in chat %s", message_id, chat_id)
                return message_id
        return None

    async def _change_buttons(self, chat_id: int, message_id: int, screen: Screen) -> None:
        """Set the message's buttons; a message that no longer exists is only logged."""
        await self._rate_limits.turn(chat_id)
        try:
            await self._edit(chat_id, message_id, screen)
        except Refused as exc:
            _logger.error("Buttons of message %s were not changed: %s", message_id, exc)

    async def _edit(self, chat_id: int, message_id: int, screen: Screen) -> bool:
        """Whether the message now shows the screen; False when we have no such message."""
        try:
            await self._call(chat_id, partial(self._request_edit, chat_id, message_id), screen)
        except Refused as exc:
            reason = str(exc).lower()
            if "not modified" in reason:
                return True
            if any(words in reason for words in _NOT_OURS):
                return False
            raise
        return True

    async def _send(self, chat_id: int, screen: Screen) -> int:
        content = await _content(screen.attachment) if screen.attachment else b""
        await self._rate_limits.turn(chat_id)
        message = await self._call(chat_id, partial(self._request_send, chat_id, content), screen)
        assert isinstance(message, Message)
        return message.message_id

    async def _request_edit(self, chat_id: int, message_id: int, screen: Screen) -> Any:
        which: dict[str, Any] = {"chat_id": chat_id, "message_id": message_id}
        if screen.has_only_buttons:
            buttons = _arguments(screen).get("reply_markup")
            return await self._bot.edit_message_reply_markup(**which, reply_markup=buttons)
        if screen.attachment is None:
            return await self._bot.edit_message_text(**which, **_arguments(screen))
        return await self._bot.edit_message_caption(**which, **_arguments(screen))

    async def _request_send(self, chat_id: int, content: bytes, screen: Screen) -> Any:
        arguments = _arguments(screen)
        if screen.attachment is None:
            return await self._bot.send_message(chat_id=chat_id, **arguments)
        upload = {"filename": screen.attachment.name, **_UPLOAD_TIMEOUTS}
        if screen.attachment.kind == "photo":
            return await self._bot.send_photo(chat_id, content, **upload, **arguments)
        return await self._bot.send_document(chat_id, content, **upload, **arguments)

    async def _call(
        self, chat_id: int, request: Callable[[Screen], Awaitable[Any]], screen: Screen
    ) -> Any:
        try:
            return await request(screen)
        except RetryAfter as exc:
            self._rate_limits.block(chat_id, retry_after_s(exc))
            raise
        except BadRequest as exc:  # before NetworkError, which it is a subclass of
            is_formatting = any(words in exc.message.lower() for words in _BAD_FORMATTING)
            if is_formatting and (screen.entities is None or screen.entities):
                _logger.error("Telegram refused our formatting: %s", exc.message)
                return await self._call(chat_id, request, _plain(screen))
            if "chat not found" in exc.message.lower():  # they have never written to us
                raise Forbidden(exc.message) from exc
            raise Refused(exc.message) from exc
        except NetworkError as exc:
            if "too large" in exc.message.lower():  # 413, for which the library has no class
                raise Refused(exc.message) from exc
            if _was_not_sent(exc):
                raise
            raise Uncertain from exc


def _was_not_sent(exc: NetworkError) -> bool:
    never_left = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
    return isinstance(exc.__cause__, never_left)


async def _content(attachment: Attachment) -> bytes:
    if not attachment.path:
        return attachment.text.encode(errors="replace")
    try:
        return await asyncio.to_thread(Path(attachment.path).read_bytes)
    except OSError as exc:
        raise Refused(f"the file {attachment.name!r} can't be read: {exc.strerror}") from exc


def _plain(screen: Screen) -> Screen:
    if screen.entities is not None:
        return replace(screen, entities=[])
    return replace(screen, text=html.unescape(re.sub("<[^>]+>", "", screen.text)), entities=[])


def _arguments(screen: Screen) -> dict[str, Any]:
    is_caption = screen.attachment is not None
    arguments: dict[str, Any] = {
        "caption" if is_caption else "text": screen.text,
        "parse_mode": ParseMode.HTML,
    }
    if screen.entities is not None:
        arguments["parse_mode"] = None
        arguments["caption_entities" if is_caption else "entities"] = [
            MessageEntity(**entity) for entity in screen.entities
        ]
    if screen.buttons:
        arguments["reply_markup"] = InlineKeyboardMarkup(
            [
                [
                    InlineKeyboardButton(button.text, url=button.url)
                    if button.url
                    else InlineKeyboardButton(button.text, callback_data=button.data)
                    for button in row
                ]
                for row in screen.buttons
            ]
        )
    return arguments
