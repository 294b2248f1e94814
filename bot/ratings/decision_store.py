"""What admins decided on answers that people found bad."""

from dataclasses import asdict
from typing import Final

from bot.ratings.entities import Decision, Verdict
from bot.storage.database import Database, Transaction

_SELECT: Final = """
    SELECT turn_id, verdict, decided_by, decided_at, text, message_id FROM answer_decisions
"""


class DecisionStore:
    """Table `answer_decisions`: at most one for each answer."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def decide(self, tx: Transaction, decision: Decision) -> Decision | None:
        """Store it unless somebody has decided already; return what stands.

        Whoever has written an answer may write it anew. None: the turn is deleted.
        """
        await tx.execute(
            """
            INSERT INTO answer_decisions (
                turn_id, verdict, decided_by, decided_at, text, message_id
            )
            SELECT request_id, :verdict, :decided_by, :decided_at, :text, :message_id
            FROM turns
            WHERE request_id = :turn_id
            ON CONFLICT (turn_id) DO UPDATE SET
                verdict = excluded.verdict, decided_by = excluded.decided_by,
                decided_at = excluded.decided_at, text = excluded.text,
                message_id = excluded.message_id
                WHERE verdict = :skipped
                    OR decided_by = excluded.decided_by AND excluded.verdict = :rewritten
            """,
            asdict(decision) | {"skipped": Verdict.SKIPPED, "rewritten": Verdict.REWRITTEN},
        )
        query = f"{_SELECT} WHERE turn_id = :turn_id"
        return await tx.one(Decision, query, {"turn_id": decision.turn_id})

    async def written_in(self, person_id: int, message_id: int) -> Decision | None:
        """What the person decided with the words of that message; None: nothing."""
        return await self._db.one(
            Decision,
            f"{_SELECT} WHERE decided_by = :person_id AND message_id = :message_id",
            {"person_id": person_id, "message_id": message_id},
        )
