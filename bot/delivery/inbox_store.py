"""Updates from Telegram, kept until they are answered."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from bot.delivery.chats_store import newest_message_id, saw_message
from bot.delivery.joining import is_next_part
from bot.delivery.messages import new_or_edited
from bot.domain import JsonDict
from bot.storage.database import Database, Transaction

BUSY = "busy"
"""The lane of updates that came when their own lane was full: each is turned away with a word."""


_FIELDS: Final = """
    id, chat_id, lane, payload, floor_id, attempts, frame_message_id, is_late, received_at,
    '' AS parts, '' AS part_ids, 0 AS leaves
"""
_ROW: Final = f"SELECT {_FIELDS} FROM inbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An update as it came, with the lane that it belongs to."""

    update_id: int
    chat_id: int
    lane: str
    """A `Lane`."""
    message_id: int
    """Of the message that a person wrote or edited; 0 when there is none."""
    payload: str
    """The update as JSON."""
    is_late: bool = False
    """It was made long before it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """A stored update. Its `id` is the `request_id` of whatever it brings about."""

    id: int
    chat_id: int
    lane: str
    payload: str
    floor_id: int
    """Every message that we send in answer has a greater id than this."""
    attempts: int
    frame_message_id: int | None
    """The message in which an earlier try already showed a part of the answer."""
    is_late: bool = False
    """It was made long before it came, or it came long before this process began."""
    received_at: int = 0
    parts: tuple[str, ...] = ()
    """The payloads of further updates that belong to it, in order."""
    part_ids: tuple[int, ...] = ()
    """The ids of these updates."""
    leaves: bool = False
    """There are late updates about which nothing is done."""

    @property
    def message(self) -> JsonDict:
        """What somebody has newly written, as Telegram sent it; empty for any other update."""
        return _new_message(self.payload)

    @property
    def written(self) -> JsonDict:
        """What somebody has newly written or edited; empty for any other update."""
        return new_or_edited(json.loads(self.payload))


class InboxStore:
    """Table `inbox`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(
        self,
        tx: Transaction,
        bot_id: int,
        updates: Sequence[Incoming],
        *,
        now: int,
        most_waiting: int,
    ) -> list[InboxRow]:
        """Store updates in order of arrival; return those that were not known yet.

        Where *most_waiting* wait behind the one at work, a further new one goes to the lane BUSY.
        """
        seen: dict[int, int] = {}
        for update in updates:
            seen[update.chat_id] = max(seen.get(update.chat_id, 0), update.message_id)
        for chat_id, message_id in seen.items():
            await saw_message(tx, chat_id, message_id)
        floor_id = await newest_message_id(tx)
        new = []
        for update in updates:
            # However many late ones there are, they get one answer.
            lane = update.lane if update.is_late else await self._lane_that_it_continues(tx, update)
            if lane is None:
                is_full = await self._n_open(tx, update.chat_id, update.lane) > most_waiting
                lane = BUSY if is_full else update.lane
            added = await tx.one(
                InboxRow,
                f"""
                INSERT OR IGNORE INTO inbox (
                    bot_id, update_id, chat_id, lane, payload, message_id, floor_id, received_at,
                    is_late
                ) VALUES (
                    :bot_id, :update_id, :chat_id, :lane, :payload, :message_id, :floor_id, :now,
                    :is_late
                )
                RETURNING {_FIELDS}
                """,
                asdict(update) | {"bot_id": bot_id, "lane": lane, "floor_id": floor_id, "now": now},
            )
            if added is not None:
                new.append(added)
        return new

    async def head(self, chat_id: int, lane: str) -> InboxRow | None:
        """The oldest update of a lane that is not done, or None."""
        first = await self.first(chat_id, lane, limit=1)
        return first[0] if first else None

    async def first(self, chat_id: int, lane: str, *, limit: int) -> list[InboxRow]:
        """The oldest updates of a lane that are not done, at most *limit* of them, in order."""
        return await self._db.all(
            InboxRow,
            f"""
            {_ROW}
            WHERE chat_id = :chat_id AND lane = :lane AND done_at IS NULL
            ORDER BY id
            LIMIT :limit
            """,
            {"chat_id": chat_id, "lane": lane, "limit": limit},
        )

    async def late(self, chat_id: int, lane: str) -> list[InboxRow]:
        """The updates of a lane that are late and not done, oldest first."""
        return await self._db.all(
            InboxRow,
            f"""
            {_ROW}
            WHERE chat_id = :chat_id AND lane = :lane AND done_at IS NULL AND is_late
            ORDER BY id
            """,
            {"chat_id": chat_id, "lane": lane},
        )

    async def is_open(self, row_id: int, chat_id: int) -> bool:
        """Whether it is an update of that chat which is not done."""
        row = await self._db.row(
            "SELECT 1 FROM inbox WHERE id = :id AND chat_id = :chat_id AND done_at IS NULL",
            {"id": row_id, "chat_id": chat_id},
        )
        return row is not None

    async def waiting(self) -> list[tuple[int, str]]:
        """The lanes, as (chat id, lane), in which something is not done."""
        rows = await self._db.rows(
            "SELECT DISTINCT chat_id, lane FROM inbox WHERE done_at IS NULL ORDER BY id"
        )
        return [(row["chat_id"], row["lane"]) for row in rows]

    async def mark_late(self, tx: Transaction, *, before: int) -> None:
        """What came before that Unix time, and is not done, is late by now."""
        query = "UPDATE inbox SET is_late = 1 WHERE done_at IS NULL AND received_at < :before"
        await tx.execute(query, {"before": before})

    async def set_frame(self, tx: Transaction, row_id: int, message_id: int) -> None:
        """Remember the message in which the answer grows."""
        await tx.execute(
            "UPDATE inbox SET frame_message_id = :message_id WHERE id = :id",
            {"id": row_id, "message_id": message_id},
        )

    async def done(self, tx: Transaction, row_id: int, *, now: int, is_dead: bool = False) -> None:
        """The update is answered (or given up); what it said is not kept."""
        await tx.execute(
            """
            UPDATE inbox
            SET done_at = :now, is_dead = :is_dead, payload = ''
            WHERE id = :id AND done_at IS NULL
            """,
            {"id": row_id, "now": now, "is_dead": is_dead},
        )

    async def joined(self, tx: Transaction, row_ids: Sequence[int]) -> None:
        """These updates are handled as one, in whose place the first of them stands."""
        for row_id in row_ids:
            await tx.execute(
                "UPDATE inbox SET part_of = :first WHERE id = :id",
                {"first": row_ids[0], "id": row_id},
            )

    async def was_joined(self, chat_id: int, message_id: int) -> bool:
        """Whether that message of a person was handled together with others, since two days."""
        row = await self._db.row(
            """
            SELECT 1
            FROM inbox
            WHERE chat_id = :chat_id AND message_id = :message_id AND part_of IS NOT NULL
            """,
            {"chat_id": chat_id, "message_id": message_id},
        )
        return row is not None

    async def failed(self, tx: Transaction, row_id: int) -> None:
        """One more try did not succeed."""
        await tx.execute("UPDATE inbox SET attempts = attempts + 1 WHERE id = :id", {"id": row_id})

    async def prune(self, tx: Transaction, *, before: int) -> None:
        """Forget updates that were done before that time (Unix seconds)."""
        await tx.execute("DELETE FROM inbox WHERE done_at < :before", {"before": before})

    async def _lane_that_it_continues(self, tx: Transaction, update: Incoming) -> str | None:
        """The lane of a text that Telegram's app has cut, if the update is its next part.

        A long command may wait in another lane than words. None: it continues nothing.
        """
        earlier = await tx.row(
            """
            SELECT lane, payload
            FROM inbox
            WHERE chat_id = :chat_id AND done_at IS NULL
            ORDER BY id DESC
            LIMIT 1
            """,
            {"chat_id": update.chat_id},
        )
        if earlier is None:
            return None
        is_next = is_next_part(_new_message(update.payload), _new_message(earlier["payload"]))
        return str(earlier["lane"]) if is_next else None

    async def _n_open(self, tx: Transaction, chat_id: int, lane: str) -> int:
        n_open = await tx.one(
            int,
            """
            SELECT count(*)
            FROM inbox
            WHERE chat_id = :chat_id AND lane = :lane AND done_at IS NULL
            """,
            {"chat_id": chat_id, "lane": lane},
        )
        return n_open or 0


def _new_message(payload: str) -> JsonDict:
    message = json.loads(payload).get("message")
    return message if isinstance(message, dict) else {}
