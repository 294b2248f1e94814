"""Sends what the outbox holds: messages in order, then cards, chat by chat."""

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from telegram.error import Forbidden, NetworkError, RetryAfter

from bot.delivery.poster import Poster, Refused, Uncertain
from bot.domain import JsonDict
from bot.storage.database import Database
from bot.storage.outbox import SCREEN, Card, OutboxRow, OutboxStore
from bot.views.screen import Screen
from bot.workers import Workers

CARD_INTERVAL_S = 3.0
"""At most one edit of a chat's cards in this time."""
LONGEST_PAUSE_S = 30.0

Render = Callable[[str, JsonDict, int], Awaitable[Screen | None]]
"""(kind, payload, chat id) -> what to show now; None: nothing any more."""

_logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Outbox:
    """One worker per chat with something to send; it sleeps out that chat's pauses alone."""

    database: Database
    store: OutboxStore
    poster: Poster
    render: Render
    card_interval_s: float = CARD_INTERVAL_S
    _workers: Workers[int] = field(init=False)
    _card_edited_at: dict[int, float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._workers = Workers("outbox of chat", self._drain)
        self.store.on_new = self._workers.wake

    async def start(self) -> None:
        """Send what a former process left behind."""
        await self.database.write(self.store.doubt_heads)
        for chat_id in await self.store.waiting():
            self._workers.wake(chat_id)

    async def close(self) -> None:
        """Let what is on its way arrive, for two seconds; the rest waits for the next start."""
        await self._workers.close(grace_s=2)

    async def has_waiting(self, chat_id: int) -> bool:
        """Whether a message for the chat has not left yet."""
        return await self.store.head(chat_id) is not None

    async def _drain(self, chat_id: int) -> None:
        pause_s = 0.0
        while True:
            row = await self.store.head(chat_id)
            card = None if row else await self.store.stale_card(chat_id)
            if row is None and card is None:
                return
            try:
                async with self.poster.order(chat_id):
                    await (self._send(row) if row else self._show(card))  # type: ignore[arg-type]
                pause_s = 0.0
            except RetryAfter:
                continue  # the pace has blocked the chat for as long as Telegram asked
            except Forbidden:
                _logger.info("Chat %s takes no messages; parked", chat_id)
                await self.database.write(lambda tx: self.store.park(tx, chat_id))
                return
            except (NetworkError, Uncertain) as exc:
                if row is not None and isinstance(exc, Uncertain):
                    unsure = row.id
                    await self.database.write(lambda tx, n=unsure: self.store.doubt(tx, n))  # type: ignore[misc]
                pause_s = min(max(0.5, pause_s * 2), LONGEST_PAUSE_S)
                _logger.warning("No answer for chat %s; again in %s s", chat_id, pause_s)
                await asyncio.sleep(pause_s)

    async def _send(self, row: OutboxRow) -> None:
        message_id: int | None = None
        screen = await self._screen(row.kind, row.payload, row.chat_id)
        if screen is not None:
            try:
                message_id = await self.poster.post(
                    row.chat_id,
                    screen,
                    edit_id=row.edit_id,
                    floor_id=row.floor_id,
                    is_unsure=row.is_unsure,
                )
            except Refused as exc:
                if "chat not found" in str(exc).lower():
                    raise Forbidden(str(exc)) from exc
                _logger.error("Telegram refused outbox row %s: %s", row.id, exc)
        now = int(time.time())
        await self.database.write(lambda tx: self.store.sent(tx, row, message_id, now))

    async def _show(self, card: Card) -> None:
        await asyncio.sleep(self._card_edited_at.get(card.chat_id, 0.0) - time.monotonic())
        await self.database.write(lambda tx: self.store.take_card(tx, card))
        screen = await self._screen("card", {"job_id": card.job_id}, card.chat_id)
        if screen is None:
            return
        shown = _digest(screen)
        if shown == card.shown:
            return
        try:
            message_id = await self.poster.post(
                card.chat_id,
                screen,
                edit_id=card.message_id,
                floor_id=card.floor_id,
                is_unsure=card.message_id is None,
            )
        except Refused as exc:
            _logger.error("Telegram refused the card of %s: %s", card.job_id, exc)
            return
        except BaseException:
            await self.database.write(lambda tx: self.store.card_not_shown(tx, card))
            raise
        self._card_edited_at[card.chat_id] = time.monotonic() + self.card_interval_s
        await self.database.write(
            lambda tx: self.store.card_shown(tx, card, message_id=message_id, shown=shown)
        )

    async def _screen(self, kind: str, payload: JsonDict, chat_id: int) -> Screen | None:
        if kind == SCREEN:
            return Screen.from_json(payload)
        return await self.render(kind, payload, chat_id)


def _digest(screen: Screen) -> str:
    return hashlib.sha256(json.dumps(screen.to_json(), sort_keys=True).encode()).hexdigest()
