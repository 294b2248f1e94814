"""How fast messages may leave: Telegram's limits, kept before it has to complain.

About 30 messages a second in all and one a second per chat, where short bursts are tolerated;
edits count. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import asyncio
import time
from collections.abc import Callable

PER_SECOND = 27.0
BURST = 2
"""At most this many at once, so that no second sees more than thirty, also where the network
brings some of the second before late."""
PER_CHAT_PER_SECOND = 1.0
CHAT_BURST = 4


class _Bucket:
    """A token bucket: *rate* a second, at most *burst* at once."""

    __slots__ = ("_burst", "_rate", "_spent_at")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._spent_at = float("-inf")

    def take(self, now: float) -> float:
        """Take one; return how many seconds from *now* it may be used."""
        full_at = now - self._burst / self._rate
        self._spent_at = max(self._spent_at, full_at) + 1 / self._rate
        return max(0.0, self._spent_at - now)

    def wait(self, now: float) -> float:
        """How long one would have to wait, taking none."""
        full_at = now - self._burst / self._rate
        return max(0.0, max(self._spent_at, full_at) + 1 / self._rate - now)


class RateLimits:
    """Spacing of what goes out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._all = _Bucket(PER_SECOND, BURST)
        self._chats: dict[int, _Bucket] = {}
        self._blocked_until: dict[int, float] = {}

    async def turn(self, chat_id: int) -> None:
        """Wait until a message may go to the chat."""
        now = self._clock()
        blocked_s = self._blocked_until.get(chat_id, 0.0) - now
        delay_s = max(blocked_s, self._chat(chat_id).take(now), self._all.take(now))
        if delay_s > 0:
            await asyncio.sleep(delay_s)

    def is_free(self, chat_id: int) -> bool:
        """Whether a message to the chat could go at once; frames are dropped when it could not."""
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
