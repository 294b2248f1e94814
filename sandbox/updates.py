"""A bot's queue of updates, with the rules of `getUpdates`."""

import asyncio
import secrets
from collections import deque
from collections.abc import Iterable
from itertools import islice

from sandbox.errors import TelegramError
from sandbox.shapes import Json
from sandbox.signals import Closing

MAX_BATCH = 100
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that a bot gets only if its `allowed_updates` name them."""


class UpdateQueue:
    """Updates in order of arrival; a later offset confirms and removes them."""

    def __init__(self, closing: Closing) -> None:
        self._pending: deque[Json] = deque()
        self._next_id = 100_000_000 + secrets.randbelow(800_000_000)
        self._closing = closing
        self._changed = closing.signal()
        self._last_poll = 0
        self.allowed: tuple[str, ...] = ()
        """The bot's `allowed_updates`; empty: all but `NOT_BY_DEFAULT`."""

    def __len__(self) -> int:
        return len(self._pending)

    def put(self, kind: str, payload: Json) -> None:
        """Queue an update of *kind*, if the bot allows this kind."""
        is_wanted = kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT
        if is_wanted:
            self.put_raw({kind: payload})

    def put_raw(self, update: Json) -> int:
        """Queue any update, and return its update_id."""
        update_id = self._next_id
        self._next_id += 1
        self._pending.append({"update_id": update_id, **update})
        self._changed.notify()
        return update_id

    def age(self, seconds: int) -> None:
        """Date back all messages that wait: people wrote them so long ago."""
        for update in self._pending:
            for payload in update.values():
                dated = payload if isinstance(payload, dict) else {}
                for field in ("date", "edit_date"):
                    if isinstance(dated.get(field), int):
                        dated[field] -= seconds

    def confirm(self, offset: int) -> None:
        """Remove the updates before *offset*; a negative one keeps that many from the end."""
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
            return
        while self._pending and self._pending[0]["update_id"] < offset:
            self._pending.popleft()

    def clear(self) -> None:
        """Remove all updates (`drop_pending_updates`)."""
        self._pending.clear()

    def allow(self, kinds: Iterable[str]) -> None:
        """Set the kinds of updates to queue from now on; none means the default."""
        self.allowed = tuple(kinds)

    async def poll(self, *, limit: int, timeout_s: float) -> list[Json]:
        """The oldest pending updates; waits up to *timeout_s* seconds for the first one.

        Raises:
            TelegramError: 409 when another poll began meanwhile; the later poll continues.
        """
        self._last_poll += 1
        this_poll = self._last_poll
        self._changed.notify()
        clock = asyncio.get_running_loop().time
        deadline = clock() + timeout_s
        while not self._pending and not self._closing.is_set and clock() < deadline:
            await self._changed.wait(deadline - clock())
            if this_poll != self._last_poll:
                raise TelegramError(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )
        return list(islice(self._pending, limit))

    async def wait_for_first(self) -> Json | None:
        """The oldest update, for a webhook; None when the sandbox ends."""
        while not self._pending:
            if self._closing.is_set:
                return None
            await self._changed.wait(3600)
        return self._pending[0]
