"""Models with which admins talk alone."""

from bot.domain.models import ServedModel
from bot.serving.store import MODEL_COLUMNS
from bot.storage.database import Database, Transaction


class TriedStore:
    """Table `tried_models`: at most one for each person."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def of(self, person_id: int) -> ServedModel | None:
        """The model that the person tries, or None."""
        return await self._db.one(
            ServedModel,
            f"""
            SELECT {MODEL_COLUMNS}
            FROM tried_models t JOIN models m ON m.id = t.model_id
            WHERE t.person_id = :person_id
            """,
            {"person_id": person_id},
        )

    async def begin(self, tx: Transaction, person_id: int, model_id: int, *, now: int) -> bool:
        """Let the person try the model in the place of any other; False: nothing changes.

        They try it already, or it answers everybody.
        """
        return await tx.changes(
            """
            INSERT INTO tried_models (person_id, model_id, since_at)
            SELECT :person_id, :model_id, :now
            WHERE :model_id IS NOT (SELECT model_id FROM servings ORDER BY id DESC LIMIT 1)
            ON CONFLICT (person_id) DO UPDATE SET model_id = :model_id, since_at = :now
            WHERE model_id != :model_id
            """,
            {"person_id": person_id, "model_id": model_id, "now": now},
        )

    async def end(self, tx: Transaction, person_id: int, model_id: int) -> bool:
        """The person tries that model no longer; False: they did not."""
        return await tx.changes(
            "DELETE FROM tried_models WHERE person_id = :person_id AND model_id = :model_id",
            {"person_id": person_id, "model_id": model_id},
        )

    async def end_all(self, tx: Transaction, model_id: int) -> list[int]:
        """Nobody tries the model any longer; the ids of the people who did."""
        rows = await tx.rows(
            "DELETE FROM tried_models WHERE model_id = :model_id RETURNING person_id",
            {"model_id": model_id},
        )
        return [row["person_id"] for row in rows]
