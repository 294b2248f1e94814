"""Long polling that commits updates before it confirms them.

The library's Updater confirms updates that are only queued in memory. One update that it can't
parse stops it for good. If a connection stays open without data, it silently gets no updates.
"""

import asyncio
import logging
import time
import warnings
from collections.abc import Awaitable, Callable, Sequence

from telegram import Bot
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError
from telegram.warnings import PTBUserWarning

from bot.delivery.rate_limits import retry_after_s
from bot.delivery.routing import ALLOWED_UPDATES, update_id_of
from bot.domain import JsonDict
from bot.runtime.backoff import backoff

HOLD_S = 25
"""How long Telegram may hold a request when there is nothing new."""
REQUEST_S = 45
"""A request that has not ended after this time is given up, even if the connection is open."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0

_logger = logging.getLogger(__name__)

# The library recommends its own get_updates, which parses all updates of a batch or none.
warnings.filterwarnings("ignore", message=".*Bot.getUpdates", category=PTBUserWarning)


class Polling:
    """Asks Telegram for updates until it is cancelled."""

    def __init__(self, bot: Bot, accept: Callable[[Sequence[JsonDict]], Awaitable[None]]) -> None:
        self._bot = bot
        self._accept = accept
        self._offset = 0
        self._pauses = backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)

    async def run(self) -> None:
        """Poll for ever; a failure is logged and followed by a pause.

        Raises:
            InvalidToken: Telegram no longer knows the token.
        """
        while True:
            try:
                await self._poll()
                self._pauses = backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
            except (InvalidToken, EndPointNotFound) as exc:
                # `do_api_request` turns Telegram's 401 into EndPointNotFound.
                raise InvalidToken from exc
            except RetryAfter as exc:
                await asyncio.sleep(retry_after_s(exc))
            except Conflict:
                _logger.error("Another process polls with the same token; only one may")
                await self._pause()
            except (TelegramError, TimeoutError) as exc:
                _logger.warning("Telegram can't be reached (%s)", type(exc).__name__)
                await self._pause()
            except Exception:  # for instance, a full disk: Telegram keeps what we could not store
                _logger.exception("Updates could not be taken in")
                await self._pause()

    async def _poll(self) -> None:
        async with asyncio.timeout(REQUEST_S):
            updates = await self._bot.do_api_request(
                "getUpdates",
                api_kwargs={
                    "offset": self._offset,
                    "timeout": HOLD_S,
                    "allowed_updates": list(ALLOWED_UPDATES),
                },
                read_timeout=HOLD_S + 10,
            )
        if not updates:
            return
        ids = [known for update in updates if (known := update_id_of(update)) is not None]
        if not ids:
            raise TelegramError("updates without ids")
        await self._accept(updates)
        self._offset = max(ids) + 1

    async def _pause(self) -> None:
        started = time.monotonic()
        await asyncio.sleep(next(self._pauses))
        _logger.debug("Polling again after %.1f s", time.monotonic() - started)
