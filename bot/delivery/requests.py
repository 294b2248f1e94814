"""Requests to Telegram, and a check that what comes back is Telegram's answer.

Between a bot and Telegram there are proxies, tunnels and login pages, and each may answer in
Telegram's place. https://core.telegram.org/bots/api#making-requests says how Telegram answers.
"""

import asyncio
import contextlib
import json
import logging
import math
from typing import Any, Final

import httpx
from telegram.error import NetworkError, RetryAfter, TimedOut
from telegram.request import HTTPXRequest, RequestData

from bot.gateways.bodies import ENCODING, TooLong, limit

USUAL_PAUSE_S: Final = 3
"""After a 429 that does not say how long to wait."""
LONGEST_PAUSE_S: Final = 300
"""Telegram may ask for hours. Asking again after this time does no harm."""
CALL_S: Final = 60
"""A call as a whole, however slowly its answer comes."""
UPLOAD_S: Final = 15 * 60
"""A call that brings a file."""
DOWNLOAD_S: Final = 120
"""A call that gets a file, also when nobody waits for it any more."""
MOST_BYTES: Final = 16_000_000
"""Of an answer that is no file."""
MOST_FILE_BYTES: Final = 20 * 1024 * 1024
"""Telegram hands no larger file to a bot: https://core.telegram.org/bots/api#getfile."""
CONFLICT_GAP_S: Final = 60
"""Two servers on one token push each other out, but not with every request."""
_RETRY_LATER: Final = 429
_SERVER_ERROR: Final = 500
_TOO_LARGE: Final = 413
"""Telegram's web server says this itself, as HTML."""

_logger = logging.getLogger(__name__)


class ForeignAnswer(NetworkError):
    """Somebody answered, but not Telegram: nobody knows what came of the request."""


class LongAnswer(ForeignAnswer):
    """It has more bytes than an answer of Telegram may have; the rest was not read."""


class BadGateway(ForeignAnswer):
    """A server in between says that it does not get through to Telegram."""


class Reachability:
    """When Telegram answered last, whatever it was asked, and whether updates come to us.

    The log reads of its outages here.
    """

    def __init__(self) -> None:
        self._answered_at = self._news_at = self._conflict_at = -math.inf
        self._conflict_since = 0.0
        self._silent_since: float | None = None
        self._answered = asyncio.Event()

    def note_answer(self) -> None:
        """Telegram has answered now."""
        now = asyncio.get_running_loop().time()
        if self._silent_since is not None:
            silent_s = now - self._silent_since
            _logger.warning("Telegram can be reached again, after %.0f s", silent_s)
        self._answered_at, self._silent_since = now, None
        self._answered.set()

    def note_silence(self, exc: Exception) -> None:
        """A request ended without an answer of Telegram."""
        if self._silent_since is None:
            self._silent_since = asyncio.get_running_loop().time()
        _logger.warning("Telegram can't be reached (%s)", type(exc.__cause__ or exc).__name__)

    def has_answered_since(self, moment: float) -> bool:
        """Whether an answer came at or after *moment*, by the clock of the running loop."""
        return self._answered_at >= moment

    def note_news(self) -> None:
        """Telegram has said whether there are updates."""
        self._news_at = asyncio.get_running_loop().time()

    @property
    def news_age_s(self) -> float:
        """How long ago that was."""
        return asyncio.get_running_loop().time() - self._news_at

    def note_conflict(self) -> None:
        """Somebody else asks for our updates."""
        now = asyncio.get_running_loop().time()
        if now - self._conflict_at > CONFLICT_GAP_S:
            self._conflict_since = now
        self._conflict_at = now

    @property
    def conflict_s(self) -> float:
        """For how long somebody else has done so; 0 when nobody does."""
        is_over = asyncio.get_running_loop().time() - self._conflict_at > CONFLICT_GAP_S
        return 0.0 if is_over else self._conflict_at - self._conflict_since

    async def wait(self, seconds: float) -> None:
        """Wait until Telegram answers something, but at most so long."""
        self._answered.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._answered.wait()


