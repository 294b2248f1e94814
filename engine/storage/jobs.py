"""Fine-tuning jobs and their events; every change of a job is one compare-and-set."""

import json
import sqlite3
import time
from collections.abc import Collection, Mapping, Sequence

from engine.domain import (
    WALKING,
    FineTuningJob,
    Hyperparameters,
    JobEvent,
    JobFailure,
    Method,
    NewEvent,
    Status,
    StoredFile,
    TunedModel,
)
from engine.ids import new_id
from engine.storage.database import Database, position
from engine.storage.files import insert_file
from engine.storage.models import insert_model


class JobStore:
    """Jobs by id, newest first in lists."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(self, job: FineTuningJob, events: Sequence[NewEvent]) -> None:
        """Store a new job with the first lines of its log."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                """
                INSERT INTO jobs
                    (id, created_at, base_model, training_file, validation_file, suffix,
                     seed, metadata, method, n_epochs, batch_size, learning_rate_multiplier, beta,
                     model_code, status, stage_since)
                VALUES
                    (:id, :created_at, :base_model, :training_file, :validation_file, :suffix,
                     :seed, :metadata, :method, :n_epochs, :batch_size,
                     :learning_rate_multiplier, :beta,
                     :model_code, :status, :stage_since)
                """,
                {
                    "id": job.id,
                    "created_at": job.created_at,
                    "base_model": job.base_model,
                    "training_file": job.training_file,
                    "validation_file": job.validation_file,
                    "suffix": job.suffix,
                    "seed": job.seed,
                    "metadata": None if job.metadata is None else json.dumps(job.metadata),
                    "method": job.method,
                    "n_epochs": job.hyperparameters.n_epochs,
                    "batch_size": job.hyperparameters.batch_size,
                    "learning_rate_multiplier": job.hyperparameters.learning_rate_multiplier,
                    "beta": job.hyperparameters.beta,
                    "model_code": job.model_code,
                    "status": job.status,
                    "stage_since": job.stage_since,
                },
            )
            _insert_events(connection, job.id, events)

        await self._db.run(work)

    async def get(self, job_id: str) -> FineTuningJob | None:
        """The job, or None when there is none."""
        return await self._db.read(lambda connection: _select(connection, job_id))

    async def page(
        self,
        *,
        after: str | None,
        limit: int,
        metadata: Mapping[str, str] | None = None,
        without_metadata: bool = False,
    ) -> list[FineTuningJob]:
        """At most *limit* jobs older than *after*, newest first.

        Args:
            after: A job's id; an unknown one raises `ApiError`.
            limit: How many.
            metadata: Pairs that a job must have; None or empty: any.
            without_metadata: Only jobs that have none.
        """

        def work(connection: sqlite3.Connection) -> list[sqlite3.Row]:
            seq = position(connection, "SELECT seq FROM jobs WHERE id = :id", after)
            return connection.execute(
                """
                SELECT * FROM jobs
                WHERE (:seq IS NULL OR seq < :seq)
                  AND (NOT :bare OR coalesce(metadata, '{}') = '{}')
                  AND NOT EXISTS (
                    SELECT 1 FROM json_each(:wanted) AS want
                    WHERE NOT EXISTS (
                        SELECT 1 FROM json_each(coalesce(jobs.metadata, '{}')) AS have
                        WHERE have.key = want.key AND have.value = want.value
                    )
                  )
                ORDER BY seq DESC
                LIMIT :limit
                """,
                {
                    "seq": seq,
                    "bare": without_metadata,
                    "wanted": json.dumps(metadata or {}),
                    "limit": limit,
                },
            ).fetchall()

        return [_job_from_row(row) for row in await self._db.read(work)]

    async def walking(self) -> list[FineTuningJob]:
        """Jobs that go on by themselves, oldest first: what a restart picks up."""
        query = """
            SELECT * FROM jobs
            WHERE status IN (SELECT value FROM json_each(:walking))
            ORDER BY seq
            """
        walking = json.dumps(sorted(WALKING))
        rows = await self._db.read(lambda c: c.execute(query, {"walking": walking}).fetchall())
        return [_job_from_row(row) for row in rows]

    async def change(
        self,
        job_id: str,
        values: Mapping[str, object],
        *,
        expected: Collection[Status],
        events: Sequence[NewEvent] = (),
        made: Sequence[TunedModel | StoredFile] = (),
    ) -> FineTuningJob | None:
        """Set columns, append events, add what was made: all of it or nothing.

        Returns:
            The job as it is now; None, with nothing changed, when its status is not *expected*.
        """
        # The names are this package's own columns, never words of a client.
        assignments = ", ".join(f"{column} = :{column}" for column in values)
        query = f"UPDATE jobs SET {assignments} WHERE id = :job_id"  # noqa: S608

        def work(connection: sqlite3.Connection) -> FineTuningJob | None:
            found = _select(connection, job_id)
            if found is None or found.status not in expected:
                return None
            connection.execute(query, {**values, "job_id": job_id})
            _insert_events(connection, job_id, events)
            for thing in made:
                if isinstance(thing, TunedModel):
                    insert_model(connection, thing)
                else:
                    insert_file(connection, thing)
            return _select(connection, job_id)

        return await self._db.run(work)

    async def events(self, job_id: str, *, after: str | None, limit: int) -> list[JobEvent]:
        """A job's log, newest line first."""

        def work(connection: sqlite3.Connection) -> list[sqlite3.Row]:
            query = "SELECT seq FROM events WHERE id = :id"
            return connection.execute(
                """
                SELECT id, created_at, level, message, metrics FROM events
                WHERE job_id = :job_id AND (:seq IS NULL OR seq < :seq)
                ORDER BY seq DESC
                LIMIT :limit
                """,
                {"job_id": job_id, "seq": position(connection, query, after), "limit": limit},
            ).fetchall()

        return [_event_from_row(row) for row in await self._db.read(work)]


