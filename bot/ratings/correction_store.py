"""People whose next words may be a correction, and not a question to the model."""

from dataclasses import asdict

from bot.ratings.entities import AwaitedCorrection, HeldText
from bot.storage.database import Database, Transaction


class AwaitedCorrectionStore:
    """Table `awaited_corrections`: at most one for each person.

    Commands overtake messages, in a lane of their own. So what counts is the order in which
    Telegram delivered, which the ids of requests are in.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    async def before(
        self, request_id: int, *, person_id: int, now: int
    ) -> AwaitedCorrection | None:
        """What the person was asked for before that request; None: nothing that is still awaited.

        *now*: when the message was written, in Unix seconds.
        """
        return await self._db.one(
            AwaitedCorrection,
            """
            SELECT turn_id, message_id, request_id, thread_id,
                expires_at > :now AND (ended_by IS NULL OR ended_by > :request_id) AS is_fresh
            FROM awaited_corrections
            WHERE person_id = :person_id AND request_id < :request_id
            """,
            {"person_id": person_id, "request_id": request_id, "now": now},
        )

    async def begin(
        self,
        tx: Transaction,
        person_id: int,
        awaited: AwaitedCorrection,
        *,
        expires_at: int,
    ) -> None:
        """Whatever else was awaited of them is not any more."""
        await tx.execute(
            """
            INSERT OR REPLACE INTO awaited_corrections (
                person_id, turn_id, request_id, message_id, thread_id, expires_at
            ) VALUES (
                :person_id, :turn_id, :request_id, :message_id, :thread_id, :expires_at
            )
            """,
            asdict(awaited) | {"person_id": person_id, "expires_at": expires_at},
        )

    async def end(self, tx: Transaction, person_id: int, *, request_id: int) -> bool:
        """After that request only a reply counts; whether it was otherwise before."""
        return await tx.changes(
            """
            UPDATE awaited_corrections
            SET ended_by = :request_id
            WHERE person_id = :person_id AND request_id < :request_id AND ended_by IS NULL
            """,
            {"person_id": person_id, "request_id": request_id},
        )

    async def done(self, tx: Transaction, person_id: int, *, turn_id: int) -> None:
        """The one for that turn has come, or is not wanted."""
        await tx.execute(
            "DELETE FROM awaited_corrections WHERE person_id = :person_id AND turn_id = :turn_id",
            {"person_id": person_id, "turn_id": turn_id},
        )

    async def hold(self, tx: Transaction, held: HeldText) -> None:
        """Keep the text until the person says what it is; a new wording replaces the old one."""
        await tx.execute(
            """
            INSERT OR REPLACE INTO held_texts (request_id, person_id, turn_id, message_id, text)
            VALUES (:request_id, :person_id, :turn_id, :message_id, :text)
            """,
            asdict(held),
        )

    async def held(
        self, person_id: int, *, request_id: int = 0, message_id: int = 0
    ) -> HeldText | None:
        """The person's text of that request or in that message; None: it is not held any more."""
        return await self._db.one(
            HeldText,
            """
            SELECT request_id, person_id, turn_id, message_id, text FROM held_texts
            WHERE person_id = :person_id
                AND (request_id = :request_id OR message_id = :message_id)
            """,
            {"person_id": person_id, "request_id": request_id, "message_id": message_id},
        )

    async def release(self, tx: Transaction, held: HeldText) -> None:
        """The person said what it is."""
        await tx.execute("DELETE FROM held_texts WHERE request_id = :id", {"id": held.request_id})
