"""Counts tokens: of each key and day for its quota, and in all for the metrics."""

import asyncio
import logging
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from enum import StrEnum

from engine.backends import Piece, Pieces
from engine.metrics import Metrics
from engine.storage.database import Database

SAVE_S = 1.0
"""A kill loses at most what was counted in so many seconds."""
DAY_S = 86_400
_log = logging.getLogger(__name__)


class Kind(StrEnum):
    """What tokens were."""

    TRAINED = "trained"
    PROMPT = "prompt"
    COMPLETION = "completion"


class Usage:
    """Tokens by day (of UTC) and key. The only process that writes them, so it need not read."""

    def __init__(self, database: Database, metrics: Metrics) -> None:
        self.metrics = metrics
        self._db = database
        self._used: Counter[tuple[str, str]] = Counter()
        self._unsaved: Counter[tuple[str, str]] = Counter()
        self._saving: asyncio.Task[None] | None = None

    async def load(self) -> None:
        """Remember what earlier runs have counted today."""
        query = "SELECT day, key, tokens FROM usage WHERE day = :day"
        rows = await self._db.read(lambda c: c.execute(query, {"day": _today()}).fetchall())
        self._used.update({(row["day"], row["key"]): row["tokens"] for row in rows})

    def used(self, key: str) -> int:
        """Tokens of a key today; *key* is its fingerprint."""
        return self._used[_today(), key]

    def add(self, key: str | None, kind: Kind, n_tokens: int) -> None:
        """Count tokens; of a job from before the engine knew keys, *key* is None."""
        self.metrics.tokens[kind] += n_tokens
        if key is None or not n_tokens:
            return
        for counts in (self._used, self._unsaved):
            counts[_today(), key] += n_tokens
        if self._saving is None:
            self._saving = asyncio.create_task(self._save_soon(), name="save usage")

    async def close(self) -> None:
        """Store what is not stored yet."""
        if self._saving:
            self._saving.cancel()
        await self._save()

    async def _save_soon(self) -> None:
        while self._unsaved:
            await asyncio.sleep(SAVE_S)
            await self._save()
        self._saving = None

    async def _save(self) -> None:
        rows, self._unsaved = self._unsaved, Counter()
        query = """
            INSERT INTO usage (day, key, tokens) VALUES (?, ?, ?)
            ON CONFLICT (day, key) DO UPDATE SET tokens = tokens + excluded.tokens
            """
        values = [(day, key, n_tokens) for (day, key), n_tokens in rows.items()]
        try:
            await self._db.run(lambda connection: connection.executemany(query, values))
        except sqlite3.Error as error:
            self._unsaved.update(rows)
            _log.warning("%d counts of tokens are not stored yet: %s", len(rows), error)


class CountedPieces:
    """`Pieces` whose tokens count for a key."""

    def __init__(self, pieces: Pieces, usage: Usage, key: str) -> None:
        self._pieces = pieces
        self._usage = usage
        self._key = key
        self._is_running = False

    def __aiter__(self) -> AsyncIterator[Piece]:
        return self

    async def __anext__(self) -> Piece:
        piece = await anext(self._pieces)
        self._set_running(is_running=True)
        self._usage.add(self._key, Kind.COMPLETION, piece.n_tokens)
        return piece

    async def aclose(self) -> None:
        """See `Pieces.aclose`."""
        self._set_running(is_running=False)
        await self._pieces.aclose()

    def _set_running(self, *, is_running: bool) -> None:
        self._usage.metrics.n_running += is_running - self._is_running
        self._is_running = is_running


def seconds_until_renewal() -> int:
    """When the present day ends."""
    return DAY_S - int(time.time()) % DAY_S


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
