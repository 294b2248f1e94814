"""Messages on their way to Telegram."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from bot.delivery.cards_store import CardStore
from bot.delivery.chats_store import newest_message_id, saw_message
from bot.domain import JsonDict
from bot.storage.database import Database, Transaction

SCREEN = "screen"
"""The kind of a row whose payload is ready to be sent; others are rendered when they are sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A message that waits."""

    id: int
    chat_id: int
    kind: str
    payload: JsonDict
    edit_id: int | None
    """The message to edit; None: a new one."""
    floor_id: int
    is_unsure: bool
    """An earlier try may have reached Telegram: look for it above `floor_id` first."""


class OutboxStore:
    """Table `outbox`, and what it has in common with `cards`: who waits, who is held back."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self.on_new: Callable[[int], None] = lambda _: None
        """Called with the chat's id once a message or a card for it is committed."""
        self.cards = CardStore(database, self._tell)

    async def post(
        self,
        tx: Transaction,
        chat_id: int,
        *,
        key: str,
        payload: JsonDict,
        now: int,
        kind: str = SCREEN,
        edit_id: int | None = None,
        floor_id: int | None = None,
        is_unsure: bool = False,
    ) -> bool:
        """Put a message in; False when one with the same *key* was put in before."""
        added = await tx.execute(
            """
            INSERT OR IGNORE INTO outbox (
                key, chat_id, kind, payload, edit_id, floor_id, is_unsure, created_at
            ) VALUES (:key, :chat_id, :kind, :payload, :edit_id, :floor_id, :is_unsure, :now)
            """,
            {
                "key": key,
                "chat_id": chat_id,
                "kind": kind,
                "payload": json.dumps(payload, ensure_ascii=False),
                "edit_id": edit_id,
                "floor_id": await newest_message_id(tx) if floor_id is None else floor_id,
                "is_unsure": is_unsure,
                "now": now,
            },
        )
        tx.after_commit(lambda: self._tell(chat_id))
        return added == 1

    async def head(self, chat_id: int) -> OutboxRow | None:
        """The oldest message of a chat that is neither sent nor parked, or None."""
        return await self._db.one(
            OutboxRow,
            """
            SELECT id, chat_id, kind, payload, edit_id, floor_id, is_unsure
            FROM outbox
            WHERE chat_id = :chat_id AND sent_at IS NULL AND is_parked = 0
            ORDER BY id
            LIMIT 1
            """,
            {"chat_id": chat_id},
        )

    async def place_of(self, request_id: int) -> int | None:
        """The message that shows the first answer to a request; None: not known any more."""
        query = "SELECT coalesce(message_id, edit_id) FROM outbox WHERE key = :key"
        return await self._db.one(int, query, {"key": reply_key(request_id, 0)})

    async def waiting(self) -> list[int]:
        """The chats for which a message or a card waits."""
        return await self._db.all(
            int,
            """
            SELECT DISTINCT chat_id FROM outbox WHERE sent_at IS NULL AND is_parked = 0
            UNION
            SELECT chat_id FROM cards WHERE is_stale != 0 AND is_parked = 0
            """,
        )

    async def doubt_heads(self, tx: Transaction) -> None:
        """After a restart: the first waiting message of each chat may have left already."""
        await tx.execute(
            """
            UPDATE outbox
            SET is_unsure = 1
            WHERE sent_at IS NULL AND is_parked = 0
              AND id IN (
                  SELECT min(id) FROM outbox
                  WHERE sent_at IS NULL AND is_parked = 0
                  GROUP BY chat_id
              )
            """
        )

    async def doubt(self, tx: Transaction, row_id: int) -> None:
        """A try ended without an answer."""
        await tx.execute("UPDATE outbox SET is_unsure = 1 WHERE id = :id", {"id": row_id})

    async def replace(
        self, tx: Transaction, row: OutboxRow, *, kind: str, payload: JsonDict, edit_id: int | None
    ) -> None:
        """Let something else be said in the place of a message that waits."""
        await tx.execute(
            """
            UPDATE outbox
            SET kind = :kind, payload = :payload, edit_id = :edit_id
            WHERE id = :id AND sent_at IS NULL
            """,
            {
                "id": row.id,
                "kind": kind,
                "payload": json.dumps(payload, ensure_ascii=False),
                "edit_id": edit_id,
            },
        )

    async def sent(self, tx: Transaction, row: OutboxRow, message_id: int | None, now: int) -> None:
        """Telegram took the message (None: it was not worth sending any more)."""
        await tx.execute(
            """
            UPDATE outbox
            SET sent_at = :now, message_id = :message_id, payload = '{}'
            WHERE id = :id
            """,
            {"id": row.id, "message_id": message_id, "now": now},
        )
        await saw_message(tx, row.chat_id, message_id or 0)

    async def park(self, tx: Transaction, chat_id: int) -> None:
        """Hold back everything for a chat that does not take messages."""
        for table in ("outbox", "cards"):
            waiting = "sent_at IS NULL" if table == "outbox" else "is_stale != 0"
            await tx.execute(
                f"UPDATE {table} SET is_parked = 1 WHERE chat_id = :chat_id AND {waiting}",
                {"chat_id": chat_id},
            )

    async def unpark(self, tx: Transaction, chat_id: int) -> None:
        """The person wrote again: send what was held back."""
        released = 0
        for table in ("outbox", "cards"):
            released += await tx.execute(
                f"UPDATE {table} SET is_parked = 0 WHERE chat_id = :chat_id AND is_parked = 1",
                {"chat_id": chat_id},
            )
        if released:
            tx.after_commit(lambda: self._tell(chat_id))

    async def known_ids(self, *, above: int) -> set[int]:
        """Ids above *above* of messages, in any private chat, that we know, whoever wrote them."""
        known = await self._db.all(
            int,
            """
            SELECT message_id FROM outbox WHERE message_id > :above
            UNION SELECT edit_id FROM outbox WHERE edit_id > :above
            UNION SELECT message_id FROM cards WHERE message_id > :above
            UNION SELECT frame_message_id FROM inbox WHERE frame_message_id > :above
            UNION SELECT message_id FROM inbox WHERE chat_id > 0 AND message_id > :above
            UNION SELECT newest_message_id FROM chats WHERE id > 0 AND newest_message_id > :above
            """,
            {"above": above},
        )
        return set(known)

    async def prune(self, tx: Transaction, *, before: int) -> None:
        """Forget messages that were sent before that time (Unix seconds)."""
        await tx.execute("DELETE FROM outbox WHERE sent_at < :before", {"before": before})

    def _tell(self, chat_id: int) -> None:
        # Read when it is called: the outbox's worker sets it after the stores are built.
        self.on_new(chat_id)


def reply_key(request_id: int, n: int) -> str:
    """What is said in answer to a request, number *n* from 0 on."""
    return f"request:{request_id}:{n}"
