"""Which messages came from people who may be in danger. No words."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from bot.delivery.messages import new_or_edited, words_of
from bot.safety.entities import Call, DangerCounts, Mark
from bot.storage.database import Database, Transaction

_LATELY_S: Final = 7 * 86_400
_MARK: Final = """
    SELECT request_id, person_id, chat_id, message_id, kind, grade, card_id, created_at, called_at
    FROM danger_messages
"""


class DangerStore:
    """Tables `danger_messages` and `danger_calls`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(self, tx: Transaction, mark: Mark) -> None:
        """Store a mark; a graver one replaces that of the same request, and a call stays."""
        values = asdict(mark)
        await tx.execute(
            """
            INSERT INTO danger_messages (
                request_id, person_id, chat_id, message_id, kind, grade, card_id, created_at
            ) VALUES (
                :request_id, :person_id, :chat_id, :message_id, :kind, :grade, :card_id, :created_at
            )
            ON CONFLICT (request_id) DO UPDATE SET
                kind = iif(:grade > grade, :kind, kind), grade = max(:grade, grade),
                card_id = coalesce(:card_id, card_id)
            """,
            values | values.pop("danger"),
        )

    async def drop(self, tx: Transaction, request_ids: Sequence[int]) -> None:
        """Delete the marks of updates that were handled as parts of another one."""
        for request_id in request_ids:
            query = "DELETE FROM danger_messages WHERE request_id = :request_id"
            await tx.execute(query, {"request_id": request_id})

    async def of(self, request_id: int) -> Mark | None:
        """The mark of that update or turn; None: there is none."""
        query = f"{_MARK} WHERE request_id = :request_id"
        return await self._db.one(Mark, query, {"request_id": request_id})

    async def about(self, chat_id: int, message_id: int) -> Mark | None:
        """The newest mark of that message; None: there is none."""
        return await self._db.one(
            Mark,
            f"""
            {_MARK}
            WHERE chat_id = :chat_id AND message_id = :message_id
            ORDER BY request_id DESC
            LIMIT 1
            """,
            {"chat_id": chat_id, "message_id": message_id},
        )

    async def latest(self, chat_id: int, *, since: int) -> Mark | None:
        """The newest mark of the chat since that Unix time; None: there is none."""
        return await self._db.one(
            Mark,
            f"""
            {_MARK}
            WHERE chat_id = :chat_id AND created_at >= :since
            ORDER BY created_at DESC
            LIMIT 1
            """,
            {"chat_id": chat_id, "since": since},
        )

    async def card_grade(self, tx: Transaction, chat_id: int, *, since: int) -> int | None:
        """The highest grade of the cards in the chat since that Unix time; None: there is none."""
        return await tx.one(
            int,
            """
            SELECT max(grade)
            FROM danger_messages
            WHERE chat_id = :chat_id AND created_at >= :since AND card_id IS NOT NULL
            """,
            {"chat_id": chat_id, "since": since},
        )

    async def newest_card(self, tx: Transaction, chat_id: int) -> int | None:
        """The `card_id` of the chat's newest card; None: there is none."""
        query = "SELECT max(card_id) FROM danger_messages WHERE chat_id = :chat_id"
        return await tx.one(int, query, {"chat_id": chat_id})

    async def counts(self) -> DangerCounts:
        """How many messages, in all and lately; an edited one counts once."""
        counts = await self._db.one(
            DangerCounts,
            """
            SELECT count(*) AS n, coalesce(sum(first_at >= :since), 0) AS n_lately
            FROM (
                SELECT min(created_at) AS first_at
                FROM danger_messages
                GROUP BY chat_id, message_id
            )
            """,
            {"since": int(time.time()) - _LATELY_S},
        )
        assert counts is not None
        return counts

    async def add_call(self, tx: Transaction, call: Call, *, since: int) -> None:
        """Store a call: admins may read the person's marked messages since that Unix time."""
        await tx.execute(
            """
            INSERT INTO danger_calls (request_id, person_id, called_at)
            VALUES (:request_id, :person_id, :called_at)
            """,
            asdict(call),
        )
        await tx.execute(
            """
            UPDATE danger_messages
            SET called_at = :called_at
            WHERE person_id = :person_id AND created_at >= :since AND called_at IS NULL
            """,
            {"person_id": call.person_id, "called_at": call.called_at, "since": since},
        )

    async def last_call(self, person_id: int, tx: Transaction | None = None) -> int | None:
        """When the person last called for people, Unix time; None: never."""
        query = "SELECT max(called_at) FROM danger_calls WHERE person_id = :person_id"
        return await (tx or self._db).one(int, query, {"person_id": person_id})

    async def shown_by(self, call: Call) -> Sequence[str]:
        """The words of the messages that admins may read since that call, oldest first.

        A message without an answer is read where it still is: in its update, or in the question
        that was left open.
        """
        rows = await self._db.rows(
            """
            SELECT d.message_id, coalesce(t.user_text, q.text, '') AS words,
                coalesce(i.payload, '') AS payload
            FROM danger_messages d
                LEFT JOIN turns t ON t.request_id = d.request_id
                LEFT JOIN open_questions q
                    ON q.chat_id = d.chat_id AND q.question_id = d.message_id
                LEFT JOIN inbox i ON i.id = d.request_id
            WHERE d.person_id = :person_id AND d.called_at = :called_at
            ORDER BY d.message_id, d.request_id
            """,
            {"person_id": call.person_id, "called_at": call.called_at},
        )
        said = {row["message_id"]: row["words"] or _words_in(row["payload"]) for row in rows}
        return [words for words in said.values() if words]


async def forget_dangers(tx: Transaction, person_id: int) -> None:
    """Delete the marks of a person's messages, and when they called."""
    for table in ("danger_messages", "danger_calls"):
        await tx.execute(f"DELETE FROM {table} WHERE person_id = :id", {"id": person_id})


def _words_in(payload: str) -> str:
    return words_of(new_or_edited(json.loads(payload))) if payload else ""
