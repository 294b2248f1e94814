"""Messages on their way to Telegram."""

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from typing import Final

from bot.delivery.cards_store import CardStore
from bot.delivery.chats_store import newest_message_id, saw_message
from bot.delivery.screen import NO_BUTTONS, Screen
from bot.delivery.screens_store import replaced_by, turned
from bot.domain import JsonDict
from bot.domain.models import Topic
from bot.domain.people import Urgency
from bot.storage.database import Database, Transaction

SCREEN = "screen"
"""The kind of a row whose payload is ready to be sent; others are rendered when they are sent."""
MOST_WITH_BUTTONS: Final = 2
"""So many of a topic's answers, the last ones, keep the buttons under them."""


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
    edit_key: str | None = None
    """The key of the message to edit, which is never sent anew; None: see `edit_id`."""
    urgency: Urgency = Urgency.ROUTINE


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
        edit_id: int | None = None,
        floor_id: int | None = None,
        is_unsure: bool = False,
    ) -> bool:
        """Put a message in; False when one with the same *key* was put in before."""
        values = {"edit_id": edit_id, "floor_id": floor_id, "is_unsure": is_unsure}
        return await self._add(tx, chat_id, key, payload, values | {"now": now})

    async def tell(
        self,
        tx: Transaction,
        chat_id: int,
        *,
        key: str,
        kind: str,
        payload: JsonDict,
        now: int,
        urgency: Urgency = Urgency.ROUTINE,
    ) -> bool:
        """Put in a message that is rendered when it is sent; *key* and result as in `post`."""
        values = {"kind": kind, "urgency": urgency, "now": now}
        return await self._add(tx, chat_id, key, payload, values)

    async def change(
        self,
        tx: Transaction,
        chat_id: int,
        *,
        key: str,
        payload: JsonDict,
        now: int,
        edit_key: str,
        kind: str = SCREEN,
    ) -> None:
        """Let the earlier message *edit_key*, whatever its id will be, show this.

        Nothing is shown if it can't be edited; *key* as in `post`.
        """
        values = {"kind": kind, "edit_key": edit_key, "now": now}
        await self._add(tx, chat_id, key, payload, values)

    async def _add(
        self, tx: Transaction, chat_id: int, key: str, payload: JsonDict, values: JsonDict
    ) -> bool:
        usual: JsonDict = {
            "kind": SCREEN,
            "urgency": Urgency.ROUTINE,
            "edit_id": None,
            "edit_key": None,
            "floor_id": None,
            "is_unsure": False,
        }
        row = usual | values
        if row["edit_id"] and row["edit_key"] is None and payload.get("text", True):
            await turned(tx, chat_id, row["edit_id"], name=payload.get("name", ""))
        if row["floor_id"] is None:
            row["floor_id"] = await newest_message_id(tx)
        added = await tx.execute(
            """
            INSERT OR IGNORE INTO outbox (
                key, chat_id, kind, urgency, payload, edit_id, edit_key, floor_id, is_unsure,
                created_at
            ) VALUES (
                :key, :chat_id, :kind, :urgency, :payload, :edit_id, :edit_key, :floor_id,
                :is_unsure, :now
            )
            """,
            row
            | {
                "key": key,
                "chat_id": chat_id,
                "payload": json.dumps(payload, ensure_ascii=False),
            },
        )
        tx.after_commit(lambda: self._tell(chat_id))
        return added == 1

    async def head(self, chat_id: int, *, without: Collection[int] = ()) -> OutboxRow | None:
        """The oldest message of a chat that is neither sent nor parked, or None.

        *without*: ids of those that are left for later.
        """
        return await self._db.one(
            OutboxRow,
            """
            SELECT o.id, o.chat_id, o.kind, o.urgency, o.payload, o.floor_id, o.is_unsure,
                o.edit_key, coalesce(o.edit_id, edited.message_id) AS edit_id
            FROM outbox o LEFT JOIN outbox edited ON edited.key = o.edit_key
            WHERE o.chat_id = :chat_id AND o.sent_at IS NULL AND o.is_parked = 0
                AND o.id NOT IN (SELECT value FROM json_each(:without))
            ORDER BY o.id
            LIMIT 1
            """,
            {"chat_id": chat_id, "without": json.dumps(list(without))},
        )

    async def place_of(self, request_id: int) -> int | None:
        """The message that shows the first answer to a request; None: not known any more."""
        return await self.message_of(reply_key(request_id, 0))

    async def message_of(self, key: str) -> int | None:
        """The message with that key; None: not sent yet, or not known any more."""
        query = "SELECT coalesce(message_id, edit_id) FROM outbox WHERE key = :key"
        return await self._db.one(int, query, {"key": key})

    async def give_buttons(self, tx: Transaction, topic: Topic, key: str, *, of: int) -> None:
        """The message *key* holds the buttons of that turn, and no longer those of another."""
        await tx.execute(
            """
            UPDATE outbox
            SET buttons_of = iif(key = :key, :turn_id, NULL), buttons_in = :thread_id
            WHERE key = :key OR (
                chat_id = :chat_id AND buttons_of IS NOT NULL
                AND coalesce(message_id, edit_id) = (SELECT edit_id FROM outbox WHERE key = :key)
            )
            """,
            asdict(topic) | {"key": key, "turn_id": of},
        )

    async def turn_at(
        self, chat_id: int, message_id: int, *, pressed: int, tx: Transaction | None = None
    ) -> int | None:
        """The turn whose buttons that message still has; None: none of the last answers.

        *pressed*: the turn of the button; its message may be so new that its id is not stored yet.
        """
        return await (tx or self._db).one(
            int,
            """
            SELECT buttons_of FROM outbox
            WHERE chat_id = :chat_id AND buttons_of IS NOT NULL AND :message_id =
                coalesce(message_id, edit_id, iif(buttons_of = :pressed, :message_id, 0))
            ORDER BY buttons_of = :pressed DESC
            LIMIT 1
            """,
            {"chat_id": chat_id, "message_id": message_id, "pressed": pressed},
        )

    async def take_old_buttons(self, tx: Transaction, topic: Topic, *, now: int) -> None:
        """Take the buttons from all messages but the newest of each of the last answers."""
        standing = await tx.rows(
            """
            SELECT id, key, buttons_of FROM outbox
            WHERE chat_id = :chat_id AND buttons_in = :thread_id AND buttons_of IS NOT NULL
            ORDER BY id DESC
            """,
            asdict(topic),
        )
        kept: set[int] = set()
        for row in standing:
            if row["buttons_of"] not in kept and len(kept) < MOST_WITH_BUTTONS:
                kept.add(row["buttons_of"])
                continue
            key, bare = row["key"], NO_BUTTONS.to_json()
            await self.change(
                tx, topic.chat_id, key=f"{key}:bare", payload=bare, now=now, edit_key=key
            )
            await tx.execute(
                "UPDATE outbox SET buttons_of = NULL WHERE id = :id", {"id": row["id"]}
            )

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
        if message_id is not None and row.kind == SCREEN and row.payload.get("name"):
            await self.showed(tx, row.chat_id, message_id, Screen.from_json(row.payload), now)

    async def showed(
        self, tx: Transaction, chat_id: int, message_id: int, screen: Screen, now: int
    ) -> None:
        """The message shows that screen, which has a name: an older one of it becomes a line."""
        old = await replaced_by(tx, chat_id, message_id, name=screen.name, later=screen.later)
        if old is not None:
            key = _later_key(chat_id, old.message_id)
            payload = Screen(text=old.later).to_json()
            # With a key, even if of nothing: a message that was deleted is not sent again.
            values = {"edit_id": old.message_id, "edit_key": key, "now": now}
            await self._add(tx, chat_id, key, payload, values)

    async def is_replaced(self, chat_id: int, message_id: int) -> bool:
        """Whether the message became a line, or will, because of a newer screen of its name."""
        query = "SELECT 1 FROM outbox WHERE key = :key"
        return await self._db.row(query, {"key": _later_key(chat_id, message_id)}) is not None

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
        """Forget messages that were sent before that time, but not where buttons stand."""
        await tx.execute(
            "DELETE FROM outbox WHERE sent_at < :before AND buttons_of IS NULL", {"before": before}
        )

    def _tell(self, chat_id: int) -> None:
        # Read when it is called: the outbox's worker sets it after the stores are built.
        self.on_new(chat_id)


def _later_key(chat_id: int, message_id: int) -> str:
    return f"later:{chat_id}:{message_id}"


def reply_key(request_id: int, n: int) -> str:
    """What is said in answer to a request, number *n* from 0 on."""
    return f"request:{request_id}:{n}"