def _insert_events(connection: sqlite3.Connection, job_id: str, events: Sequence[NewEvent]) -> None:
    connection.executemany(
        """
        INSERT INTO events (id, job_id, created_at, level, message, metrics)
        VALUES (:id, :job_id, :created_at, :level, :message, :metrics)
        """,
        [
            {
                "id": new_id("ftevent-"),
                "job_id": job_id,
                "created_at": int(time.time()),
                "level": event.level,
                "message": event.message,
                "metrics": None if event.metrics is None else json.dumps(event.metrics),
            }
            for event in events
        ],
    )


def _select(connection: sqlite3.Connection, job_id: str) -> FineTuningJob | None:
    row = connection.execute("SELECT * FROM jobs WHERE id = :id", {"id": job_id}).fetchone()
    return _job_from_row(row) if row else None


def _job_from_row(row: sqlite3.Row) -> FineTuningJob:
    return FineTuningJob(
        id=row["id"],
        created_at=row["created_at"],
        base_model=row["base_model"],
        training_file=row["training_file"],
        validation_file=row["validation_file"],
        suffix=row["suffix"],
        seed=row["seed"],
        metadata=None if row["metadata"] is None else json.loads(row["metadata"]),
        method=Method(row["method"]),
        hyperparameters=Hyperparameters(
            n_epochs=row["n_epochs"],
            batch_size=row["batch_size"],
            learning_rate_multiplier=row["learning_rate_multiplier"],
            beta=row["beta"],
        ),
        model_code=row["model_code"],
        status=Status(row["status"]),
        paused_from=None if row["paused_from"] is None else Status(row["paused_from"]),
        stage_since=row["stage_since"],
        step=row["step"],
        total_steps=row["total_steps"],
        epoch_tokens=row["epoch_tokens"],
        trained_tokens=row["trained_tokens"],
        fine_tuned_model=row["fine_tuned_model"],
        finished_at=row["finished_at"],
        estimated_finish=row["estimated_finish"],
        failure=None if row["error"] is None else JobFailure(**json.loads(row["error"])),
        result_file=row["result_file"],
    )


def _event_from_row(row: sqlite3.Row) -> JobEvent:
    return JobEvent(
        id=row["id"],
        created_at=row["created_at"],
        level=row["level"],
        message=row["message"],
        metrics=None if row["metrics"] is None else json.loads(row["metrics"]),
    )
