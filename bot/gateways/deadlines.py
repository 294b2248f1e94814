"""How long each call to the provider may take and how much it may bring, in one table.

The HTTP library's limits hold for one read alone: a server that drips byte by byte keeps them all.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx2

from bot.gateways.bodies import ENCODING, limit

READ_S: Final = 60
"""A call without a line of its own, as a whole, with all its tries."""
CREATE_S: Final = 120
"""After that nobody knows whether the job exists, and it is looked for."""
UPLOAD_S: Final = 15 * 60
PIECE_S: Final = 60
"""From one piece of a streamed answer to the next, and up to the first: the setting
`CHAT_FIRST_PIECE_S`. Comments of the stream are no pieces, unless they tell of a queue."""
QUEUE_S: Final = 300
"""Up to the first piece, as long as the server tells that the question waits."""
ANSWER_S: Final = 300
"""From the first piece to the last, and for an answer that comes in one piece."""

MOST_BODY_BYTES: Final = 16_000_000
"""Uncompressed."""
MOST_LINE_BYTES: Final = 1_000_000
"""Of a stream."""
MOST_ANSWER_CHARACTERS: Final = 16_000
"""More is not read: the answer ends as one that its limit has cut."""
MOST_MODEL_CHARACTERS: Final = 200_000
"""The same for all that the model says, blanks and reasoning included."""


class BoundedClient(httpx2.AsyncClient):
    """An HTTP client that reads at most `MOST_BODY_BYTES` of an answer, else raises `TooLong`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(headers=ENCODING, event_hooks={"response": [_limit]}, **options)


async def _limit(response: httpx2.Response) -> None:
    limit(response, MOST_BODY_BYTES)


class Pace:
    """When the next piece of an answer has to be there, by the clock of the running loop."""

    def __init__(self, *, first_s: float, piece_s: float = PIECE_S) -> None:
        self._first_s = first_s
        self._piece_s = piece_s
        now = _now()
        self._queue_ends_at = now + QUEUE_S
        self._answer_ends_at: float | None = None
        self.ends_at = now + first_s

    @classmethod
    def of_whole_answer(cls) -> "Pace":
        """Of a server that sends an answer only when it is whole."""
        return cls(first_s=ANSWER_S, piece_s=ANSWER_S)

    def note_piece(self) -> None:
        """A piece has come."""
        now = _now()
        self._answer_ends_at = self._answer_ends_at or now + ANSWER_S
        self.ends_at = min(now + self._piece_s, self._answer_ends_at)

    def note_queue(self) -> None:
        """The server says that the question waits for its turn."""
        if self._answer_ends_at is None:
            self.ends_at = min(_now() + self._first_s, self._queue_ends_at)


@asynccontextmanager
async def ends_by(moment: float) -> AsyncIterator[None]:
    """The block ends by that moment of the loop's clock, or with `httpx2.ReadTimeout`."""
    try:
        async with asyncio.timeout_at(moment):
            yield
    except TimeoutError as exc:
        raise httpx2.ReadTimeout("the answer takes too long") from exc


def _now() -> float:
    return asyncio.get_running_loop().time()
