"""Answers that have come and are not stored yet, so that nothing is asked and paid for twice.

While the database can't be written, for instance on a full disk, a lane tries its update again and
again. Each try then gets the answer of the first one.
"""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from bot.chat.question import Question
from bot.domain.models import AnswerPart
from bot.errors import UserError

Pieces = AsyncGenerator[AnswerPart | Question, None]
FAILURE_S: Final = 300.0
"""After this time, by the monotonic clock, a model that failed may be asked again."""
_MOST: Final = 1000
"""The oldest are given up first."""


@dataclass(slots=True)
class _Kept:
    pieces: list[AnswerPart | Question] = field(default_factory=list)
    failure: UserError | None = None
    failed_at: float = 0.0


class KeptAnswers:
    """In memory, by update and model."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[tuple[int, int], _Kept] = {}

    async def once(self, request_id: int, model_id: int, ask: Callable[[], Pieces]) -> Pieces:
        """The answer that *ask* gives; another time the same, however far it had come.

        Only what the provider answered is kept: after a bug the next try asks again.
        """
        key = request_id, model_id
        kept = self._kept.get(key)
        if kept is None or (kept.failure and self._clock() - kept.failed_at > FAILURE_S):
            async with aclosing(self._first(key, ask)) as pieces:
                async for piece in pieces:
                    yield piece
            return
        for piece in kept.pieces:
            yield piece
        if kept.failure:
            raise kept.failure

    def forget(self, request_id: int) -> None:
        """The update is done: what its answer said is stored, or nobody needs it."""
        self._kept = {key: kept for key, kept in self._kept.items() if key[0] != request_id}

    async def _first(self, key: tuple[int, int], ask: Callable[[], Pieces]) -> Pieces:
        while len(self._kept) >= _MOST:
            del self._kept[next(iter(self._kept))]
        kept = self._kept[key] = _Kept()
        try:
            async with aclosing(ask()) as pieces:
                async for piece in pieces:
                    kept.pieces.append(piece)
                    yield piece
        except UserError as exc:
            kept.failure, kept.failed_at = exc, self._clock()
            raise
        except Exception:
            self._kept.pop(key, None)
            raise
