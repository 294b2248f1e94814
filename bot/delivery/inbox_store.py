"""Updates from Telegram, kept until they are answered."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.delivery.chats_store import newest_message_id, saw_messages
from bot.delivery.joining import is_next_part
from bot.delivery.messages import new_or_edited
from bot.domain import JsonDict
from bot.storage.database import Database, Transaction

BUSY = "busy"
"""The lane of updates that came when their own lane was full: each is turned away with a word."""


_ROW: Final = """
    SELECT
        id, chat_id, lane, payload, floor_id, attempts, frame_message_id, is_late, received_at,
        '' AS parts, '' AS part_ids, 0 AS leaves
    FROM inbox
"""


@dataclass(frozen=True, kw_only=True)
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
        await saw_messages(tx, seen)
        floor_id = await newest_message_id(tx)
        before = await tx.one(int, "SELECT max(id) FROM inbox") or 0
        new = await self._unknown(tx, bot_id, updates)
        lanes = await self._lanes(tx, new, most_waiting)
        await tx.execute_many(
            """
            INSERT INTO inbox (
                bot_id, update_id, chat_id, lane, payload, message_id, floor_id, received_at,
                is_late
            ) VALUES (
                :bot_id, :update_id, :chat_id, :lane, :payload, :message_id, :floor_id, :now,
                :is_late
            )
            """,
            [
                vars(update) | {"bot_id": bot_id, "lane": lane, "floor_id": floor_id, "now": now}
                for update, lane in zip(new, lanes, strict=True)
            ],
        )
        return await tx.all(InboxRow, f"{_ROW} WHERE id > :before ORDER BY id", {"before": before})

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

    async def done(
        self, tx: Transaction, row_ids: Sequence[int], *, now: int, is_dead: bool = False
    ) -> None:
        """The updates are answered (or given up); what they said is not kept."""
        await tx.execute(
            """
            UPDATE inbox
            SET done_at = :now, is_dead = :is_dead, payload = ''
            WHERE id IN (SELECT value FROM json_each(:ids)) AND done_at IS NULL
            """,
            {"ids": json.dumps(row_ids), "now": now, "is_dead": is_dead},
        )

    async def joined(self, tx: Transaction, row_ids: Sequence[int]) -> None:
        """These updates are handled as one, in whose place the first of them stands."""
        await tx.execute(
            "UPDATE inbox SET part_of = :first WHERE id IN (SELECT value FROM json_each(:ids))",
            {"first": row_ids[0], "ids": json.dumps(row_ids)},
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

    async def _unknown(
        self, tx: Transaction, bot_id: int, updates: Sequence[Incoming]
    ) -> list[Incoming]:
        """Those that are not stored yet, each once."""
        by_id: dict[int, Incoming] = {}
        for update in updates:
            by_id.setdefault(update.update_id, update)
        known = await tx.all(
            int,
            """
            SELECT update_id
            FROM inbox
            WHERE bot_id = :bot_id AND update_id IN (SELECT value FROM json_each(:ids))
            """,
            {"bot_id": bot_id, "ids": json.dumps(list(by_id))},
        )
        for update_id in known:
            del by_id[update_id]
        return list(by_id.values())

    async def _lanes(
        self, tx: Transaction, updates: Sequence[Incoming], most_waiting: int
    ) -> list[str]:
        """The lane of each. However many late ones there are, they get one answer."""
        chats = {update.chat_id for update in updates if not update.is_late}
        # Beside max(), SQLite takes the other columns from the row that has the greatest id.
        query = """
            SELECT chat_id, lane, count(*) AS n, max(id) AS newest, payload
            FROM inbox
            WHERE done_at IS NULL AND chat_id IN (SELECT value FROM json_each(:chats))
            GROUP BY chat_id, lane
            ORDER BY newest
        """
        rows = await tx.rows(query, {"chats": json.dumps(list(chats))}) if chats else []
        n_open = Counter({(row["chat_id"], row["lane"]): row["n"] for row in rows})
        newest = {row["chat_id"]: (row["lane"], row["payload"]) for row in rows}
        lanes = []
        for update in updates:
            lane = update.lane
            if not update.is_late:
                earlier = newest.get(update.chat_id)
                # The next part of a text that Telegram's app has cut follows the part before. That
                # may be a long command, which waits in another lane than words.
                if earlier and is_next_part(*map(_new_message, (update.payload, earlier[1]))):
                    lane = earlier[0]
                elif n_open[update.chat_id, lane] > most_waiting:
                    lane = BUSY
            newest[update.chat_id] = lane, update.payload
            n_open[update.chat_id, lane] += 1
            lanes.append(lane)
        return lanes


def _new_message(payload: str) -> JsonDict:
    message = json.loads(payload).get("message")
    return message if isinstance(message, dict) else {}
