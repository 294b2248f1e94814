"""Checkpoints: what a provider kept of a job besides its result."""

from bot.domain.models import Checkpoint, ServedModel
from bot.serving.store import MODEL_COLUMNS, model_from_row
from bot.storage.database import Database, Row, Transaction

_CHECKPOINT = "m.name, c.step, c.train_loss, c.valid_loss"


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
            {
                "model_id": model_id,
                "job_id": job_id,
                "step": checkpoint.step,
                "train_loss": checkpoint.train_loss,
                "valid_loss": checkpoint.valid_loss,
            },
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
        return [(model_from_row(row), _checkpoint_from_row(row)) for row in rows]

    async def of_model(self, model_id: int) -> Checkpoint | None:
        """What is known of a model as a checkpoint, or None."""
        row = await self._db.row(
            f"""
            SELECT {_CHECKPOINT}
            FROM checkpoints c JOIN models m ON m.id = c.model_id
            WHERE c.model_id = :model_id
            """,
            {"model_id": model_id},
        )
        return _checkpoint_from_row(row) if row else None


def _checkpoint_from_row(row: Row) -> Checkpoint:
    return Checkpoint(
        name=row["name"],
        step=row["step"],
        train_loss=row["train_loss"],
        valid_loss=row["valid_loss"],
    )
