"""People whose next message is a correction, and not a question to the model."""

from dataclasses import asdict

from bot.ratings.entities import AwaitedCorrection
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
        """What the person's message of that request corrects; None: it is a message like any.

        *now*: when the message was written, in Unix seconds.
        """
        return await self._db.one(
            AwaitedCorrection,
            """
            SELECT turn_id, message_id
            FROM awaited_corrections
            WHERE person_id = :person_id AND request_id < :request_id
                AND (ended_by IS NULL OR ended_by > :request_id) AND expires_at > :now
            """,
            {"person_id": person_id, "request_id": request_id, "now": now},
        )

    async def open(self, person_id: int, *, now: int) -> AwaitedCorrection | None:
        """What the person's next message corrects, as far as we know by now."""
        return await self._db.one(
            AwaitedCorrection,
            """
            SELECT turn_id, message_id
            FROM awaited_corrections
            WHERE person_id = :person_id AND ended_by IS NULL AND expires_at > :now
            """,
            {"person_id": person_id, "now": now},
        )

    async def begin(
        self,
        tx: Transaction,
        person_id: int,
        awaited: AwaitedCorrection,
        *,
        request_id: int,
        expires_at: int,
    ) -> None:
        """From that request on; whatever else was awaited of them is not any more."""
        await tx.execute(
            """
            INSERT OR REPLACE INTO awaited_corrections (
                person_id, turn_id, request_id, message_id, expires_at
            ) VALUES (:person_id, :turn_id, :request_id, :message_id, :expires_at)
            """,
            asdict(awaited)
            | {"person_id": person_id, "request_id": request_id, "expires_at": expires_at},
        )

    async def end(self, tx: Transaction, person_id: int, *, request_id: int) -> None:
        """Messages after that request are questions again; those before it may still come."""
        await tx.execute(
            """
            UPDATE awaited_corrections
            SET ended_by = :request_id
            WHERE person_id = :person_id AND ended_by IS NULL
            """,
            {"person_id": person_id, "request_id": request_id},
        )

    async def done(self, tx: Transaction, person_id: int, *, turn_id: int) -> None:
        """The one for that turn has come, or is not wanted."""
        await tx.execute(
            "DELETE FROM awaited_corrections WHERE person_id = :person_id AND turn_id = :turn_id",
            {"person_id": person_id, "turn_id": turn_id},
        )
