"""Downloads files that people send, up to a limit.

The library's own `File.download_*` reads a local file if Telegram's `file_path` happens to name
one in the working folder. So this module builds and fetches the URL.
"""

import asyncio
import logging
import math
from urllib.parse import quote

from telegram import Bot, Document
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.delivery.rate_limits import retry_after_s
from bot.delivery.requests import DOWNLOAD_S, LongAnswer
from bot.errors import DownloadFailed, FileTooBig

MOST_TRIES = 3
PAUSES_S = (0.5, 2.0)
"""Between the tries."""
LONGEST_PAUSE_S = 30.0
"""If Telegram asks for a longer pause, the download fails."""
TRY_S = DOWNLOAD_S
"""The longest that one try may take."""
MEGABYTE = 1024 * 1024

_FINAL = (BadRequest, Forbidden, InvalidToken)
"""Telegram refused; the library raises InvalidToken for 401 and 404."""

_logger = logging.getLogger(__name__)


class _Incomplete(Exception):
    """Telegram's answer is not complete."""


async def download(bot: Bot, document: Document, *, most_bytes: int) -> bytes:
    """The content of a document that somebody sent.

    Raises:
        FileTooBig: it has more than *most_bytes*, or more than Telegram delivers to bots.
        DownloadFailed: Telegram does not deliver it.
    """
    _check_size(document.file_size, most_bytes)
    for n_try in range(1, MOST_TRIES + 1):
        try:
            async with asyncio.timeout(TRY_S):
                return await _fetch(bot, document.file_id, most_bytes)
        except (TelegramError, TimeoutError, _Incomplete) as exc:
            # Without the exception's message, which may contain the URL, and so the token.
            _logger.warning("A document did not come, try %s: %s", n_try, type(exc).__name__)
            if isinstance(exc, BadRequest) and "file is too big" in exc.message.lower():
                raise _too_big(None, most_bytes) from None
            pause_s = _pause_after(exc, n_try)
        if pause_s is None:
            break
        await asyncio.sleep(pause_s)
    raise DownloadFailed


def _pause_after(exc: Exception, n_try: int) -> float | None:
    """Seconds until the next try; None: another try would be useless."""
    if isinstance(exc, _FINAL) or n_try == MOST_TRIES:
        return None
    if isinstance(exc, RetryAfter):
        seconds = retry_after_s(exc)
        return seconds if seconds <= LONGEST_PAUSE_S else None
    return PAUSES_S[n_try - 1]


async def _fetch(bot: Bot, file_id: str, most_bytes: int) -> bytes:
    try:
        file = await bot.get_file(file_id)
    except TelegramError:
        raise
    except Exception as exc:  # the library can't read the answer
        raise _Incomplete from exc
    if not file.file_path:
        raise _Incomplete
    _check_size(file.file_size, most_bytes)
    # The library has added the address, unless there is a local file of that name.
    path = file.file_path.removeprefix(f"{bot.base_file_url}/")
    try:
        content = await bot.request.retrieve(f"{bot.base_file_url}/{quote(path)}")
    except LongAnswer:
        raise _too_big(None, most_bytes) from None
    _check_size(len(content), most_bytes)
    if file.file_size is not None and len(content) < file.file_size:
        raise _Incomplete
    return bytes(content)


def _check_size(n_bytes: int | None, most_bytes: int) -> None:
    if n_bytes is not None and n_bytes > most_bytes:
        raise _too_big(n_bytes, most_bytes)


def _too_big(n_bytes: int | None, most_bytes: int) -> FileTooBig:
    limit = most_bytes // MEGABYTE
    # Rounded up, because "20 MB, at most 20" would make no sense.
    megabytes = f">{limit}" if n_bytes is None else math.ceil(n_bytes / MEGABYTE * 10) / 10
    return FileTooBig(megabytes=megabytes, limit=limit)
