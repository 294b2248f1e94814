"""Messages on their way to Telegram, and the cards that follow jobs."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass

from bot.domain import JsonDict
from bot.storage.database import Database, Row, Transaction

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


_MOVED = 1
"""Bit of `cards.is_stale`: the job has moved since the card was shown."""
_TRIED = 2
"""Bit of `cards.is_stale`: the card was about to be shown, and what came of that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The message that shows a job to one person, edited as the job moves."""

    chat_id: int
    job_id: str
    message_id: int | None
    floor_id: int
    shown: str
    """Digest of what Telegram shows now."""
    is_unsure: bool
    """An earlier try may have reached Telegram: look for it above `floor_id` first."""


class OutboxStore:
    """Tables `outbox`, `cards` and `chats`."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self.on_new: Callable[[int], None] = lambda _: None
        """Called with the chat's id once something for it is committed."""

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
        tx.after_commit(lambda: self.on_new(chat_id))
        return added == 1

    async def head(self, chat_id: int) -> OutboxRow | None:
        """The oldest message of a chat that is neither sent nor parked, or None."""
        row = await self._db.row(
            """
            SELECT id, chat_id, kind, payload, edit_id, floor_id, is_unsure
            FROM outbox
            WHERE chat_id = :chat_id AND sent_at IS NULL AND is_parked = 0
            ORDER BY id
            LIMIT 1
            """,
            {"chat_id": chat_id},
        )
        return _outbox_row(row) if row else None

    async def waiting(self) -> list[int]:
        """The chats for which a message or a card waits."""
        rows = await self._db.rows(
            """
            SELECT DISTINCT chat_id FROM outbox WHERE sent_at IS NULL AND is_parked = 0
            UNION
            SELECT chat_id FROM cards WHERE is_stale != 0 AND is_parked = 0
            """
        )
        return [row["chat_id"] for row in rows]

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
            tx.after_commit(lambda: self.on_new(chat_id))

    async def known_ids(self, *, above: int) -> set[int]:
        """Ids above *above* of messages, in any private chat, that we know, whoever wrote them."""
        rows = await self._db.rows(
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
        return {row[0] for row in rows}

    async def prune(self, tx: Transaction, *, before: int) -> None:
        """Forget messages that were sent before that time (Unix seconds)."""
        await tx.execute("DELETE FROM outbox WHERE sent_at < :before", {"before": before})

    async def touch_cards(self, tx: Transaction, job_id: str, chat_ids: Collection[int]) -> None:
        """The job moved: its card goes out anew to each of the chats."""
        for chat_id in chat_ids:
            await tx.execute(
                """
                INSERT INTO cards (chat_id, job_id, floor_id, is_stale)
                VALUES (:chat_id, :job_id, :floor_id, :moved)
                ON CONFLICT (chat_id, job_id) DO UPDATE SET is_stale = is_stale | :moved
                """,
                {
                    "chat_id": chat_id,
                    "job_id": job_id,
                    "moved": _MOVED,
                    "floor_id": await newest_message_id(tx),
                },
            )
            tx.after_commit(lambda chat_id=chat_id: self.on_new(chat_id))  # type: ignore[misc]

    async def renew_card(self, tx: Transaction, job_id: str, chat_id: int) -> None:
        """Send the job's card as a new message, at the bottom of the chat."""
        await tx.execute(
            "DELETE FROM cards WHERE chat_id = :chat_id AND job_id = :job_id",
            {"chat_id": chat_id, "job_id": job_id},
        )
        await self.touch_cards(tx, job_id, [chat_id])

    async def stale_card(self, chat_id: int) -> Card | None:
        """A card of the chat that shows less than we know, or None."""
        row = await self._db.row(
            """
            SELECT chat_id, job_id, message_id, floor_id, shown, is_stale
            FROM cards
            WHERE chat_id = :chat_id AND is_stale != 0 AND is_parked = 0
            ORDER BY job_id
            LIMIT 1
            """,
            {"chat_id": chat_id},
        )
        if row is None:
            return None
        return Card(
            chat_id=row["chat_id"],
            job_id=row["job_id"],
            message_id=row["message_id"],
            floor_id=row["floor_id"],
            shown=row["shown"],
            is_unsure=row["message_id"] is None and bool(row["is_stale"] & _TRIED),
        )

    async def take_card(self, tx: Transaction, card: Card) -> None:
        """About to show the card as the job stands now; what moves later makes it stale again."""
        await tx.execute(
            "UPDATE cards SET is_stale = :tried WHERE chat_id = :chat_id AND job_id = :job_id",
            {"chat_id": card.chat_id, "job_id": card.job_id, "tried": _TRIED},
        )

    async def give_card_back(self, tx: Transaction, card: Card) -> None:
        """The try has certainly failed."""
        await tx.execute(
            "UPDATE cards SET is_stale = :moved WHERE chat_id = :chat_id AND job_id = :job_id",
            {
                "chat_id": card.chat_id,
                "job_id": card.job_id,
                "moved": _MOVED | (_TRIED if card.is_unsure else 0),
            },
        )

    async def card_shown(
        self, tx: Transaction, card: Card, *, message_id: int | None, shown: str
    ) -> None:
        """Telegram shows the card in that message (None: it does not take it).

        A card that was renewed meanwhile is another one, which still has to be sent.
        """
        await tx.execute(
            """
            UPDATE cards
            SET message_id = :message_id, shown = :shown, is_stale = is_stale & :moved
            WHERE chat_id = :chat_id AND job_id = :job_id AND message_id IS :before
            """,
            {
                "chat_id": card.chat_id,
                "job_id": card.job_id,
                "before": card.message_id,
                "message_id": message_id,
                "shown": shown,
                "moved": _MOVED,
            },
        )
        await saw_message(tx, card.chat_id, message_id or 0)


async def newest_message_id(tx: Transaction) -> int:
    """The newest message id that we know of in any private chat; 0 before there is any.

    Telegram counts messages for each account, not for each of its private chats.
    """
    row = await tx.row("SELECT max(newest_message_id) AS newest FROM chats WHERE id > 0")
    return int(row["newest"] or 0) if row else 0


async def saw_message(tx: Transaction, chat_id: int, message_id: int) -> None:
    """Remember that the chat has a message with that id (ids only grow)."""
    await tx.execute(
        """
        INSERT INTO chats (id, newest_message_id)
        VALUES (:id, :message_id)
        ON CONFLICT (id) DO UPDATE SET newest_message_id = :message_id
            WHERE newest_message_id < :message_id
        """,
        {"id": chat_id, "message_id": message_id},
    )


def _outbox_row(row: Row) -> OutboxRow:
    return OutboxRow(
        id=row["id"],
        chat_id=row["chat_id"],
        kind=row["kind"],
        payload=json.loads(row["payload"]),
        edit_id=row["edit_id"],
        floor_id=row["floor_id"],
        is_unsure=bool(row["is_unsure"]),
    )
