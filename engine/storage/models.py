"""Tuned models and checkpoints."""

import sqlite3
import time
from dataclasses import asdict

from engine.domain import TunedModel
from engine.storage.database import Database, as_json, from_json, from_row, insert, position

KEPT_CHECKPOINTS = 3
"""How many checkpoints of a job are kept, including the final model, as at OpenAI."""


class ModelStore:
    """Models by name."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self, name: str) -> TunedModel | None:
        """The model, deployed or not yet; None when there is none."""
        query = "SELECT * FROM models WHERE name = :name"
        row = await self._db.read(lambda c: c.execute(query, {"name": name}).fetchone())
        return _model_from_row(row) if row else None

    async def all(self) -> list[TunedModel]:
        """Every tuned model, oldest first."""
        rows = await self._db.read(
            lambda c: c.execute("SELECT * FROM models ORDER BY seq").fetchall()
        )
        return [_model_from_row(row) for row in rows]

    async def checkpoints(self, job_id: str, *, after: str | None, limit: int) -> list[TunedModel]:
        """A job's checkpoints, latest step first."""

        def work(connection: sqlite3.Connection) -> list[sqlite3.Row]:
            query = "SELECT seq FROM models WHERE checkpoint_id = :id"
            return connection.execute(
                """
                SELECT * FROM models
                WHERE job_id = :job_id AND seq < coalesce(:seq, 9223372036854775807)
                ORDER BY seq DESC
                LIMIT :limit
                """,
                {"job_id": job_id, "seq": position(connection, query, after), "limit": limit},
            ).fetchall()

        return [_model_from_row(row) for row in await self._db.read(work)]

    async def steps(self, job_id: str) -> set[int]:
        """The steps of a job that have models."""
        query = "SELECT step FROM models WHERE job_id = :job_id"
        rows = await self._db.read(lambda c: c.execute(query, {"job_id": job_id}).fetchall())
        return {row["step"] for row in rows}

    async def deploy(self, name: str) -> bool:
        """Make the model usable from now on; False when there is none."""
        query = "UPDATE models SET ready_at = min(ready_at, :now) WHERE name = :name"
        values = {"name": name, "now": time.time()}
        return bool(await self._db.run(lambda c: c.execute(query, values).rowcount))

    async def delete(self, name: str) -> bool:
        """Delete the model; False when there was none."""
        query = "DELETE FROM models WHERE name = :name"
        return bool(await self._db.run(lambda c: c.execute(query, {"name": name}).rowcount))


def insert_model(connection: sqlite3.Connection, model: TunedModel) -> None:
    """Add a model within a transaction, and drop the job's oldest beyond `KEPT_CHECKPOINTS`."""
    insert(connection, "models", {**asdict(model), "metrics": as_json(model.metrics)})
    connection.execute(
        """
        DELETE FROM models WHERE job_id = :job_id AND seq NOT IN
            (SELECT seq FROM models WHERE job_id = :job_id ORDER BY seq DESC LIMIT :kept)
        """,
        {"job_id": model.job_id, "kept": KEPT_CHECKPOINTS},
    )


def _model_from_row(row: sqlite3.Row) -> TunedModel:
    return from_row(TunedModel, row, metrics=from_json(row["metrics"]))
