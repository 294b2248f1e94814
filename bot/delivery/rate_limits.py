"""Telegram's rate limits, kept here so that Telegram does not have to enforce them.

About 30 messages per second in total and one per second and chat; Telegram tolerates short bursts
in a chat. Edits count too. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import asyncio
import datetime as dtm
import time
from collections.abc import Awaitable, Callable

from telegram.error import RetryAfter

PER_SECOND = 27.0
BURST = 2
"""At most this many at once: no second gets more than thirty, even if the network delays some
messages of the second before."""
SEARCHES_PER_SECOND = 18.0
"""Of these, edits that search for lost messages: a third is always left to new messages."""
PER_CHAT_PER_SECOND = 1.0
CHAT_BURST = 4
_INSTANT_S = 0.001
"""A shorter wait is a rounding error of the clock."""


class _Bucket:
    """A token bucket: *rate* per second, at most *burst* at once."""

    __slots__ = ("_burst", "_rate", "_spent_at")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._spent_at = float("-inf")

    def take(self, now: float) -> float:
        """Take a token; return in how many seconds from *now* it may be used."""
        self._spent_at = self._next_at(now)
        return max(0.0, self._spent_at - now)

    def wait(self, now: float) -> float:
        """In how many seconds from *now* a token could be used; takes none."""
        return max(0.0, self._next_at(now) - now)

    def _next_at(self, now: float) -> float:
        return max(self._spent_at, now - self._burst / self._rate) + 1 / self._rate


GivesWay = Callable[[int], Awaitable[bool]]
"""Whether a chat waits for all others, by its id."""


async def nobody(chat_id: int) -> bool:
    """The `GivesWay` by which all chats are equal."""
    return False


class RateLimits:
    """Delays messages as long as Telegram's limits require; strangers wait for everybody else."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        gives_way: GivesWay = nobody,
    ) -> None:
        self._clock = clock
        self._gives_way = gives_way
        self._next_stranger = asyncio.Lock()
        self._all = _Bucket(PER_SECOND, BURST)
        self._searches = _Bucket(SEARCHES_PER_SECOND, BURST)
        self._next_search = asyncio.Lock()
        self._chats: dict[int, _Bucket] = {}
        self._blocked_until: dict[int, float] = {}

    async def turn(self, chat_id: int) -> None:
        """Wait until a message may go to the chat."""
        gives_way = await self._gives_way(chat_id)
        now = self._clock()
        blocked_s = self._blocked_until.get(chat_id, 0.0) - now
        delay_s = max(blocked_s, self._chat(chat_id).take(now))
        if not gives_way:
            delay_s = max(delay_s, self._all.take(now))
        if delay_s > 0:
            await asyncio.sleep(delay_s)
        if gives_way:
            await self._turn_of_a_stranger()

    async def _turn_of_a_stranger(self) -> None:
        """Wait until nobody else wants the next turn: a stranger reserves none beforehand."""
        async with self._next_stranger:
            while (delay_s := self._all.wait(self._clock())) > _INSTANT_S:  # noqa: ASYNC110 - a pace
                await asyncio.sleep(delay_s)
            self._all.take(self._clock())

    async def turn_to_search(self, is_needed: Callable[[], Awaitable[bool]]) -> bool:
        """Wait until an edit of a message that may not exist may leave; False: needless by then.

        Telegram looks whether the message exists before it counts an edit for the chat.
        """
        async with self._next_search:
            if not await is_needed():
                return False
            if (delay_s := self._searches.take(self._clock())) > 0:
                await asyncio.sleep(delay_s)
        if (delay_s := self._all.take(self._clock())) > 0:
            await asyncio.sleep(delay_s)
        return True

    def is_free(self, chat_id: int) -> bool:
        """Whether a message to the chat could leave now; if not, the caller drops its frame."""
        now = self._clock()
        is_blocked = self._blocked_until.get(chat_id, 0.0) > now
        return not is_blocked and self._chat(chat_id).wait(now) == 0 == self._all.wait(now)

    def block(self, chat_id: int, seconds: float) -> None:
        """Telegram asked for a pause in that chat (`retry_after`)."""
        self._blocked_until[chat_id] = self._clock() + seconds

    def _chat(self, chat_id: int) -> _Bucket:
        if chat_id not in self._chats:
            self._forget_idle()
            self._chats[chat_id] = _Bucket(PER_CHAT_PER_SECOND, CHAT_BURST)
        return self._chats[chat_id]

    def _forget_idle(self) -> None:
        if len(self._chats) < 10_000:
            return
        now = self._clock()
        self._chats = {chat: bucket for chat, bucket in self._chats.items() if bucket.wait(now)}
        self._blocked_until = {c: until for c, until in self._blocked_until.items() if until > now}


def retry_after_s(exc: RetryAfter) -> float:
    """Seconds that Telegram asks us to wait."""
    pause = exc.retry_after
    return pause.total_seconds() if isinstance(pause, dtm.timedelta) else pause
