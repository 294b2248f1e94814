"""Telegram's limits on sending, for `--limits`.

About 30 messages per second in all and one per second for each chat, including edits; short bursts
are allowed: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import math
from time import monotonic

from sandbox.errors import TelegramError

OVERALL_PER_S = 30.0
CHAT_PER_S = 1.0
CHAT_BURST = 3.0
_LIMITED = ("send", "edit", "copy", "forward")
_FREE = frozenset({"sendchataction", "sendmessagedraft"})


class Limits:
    """Token buckets: one for each bot, one for each of its chats."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[int, object], tuple[float, float]] = {}

    def check(self, method: str, bot_id: int, chat_id: object) -> None:
        """Count one call; raises `TelegramError` 429 with `retry_after` above a limit."""
        if not method.startswith(_LIMITED) or method in _FREE:
            return
        chat = self._level((bot_id, chat_id), CHAT_BURST, CHAT_PER_S)
        overall = self._level((bot_id, "*"), OVERALL_PER_S, OVERALL_PER_S)
        missing = max((1 - chat) / CHAT_PER_S, (1 - overall) / OVERALL_PER_S)
        if missing > 0:
            seconds = math.ceil(missing)
            raise TelegramError(
                429, f"Too Many Requests: retry after {seconds}", retry_after=seconds
            )
        now = monotonic()
        self._buckets[bot_id, chat_id] = (chat - 1, now)
        self._buckets[bot_id, "*"] = (overall - 1, now)

    def _level(self, key: tuple[int, object], capacity: float, per_s: float) -> float:
        level, at = self._buckets.get(key, (capacity, monotonic()))
        return min(capacity, level + (monotonic() - at) * per_s)
