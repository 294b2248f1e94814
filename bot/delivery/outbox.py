"""Sends what the outbox holds: in each chat first messages in order, then cards."""

import asyncio
import contextlib
import hashlib
import json
import logging
import math
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial

from telegram.error import Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.delivery.cards_store import Card
from bot.delivery.notifications import DeliveryKind
from bot.delivery.outbox_store import SCREEN, OutboxRow, OutboxStore
from bot.delivery.outcomes import Failed, Refused, Uncertain, Unreadable
from bot.delivery.poster import Poster
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.runtime.backoff import backoff
from bot.runtime.workers import Workers
from bot.storage.database import Database, Transaction

CARD_INTERVAL_S = 3.0
"""Least time between two edits of cards in a chat."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 10.0
UNREACHABLE_PAUSE_S = 1.0
"""Between two tries while Telegram answers nobody."""
MOST_TRIES = 3
"""How often a message is put into words; then it lets the others of its chat pass."""
LATER_S = 600.0
"""After this time it is tried again."""
MOST_FAILED, LONGEST_FAILED_S = 15, 600.0
"""How often, and how long, a message is tried to which Telegram answers with a failure."""
MOST_UNREADABLE = 3
"""How often a message is tried while Telegram can be reached and gives no readable answer."""

Render = Callable[[str, JsonDict, int], Awaitable[Screen | None]]
"""(kind, payload, chat id) -> what to show now; None: nothing."""

Rings = Callable[[OutboxRow], Awaitable[bool]]
"""Whether a notification comes with a sound."""

_logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Outbox:
    """One worker per chat that has something to send, so a pause delays only its own chat."""

    database: Database
    store: OutboxStore
    poster: Poster
    render: Render
    rings: Rings
    card_interval_s: float = CARD_INTERVAL_S
    _workers: Workers[int] = field(init=False)
    _has_new: dict[int, asyncio.Event] = field(init=False, default_factory=dict)
    """By chat that has a worker: set when something new was stored for it."""
    _next_card_at: dict[int, float] = field(init=False, default_factory=dict)
    _taken: dict[int, int | None] = field(init=False, default_factory=dict)
    """Message ids of rows that Telegram has accepted and that are not stored as sent yet."""
    _failures: Counter[int | str] = field(init=False, default_factory=Counter)
    _later: set[int] = field(init=False, default_factory=set)
    """Rows for which there are no words at the moment."""
    _failed: dict[int | str, tuple[int, float]] = field(init=False, default_factory=dict)
    """By outbox row or job: how often Telegram failed, and when it did first."""
    _unreadable: dict[int | str, tuple[int, float]] = field(init=False, default_factory=dict)
    """By outbox row or job: how many answers were unreadable, and when the last one came."""

    def __post_init__(self) -> None:
        self._workers = Workers("outbox of chat", self._drain)
        self.store.on_new = self._wake

    async def start(self) -> None:
        """Send what an earlier process did not send."""
        await self.database.write(self.store.doubt_heads)
        for chat_id in await self.store.waiting():
            self._workers.wake(chat_id)

    async def close(self) -> None:
        """Give running sends one second to end; the rest waits for the next start."""
        await self._workers.close(grace_s=1)
        await self.poster.close()

    async def has_waiting(self, chat_id: int) -> bool:
        """Whether a message for the chat has not left yet."""
        return await self.store.head(chat_id, without=self._later) is not None

    def _wake(self, chat_id: int) -> None:
        if chat_id in self._has_new:
            self._has_new[chat_id].set()
        self._workers.wake(chat_id)

    async def _drain(self, chat_id: int) -> None:
        self._has_new[chat_id] = asyncio.Event()
        try:
            await self._send_all(chat_id)
        finally:
            del self._has_new[chat_id]

    async def _send_all(self, chat_id: int) -> None:
        pauses = backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while True:
            self._has_new[chat_id].clear()
            row = await self.store.head(chat_id, without=self._later)
            card = None if row else await self.store.cards.stale(chat_id)
            if row is None and card is None:
                return
            if card is not None and (rest_s := self._next_card_at.get(chat_id, 0.0) - _now()) > 0:
                await self._rest(chat_id, rest_s)
                continue
            began = _now()
            try:
                async with self.poster.order(chat_id):
                    await (self._send(row) if row else self._show(card))  # type: ignore[arg-type]
                pauses = backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
            except _NoWords:
                self._put_off(row)  # type: ignore[arg-type]
            except RetryAfter:
                continue  # the rate limits block the chat for as long as Telegram asked
            except Forbidden:
                _logger.info("Chat %s takes no messages; parked", chat_id)
                await self.database.write(lambda tx: self.store.park(tx, chat_id))
                return
            except (TelegramError, Uncertain) as exc:
                if await self._gives_up(row or card, exc):  # type: ignore[arg-type]
                    continue
                if self.poster.reachability.has_answered_since(began):
                    _logger.warning("No answer for chat %s: %r", chat_id, exc)
                    await asyncio.sleep(next(pauses))
                else:
                    await self.poster.reachability.wait(UNREACHABLE_PAUSE_S)

    async def _gives_up(self, what: OutboxRow | Card, exc: Exception) -> bool:
        """Store a doubt about what was tried; whether it is given up, after unreadable answers.

        Answers that come while Telegram can't be reached, a proxy's for instance, do not count.
        """
        if isinstance(what, OutboxRow) and isinstance(exc, Uncertain) and not what.is_unsure:
            await self.database.write(lambda tx: self.store.doubt(tx, what.id))
        name: int | str = what.id if isinstance(what, OutboxRow) else what.job_id
        if _is_failure(exc):
            return await self._gives_way(what, name, exc)
        self._failed.pop(name, None)
        if not isinstance(exc, Unreadable):
            return False
        n_before, last_at = self._unreadable.get(name, (0, -math.inf))
        n = n_before + self.poster.reachability.has_answered_since(last_at)
        self._unreadable[name] = n, _now()
        if n < MOST_UNREADABLE:
            return False
        kind = type(what).__name__
        _logger.error("%s %s is given up: Telegram's answers say nothing (%r)", kind, name, exc)
        await self._give_up(what)
        del self._unreadable[name]
        return True

    async def _gives_way(self, what: OutboxRow | Card, name: int | str, exc: Exception) -> bool:
        """Whether it gives way, with an apology, because Telegram failed again and again."""
        n_before, since = self._failed.get(name, (0, _now()))
        self._failed[name] = n_before + 1, since
        if n_before + 1 < MOST_FAILED and _now() - since < LONGEST_FAILED_S:
            return False
        del self._failed[name]
        if isinstance(what, OutboxRow) and what.kind != DeliveryKind.REFUSED:
            await self._replace_by_apology(what, exc)
            return True
        _logger.error("%s %s is given up: %r", type(what).__name__, name, exc)
        await self._give_up(what)
        return True

    def _put_off(self, row: OutboxRow) -> None:
        """Let the chat's other messages pass, and try this one again later."""

        def again() -> None:
            self._later.discard(row.id)
            self._wake(row.chat_id)

        self._later.add(row.id)
        asyncio.get_running_loop().call_later(LATER_S, again)

    async def _give_up(self, what: OutboxRow | Card) -> None:
        """Take it for shown where it should be, if that is known."""
        now = int(time.time())
        if isinstance(what, OutboxRow):
            await self.database.write(lambda tx: self.store.sent(tx, what, what.edit_id, now))
        else:
            shown = partial(
                self.store.cards.shown, card=what, message_id=what.message_id, shown=what.shown
            )
            await self.database.write(shown)

    async def _rest(self, chat_id: int, seconds: float) -> None:
        """Wait before the next card, but not if something new comes."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._has_new[chat_id].wait()

    async def _send(self, row: OutboxRow) -> None:
        if row.id not in self._taken:
            try:
                self._taken[row.id] = await self._post(row)
            except Refused as exc:
                if row.kind != DeliveryKind.REFUSED:
                    await self._replace_by_apology(row, exc)
                    return
                _logger.error("Telegram refused even the apology, outbox row %s: %s", row.id, exc)
                self._taken[row.id] = None
        message_id, now = self._taken[row.id], int(time.time())
        await self.database.write(lambda tx: self.store.sent(tx, row, message_id, now))
        del self._taken[row.id]
        self._unreadable.pop(row.id, None)
        self._failed.pop(row.id, None)

    async def _post(self, row: OutboxRow) -> int | None:
        screen = await self._in_words(row)
        if screen is None:
            return None
        if row.edit_key is not None:
            if row.edit_id is not None:
                await self.poster.change(row.chat_id, row.edit_id, screen)
            return row.edit_id
        post = partial(
            self.poster.post,
            row.chat_id,
            edit_id=row.edit_id,
            floor_id=row.floor_id,
            is_unsure=row.is_unsure,
        )
        try:
            return await post(screen)
        except Refused as exc:
            if screen.attachment is None or screen.attachment.kind != "photo":
                raise
            # The text matters more than the picture.
            _logger.error("The picture of outbox row %s is left out: %s", row.id, exc)
            return await post(replace(screen, attachment=None))

    async def _in_words(self, row: OutboxRow) -> Screen | None:
        """What the row shows; None: nothing.

        Raises:
            _NoWords: it can't be said at the moment.
        """
        try:
            if row.kind == SCREEN:
                return Screen.from_json(row.payload)
            screen = await self.render(row.kind, row.payload, row.chat_id)
            if screen is None or row.edit_key is not None:
                return screen
            return replace(screen, rings=await self.rings(row))
        except Exception as exc:
            self._failures[row.id] += 1
            if self._failures[row.id] < MOST_TRIES:
                raise
            _logger.exception("Row %s (%s) can't be put into words now", row.id, row.kind)
            raise _NoWords from exc

    async def _replace_by_apology(self, row: OutboxRow, exc: Exception) -> None:
        """Turn the row, which stays the chat's next one, into an apology for the message."""
        incident = secrets.token_hex(3)
        _logger.error("Incident %s: Telegram refused outbox row %s: %s", incident, row.id, exc)
        has_file = row.kind == SCREEN and Screen.from_json(row.payload).attachment is not None
        # An apology replaces the shown part of an answer; a file is always a new message.
        edit_id = None if has_file else row.edit_id
        apology = {"incident": incident}
        await self.database.write(
            lambda tx: self.store.replace(
                tx, row, kind=DeliveryKind.REFUSED, payload=apology, edit_id=edit_id
            )
        )

    async def _show(self, card: Card) -> None:
        await self.database.write(lambda tx: self.store.cards.take(tx, card))
        screen = await self._card_in_words(card)
        message_id, shown = card.message_id, card.shown
        if screen is not None and _digest(screen) != card.shown:
            try:
                message_id = await self.poster.post(
                    card.chat_id,
                    screen,
                    edit_id=card.message_id,
                    floor_id=card.floor_id,
                    is_unsure=card.is_unsure,
                )
                shown = _digest(screen)
            except Refused as exc:
                _logger.error("Telegram refused the card of %s: %s", card.job_id, exc)
            except TelegramError:  # nothing was done
                await self.database.write(lambda tx: self.store.cards.give_back(tx, card))
                raise
            self._next_card_at[card.chat_id] = _now() + self.card_interval_s
            self._failed.pop(card.job_id, None)

        async def work(tx: Transaction) -> None:
            await self.store.cards.shown(tx, card, message_id=message_id, shown=shown)
            if screen is not None and screen.name and message_id is not None:
                await self.store.showed(tx, card.chat_id, message_id, screen, int(time.time()))

        await self.database.write(work)

    async def _card_in_words(self, card: Card) -> Screen | None:
        """What the card shows; None: nothing new."""
        try:
            return await self.render(DeliveryKind.CARD, {"job_id": card.job_id}, card.chat_id)
        except Exception:
            self._failures[card.job_id] += 1
            if self._failures[card.job_id] < MOST_TRIES:
                raise
            _logger.exception("The card of %s can't be put into words; left out", card.job_id)
            return None


class _NoWords(Exception):
    """A message can't be put into words at the moment."""


def _is_failure(exc: Exception) -> bool:
    """Whether Telegram has answered; its word on the token is about no message."""
    is_error = isinstance(exc, TelegramError) and not isinstance(exc, NetworkError | InvalidToken)
    return isinstance(exc, Failed) or is_error


def _now() -> float:
    return asyncio.get_running_loop().time()


def _digest(screen: Screen) -> str:
    return hashlib.sha256(json.dumps(screen.to_json(), sort_keys=True).encode()).hexdigest()