class TelegramRequest(HTTPXRequest):
    """The library's HTTP client, which takes only Telegram's own answers for answers.

    Each call is a task of its own and goes on to its end, also when nobody waits for it any more:
    a call that is cancelled while it connects takes a place in httpcore's pool for ever (1.0.9).
    """

    __slots__ = ("_calls", "_reachability")

    def __init__(
        self,
        reachability: Reachability,
        httpx_kwargs: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        bounds = {"headers": ENCODING, "event_hooks": {"response": [_limit]}}
        super().__init__(httpx_kwargs={**(httpx_kwargs or {}), **bounds}, **options)
        self._reachability = reachability
        self._calls: set[asyncio.Task[tuple[int, bytes]]] = set()

    async def shutdown(self) -> None:
        """End the calls that nobody waits for, and close the connections."""
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        await super().shutdown()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *args: Any,
        **timeouts: Any,
    ) -> tuple[int, bytes]:
        """Make a request and return Telegram's status and answer.

        Raises:
            ForeignAnswer: what came is no answer of Telegram, or a `LongAnswer`.
            RetryAfter: Telegram asks for a pause, of at most `LONGEST_PAUSE_S`.
            TimedOut: the answer takes longer than `CALL_S`, with a file `UPLOAD_S` or `DOWNLOAD_S`.
            NetworkError: nothing came.
        """
        call = asyncio.create_task(self._call(url, method, request_data, *args, **timeouts))
        self._calls.add(call)
        call.add_done_callback(self._ended)
        return await asyncio.shield(call)

    def _ended(self, call: asyncio.Task[tuple[int, bytes]]) -> None:
        self._calls.discard(call)
        if not call.cancelled():
            call.exception()  # nobody may be left to ask for it

    async def _call(
        self,
        url: str,
        method: str,
        request_data: RequestData | None,
        *args: Any,
        **timeouts: Any,
    ) -> tuple[int, bytes]:
        has_files = request_data is not None and request_data.contains_files
        longest_s = DOWNLOAD_S if method == "GET" else UPLOAD_S if has_files else CALL_S
        try:
            async with asyncio.timeout(longest_s):
                code, body = await super().do_request(url, method, request_data, *args, **timeouts)
        except TimeoutError as exc:
            self._reachability.note_silence(exc)
            raise TimedOut from exc
        except NetworkError as exc:
            self._reachability.note_silence(exc)
            if isinstance(exc.__cause__, TooLong):
                raise LongAnswer(str(exc.__cause__)) from exc
            raise
        if method == "GET":  # the content of a file
            return code, body
        answer = _parsed(body)
        is_telegrams = _is_telegrams(code, answer)
        if is_telegrams:
            self._reachability.note_answer()
        if code == _RETRY_LATER:  # whoever says so did not carry the request out
            pause_s = _pause_s(answer)
            _logger.warning("Telegram asks for a pause of %s s", pause_s)
            raise RetryAfter(pause_s)
        if not is_telegrams and code != _TOO_LARGE:
            kind = BadGateway if code >= _SERVER_ERROR else ForeignAnswer
            foreign = kind(f"no answer of Telegram (status {code}, {len(body)} bytes)")
            self._reachability.note_silence(foreign)
            raise foreign
        return code, body


async def _limit(response: httpx.Response) -> None:
    limit(response, MOST_FILE_BYTES if response.request.method == "GET" else MOST_BYTES)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body.decode(errors="replace"))
    except (ValueError, RecursionError):
        return None


def _is_telegrams(code: int, answer: Any) -> bool:
    if not isinstance(answer, dict):
        return False
    if 200 <= code <= 299:
        return answer.get("ok") is True and answer.get("result") is not None
    return (
        answer.get("ok") is False
        and answer.get("error_code") == code
        and isinstance(answer.get("description"), str)
        and isinstance(answer.get("parameters", {}), dict)
    )


def _pause_s(answer: Any) -> int:
    """Whole seconds; what is no positive number counts as not said."""
    parameters = answer.get("parameters") if isinstance(answer, dict) else None
    asked = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if isinstance(asked, bool) or not isinstance(asked, int | float) or not asked > 0:
        return USUAL_PAUSE_S
    return math.ceil(min(asked, LONGEST_PAUSE_S))
