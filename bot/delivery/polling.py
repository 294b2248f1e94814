"""Long polling that commits updates before it confirms them.

The library's Updater confirms updates that are only queued in memory. One update that it can't
parse stops it for good. If a connection stays open without data, it silently gets no updates.
"""

import asyncio
import logging
import warnings
from collections.abc import Awaitable, Callable, Sequence

from telegram import Bot
from telegram.error import (
    BadRequest,
    Conflict,
    EndPointNotFound,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.warnings import PTBUserWarning

from bot.delivery.rate_limits import retry_after_s
from bot.delivery.requests import Reachability
from bot.delivery.routing import ALLOWED_UPDATES, update_id_of
from bot.domain import JsonDict
from bot.runtime.backoff import backoff

HOLD_S = 10
"""How long Telegram may hold a request when there is nothing new."""
ANSWER_S = 5
"""How long its answer may take after that."""
REQUEST_S = 20
"""A request that has not ended after this time is given up, even if the connection is open."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.3, 1.5
"""While Telegram can't be reached; longer ones end early with any answer of Telegram."""
LONGEST_REST_S = 30.0
"""Between requests that Telegram answers, but with a refusal, and after our own failures."""
MOST_REFUSALS = 3
"""So often Telegram has to say that it does not know the token."""

_logger = logging.getLogger(__name__)

# The library recommends its own get_updates, which parses all updates of a batch or none.
warnings.filterwarnings("ignore", message=".*Bot.getUpdates", category=PTBUserWarning)


async def is_revoked(bot: Bot, pause_s: float) -> bool:
    """Whether Telegram no longer knows the token; a single 401 may be its stumble.

    Args:
        bot: Asks Telegram who it is.
        pause_s: Seconds between two questions.
    """
    for n in range(MOST_REFUSALS):
        await asyncio.sleep(pause_s if n else 0)
        try:
            await bot.get_me()
        except InvalidToken:
            _logger.error("Telegram says that it does not know the token, time %s", n + 1)
            continue
        except Exception:  # also what the library raises for an answer that it can't read
            return False
        return False
    return True


class Polling:
    """Asks Telegram for updates until it is cancelled, or the token is revoked."""

    def __init__(
        self,
        bot: Bot,
        accept: Callable[[Sequence[JsonDict]], Awaitable[None]],
        reachability: Reachability,
        *,
        refusal_pause_s: float,
    ) -> None:
        self._refusal_pause_s = refusal_pause_s
        self._bot = bot
        self._accept = accept
        self._reachability = reachability
        self._offset = 0
        self._begin_anew()

    async def run(self) -> None:
        """Poll for ever; a failure is logged and followed by a pause.

        Raises:
            InvalidToken: Telegram no longer knows the token.
        """
        while True:
            try:
                await self._poll()
                self._begin_anew()
            except (InvalidToken, EndPointNotFound) as exc:
                # `do_api_request` turns Telegram's 401 into EndPointNotFound.
                if await is_revoked(self._bot, self._refusal_pause_s):
                    raise InvalidToken from exc
                await asyncio.sleep(next(self._rests))
            except RetryAfter as exc:
                await asyncio.sleep(min(retry_after_s(exc), LONGEST_REST_S))
            except Conflict:
                self._reachability.note_conflict()
                _logger.error("Another process polls with the same token; only one may")
                await asyncio.sleep(next(self._rests))
            except (NetworkError, TimeoutError) as exc:
                if isinstance(exc, TimeoutError):  # the request could not note it: it was cancelled
                    self._reachability.note_silence(exc)
                if isinstance(exc, BadRequest):
                    _logger.warning("Telegram gives no updates (%s)", exc)
                    await asyncio.sleep(next(self._rests))
                else:
                    await asyncio.sleep(FIRST_PAUSE_S)
                    await self._reachability.wait(next(self._pauses) - FIRST_PAUSE_S)
            except TelegramError as exc:
                _logger.warning("Telegram's updates can't be read (%s)", exc)
                await asyncio.sleep(next(self._rests))
            except Exception:  # for instance, a full disk: Telegram keeps what we could not store
                _logger.exception("Updates could not be taken in")
                await asyncio.sleep(next(self._rests))

    def _begin_anew(self) -> None:
        self._pauses = backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        self._rests = backoff(FIRST_PAUSE_S, LONGEST_REST_S)

    async def _poll(self) -> None:
        async with asyncio.timeout(REQUEST_S):
            updates = await self._bot.do_api_request(
                "getUpdates",
                api_kwargs={
                    "offset": self._offset,
                    "timeout": HOLD_S,
                    "allowed_updates": list(ALLOWED_UPDATES),
                },
                read_timeout=HOLD_S + ANSWER_S,
            )
        if not isinstance(updates, list):
            raise TelegramError("no list of updates")
        self._reachability.note_news()
        if not updates:
            await self._accept([])  # that nothing waits is worth knowing, too
            return
        ids = [known for update in updates if (known := update_id_of(update)) is not None]
        if not ids:
            raise TelegramError("updates without ids")
        await self._accept(updates)
        self._offset = max(ids) + 1
