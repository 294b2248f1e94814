"""Checkpoints: what a provider kept of a job besides its result."""

from dataclasses import asdict

from bot.domain.models import Checkpoint, ServedModel
from bot.serving.store import MODEL_COLUMNS
from bot.storage.database import Database, Transaction
from bot.storage.rows import from_row


class CheckpointStore:
    """Table `checkpoints`; each of them is a row of `models` as well."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(
        self, tx: Transaction, checkpoint: Checkpoint, *, model_id: int, job_id: str
    ) -> None:
        """Store what the provider says of it; again changes nothing."""
        await tx.execute(
            """
            INSERT OR IGNORE INTO checkpoints (model_id, job_id, step, train_loss, valid_loss)
            VALUES (:model_id, :job_id, :step, :train_loss, :valid_loss)
            """,
            asdict(checkpoint) | {"model_id": model_id, "job_id": job_id},
        )

    async def of_job(self, job_id: str) -> list[tuple[ServedModel, Checkpoint]]:
        """A job's checkpoints, each with the model that it is, by step."""
        rows = await self._db.rows(
            f"""
            SELECT {MODEL_COLUMNS}, c.step, c.train_loss, c.valid_loss
            FROM checkpoints c JOIN models m ON m.id = c.model_id
            WHERE c.job_id = :job_id
            ORDER BY c.step, m.id
            """,
            {"job_id": job_id},
        )
        return [(from_row(ServedModel, row), from_row(Checkpoint, row)) for row in rows]

    async def of_model(self, model_id: int) -> Checkpoint | None:
        """What is known of a model as a checkpoint, or None."""
        return await self._db.one(
            Checkpoint,
            """
            SELECT m.name, c.step, c.train_loss, c.valid_loss
            FROM checkpoints c JOIN models m ON m.id = c.model_id
            WHERE c.model_id = :model_id
            """,
            {"model_id": model_id},
        )
