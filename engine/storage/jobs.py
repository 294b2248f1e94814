"""Fine-tuning jobs and their events; every change of a job is one compare-and-set."""

import json
import sqlite3
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from engine.domain import (
    ACTIVE,
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
from engine.storage.database import Database, as_json, from_json, from_row, insert, position
from engine.storage.models import insert_model


class JobStore:
    """Jobs by id, newest first in lists."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(self, job: FineTuningJob, events: Sequence[NewEvent]) -> None:
        """Store a new job with its first events."""
        values = asdict(job)
        values |= values.pop("hyperparameters")
        values |= {"metadata": as_json(job.metadata), "error": as_json(values.pop("failure"))}

        def work(connection: sqlite3.Connection) -> None:
            insert(connection, "jobs", values)
            _insert_events(connection, job.id, events)

        await self._db.run(work)

    async def get(self, job_id: str) -> FineTuningJob | None:
        """The job, or None when there is none."""
        return await self._db.read(lambda connection: _select(connection, job_id))

    async def page(
        self, *, after: str | None, limit: int, metadata: Mapping[str, str], without_metadata: bool
    ) -> list[FineTuningJob]:
        """At most *limit* jobs older than the job *after*, newest first.

        An unknown *after* raises `ApiError`. A job must have all pairs of *metadata*.
        """

        def work(connection: sqlite3.Connection) -> list[sqlite3.Row]:
            seq = position(connection, "SELECT seq FROM jobs WHERE id = :id", after)
            return connection.execute(
                """
                SELECT * FROM jobs
                WHERE seq < coalesce(:seq, 9223372036854775807)
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
                    "wanted": json.dumps(metadata),
                    "limit": limit,
                },
            ).fetchall()

        return [_job_from_row(row) for row in await self._db.read(work)]

    async def active(self, created_by: str | None = None) -> list[FineTuningJob]:
        """Jobs that continue without a request, oldest first; a restart continues them.

        With *created_by*, the fingerprint of a key, those of that key.
        """
        query = """
            SELECT * FROM jobs
            WHERE status IN (SELECT value FROM json_each(:active))
              AND (:key IS NULL OR created_by = :key)
            ORDER BY seq
            """
        values = {"key": created_by, "active": json.dumps(sorted(ACTIVE))}
        rows = await self._db.read(lambda c: c.execute(query, values).fetchall())
        return [_job_from_row(row) for row in rows]

    async def count_by_status(self) -> dict[str, int]:
        """How many jobs have each status."""
        query = "SELECT status, count(*) FROM jobs GROUP BY status"
        rows = await self._db.read(lambda c: c.execute(query).fetchall())
        return {str(status): 0 for status in Status} | dict(map(tuple, rows))

    async def change(
        self,
        job_id: str,
        values: Mapping[str, object],
        *,
        expected: Collection[Status],
        events: Sequence[NewEvent] = (),
        made: Sequence[TunedModel | StoredFile] = (),
    ) -> FineTuningJob | None:
        """Set columns (if any), append events and store models and files, in one transaction.

        Returns:
            The job as it is now; None, with nothing changed, when its status is not *expected*.
        """
        # The names are this package's own columns, never a client's words.
        assignments = ", ".join(f"{column} = :{column}" for column in values)
        query = f"UPDATE jobs SET {assignments} WHERE id = :job_id"  # noqa: S608

        def work(connection: sqlite3.Connection) -> FineTuningJob | None:
            found = _select(connection, job_id)
            if found is None or found.status not in expected:
                return None
            if values:
                connection.execute(query, {**values, "job_id": job_id})
            _insert_events(connection, job_id, events)
            for thing in made:
                if isinstance(thing, TunedModel):
                    insert_model(connection, thing)
                else:
                    insert(connection, "files", asdict(thing))
            return _select(connection, job_id)

        return await self._db.run(work)

    async def events(self, job_id: str, *, after: str | None, limit: int) -> list[JobEvent]:
        """A job's log, newest line first."""

        def work(connection: sqlite3.Connection) -> list[sqlite3.Row]:
            query = "SELECT seq FROM events WHERE id = :id"
            return connection.execute(
                """
                SELECT id, created_at, level, message, metrics FROM events
                WHERE job_id = :job_id AND seq < coalesce(:seq, 9223372036854775807)
                ORDER BY seq DESC
                LIMIT :limit
                """,
                {"job_id": job_id, "seq": position(connection, query, after), "limit": limit},
            ).fetchall()

        rows = await self._db.read(work)
        return [from_row(JobEvent, row, metrics=from_json(row["metrics"])) for row in rows]


def _insert_events(connection: sqlite3.Connection, job_id: str, events: Sequence[NewEvent]) -> None:
    for event in events:
        values = {"id": new_id("ftevent-"), "job_id": job_id, "created_at": int(time.time())}
        values |= asdict(event) | {"metrics": as_json(event.metrics)}
        insert(connection, "events", values)


def _select(connection: sqlite3.Connection, job_id: str) -> FineTuningJob | None:
    row = connection.execute("SELECT * FROM jobs WHERE id = :id", {"id": job_id}).fetchone()
    return _job_from_row(row) if row else None


def _job_from_row(row: sqlite3.Row) -> FineTuningJob:
    return from_row(
        FineTuningJob,
        row,
        metadata=from_json(row["metadata"]),
        method=Method(row["method"]),
        hyperparameters=from_row(Hyperparameters, row),
        status=Status(row["status"]),
        paused_from=None if row["paused_from"] is None else Status(row["paused_from"]),
        failure=None if row["error"] is None else JobFailure(**from_json(row["error"])),
    )
