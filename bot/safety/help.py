"""Help around an answer: the card below it, or in its place when none comes."""

import logging
import time
from dataclasses import dataclass, replace

from bot.delivery.outbox_store import OutboxStore
from bot.delivery.screen import plain
from bot.edge.context import BotContext
from bot.safety.cards import CARD_EVERY_S, Cards, card_key
from bot.safety.entities import Care, Mark
from bot.safety.store import DangerStore
from bot.storage.database import Transaction

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What a feature that answers people has to know and to do about danger."""

    store: DangerStore
    outbox: OutboxStore
    cards: Cards

    async def care_of(self, context: BotContext, message_id: int | None) -> Care:
        """How to answer that message, now or once more."""
        chat_id = context.row.chat_id
        mark = await self.store.of(context.request_id)
        if mark is None and message_id is not None:
            mark = await self.store.about(chat_id, message_id)
        lately = await self.store.latest(chat_id, since=int(time.time()) - CARD_EVERY_S)
        return Care(mark=mark, lately=lately)

    async def is_marked(self, request_id: int) -> bool:
        """Whether the turn of that request answers a person in danger."""
        return await self.store.of(request_id) is not None

    async def below(self, tx: Transaction, context: BotContext, mark: Mark) -> None:
        """The answer is there: mark its turn, and send the card once more, below it.

        The card that came first becomes a line. An answer long after the card gets a new one.
        """
        request_id, chat_id, now = context.request_id, mark.chat_id, int(time.time())
        first = mark.card_id if mark.request_id == request_id else None
        newest = await self.store.newest_card(tx, chat_id)
        shown = await self.store.card_grade(tx, chat_id, since=now - CARD_EVERY_S)
        if mark.request_id != request_id:
            card_id = request_id if shown is None else None
            mark = replace(mark, request_id=request_id, card_id=card_id, created_at=now)
            await self.store.add(tx, mark)
        if shown is None or (first is not None and first == newest):
            await self._post(tx, context, mark)
        if first is not None:
            line = plain(context.texts, "danger_below").to_json()
            await self.outbox.change(
                tx,
                chat_id,
                key=f"{card_key(request_id)}:line",
                payload=line,
                now=now,
                edit_key=card_key(first),
            )

    def silent(self, context: BotContext, mark: Mark) -> None:
        """No answer comes: say so below the card, or with a card if none came with this update."""
        _logger.info("Update %s: numbers instead of an answer", context.request_id)
        is_below = mark.card_id is not None and mark.request_id == context.request_id
        context.reply(
            self.cards.silent(context.person, mark, is_below=is_below),
            edit_id=context.frame_message_id,
            is_unsure=context.is_replay,
        )

    async def _post(self, tx: Transaction, context: BotContext, mark: Mark) -> None:
        screen = replace(self.cards.card(context.person, mark), thread_id=context.thread_id)
        await self.outbox.post(
            tx,
            mark.chat_id,
            key=f"{card_key(mark.request_id)}:below",
            payload=screen.to_json(),
            now=int(time.time()),
        )
