"""Fine-tuning jobs that the bot follows, and their events."""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.domain.training import (
    FineTuningJob,
    JobEvent,
    JobStatus,
    PastJob,
    Refusal,
    TrackedJob,
    step_of,
)
from bot.storage.database import Database, Row, Transaction


class JobStore:
    """Tables `jobs` and `job_events`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def save(
        self,
        tx: Transaction,
        job: FineTuningJob,
        *,
        run_id: int | None = None,
        followed_by: int | None = None,
    ) -> None:
        """Store what the provider said; where the job came from is kept once known.

        A job that is over stays so: an older answer may come in after a newer one.
        """
        await tx.execute(
            """
            INSERT INTO jobs (
                id, run_id, followed_by, base_model, method, status, created_at, training_file,
                fine_tuned_model, finished_at, estimated_finish, trained_tokens, result_file,
                n_epochs, suffix, seed, refusal_code, refusal_message
            ) VALUES (
                :id, :run_id, :followed_by, :base_model, :method, :status, :created_at,
                :training_file, :fine_tuned_model, :finished_at, :estimated_finish, :trained_tokens,
                :result_file, :n_epochs, :suffix, :seed, :refusal_code, :refusal_message
            )
            ON CONFLICT (id) DO UPDATE SET
                run_id = coalesce(run_id, :run_id),
                followed_by = coalesce(followed_by, :followed_by),
                status = :status, fine_tuned_model = :fine_tuned_model,
                finished_at = :finished_at, estimated_finish = :estimated_finish,
                trained_tokens = :trained_tokens, result_file = :result_file,
                n_epochs = :n_epochs,
                refusal_code = :refusal_code, refusal_message = :refusal_message
            WHERE is_over = 0 OR :is_terminal
            """,
            {
                "id": job.id,
                "run_id": run_id,
                "followed_by": followed_by,
                "base_model": job.base_model,
                "method": job.method,
                "status": job.status_word,
                "created_at": job.created_at,
                "training_file": job.training_file,
                "fine_tuned_model": job.fine_tuned_model,
                "finished_at": job.finished_at,
                "estimated_finish": job.estimated_finish,
                "trained_tokens": job.trained_tokens,
                "result_file": job.result_file,
                "n_epochs": job.n_epochs,
                "suffix": job.suffix,
                "seed": job.seed,
                "refusal_code": job.refusal.code if job.refusal else None,
                "refusal_message": job.refusal.message if job.refusal else None,
                "is_terminal": job.status.is_terminal,
            },
        )

    async def add_events(self, tx: Transaction, job_id: str, events: Sequence[JobEvent]) -> None:
        """Store events; one that is known already stays as it was."""
        for event in events:
            await tx.execute(
                """
                INSERT OR IGNORE INTO job_events (
                    job_id, id, created_at, level, type, message, data
                ) VALUES (:job_id, :id, :created_at, :level, :type, :message, :data)
                """,
                {
                    "job_id": job_id,
                    "id": event.id,
                    "created_at": event.created_at,
                    "level": event.level,
                    "type": event.type,
                    "message": event.message,
                    "data": json.dumps(dict(event.data), ensure_ascii=False),
                },
            )

    async def close(self, tx: Transaction, job_id: str) -> bool:
        """Mark the job as over; False when it was already."""
        changed = await tx.execute(
            "UPDATE jobs SET is_over = 1 WHERE id = :id AND is_over = 0", {"id": job_id}
        )
        return changed == 1

    async def get(self, job_id: str) -> TrackedJob | None:
        """The job with its metrics, or None when it is not followed."""
        row = await self._db.row(f"{_JOBS} WHERE jobs.id = :id", {"id": job_id})
        return await self._with_events(row) if row else None

    async def bare(self, job_id: str) -> TrackedJob | None:
        """The job without its events, which take longer to read, or None."""
        row = await self._db.row(f"{_JOBS} WHERE jobs.id = :id", {"id": job_id})
        return _tracked(row) if row else None

    async def numbered(self, number: int) -> TrackedJob | None:
        """The job that a button names, or None."""
        row = await self._db.row(f"{_JOBS} WHERE number = :number", {"number": number})
        return await self._with_events(row) if row else None

    async def active(self) -> list[str]:
        """Ids of the jobs that are not over, oldest first."""
        rows = await self._db.rows("SELECT id FROM jobs WHERE is_over = 0 ORDER BY created_at, id")
        return [row["id"] for row in rows]

    async def underway(self) -> list[FineTuningJob]:
        """The jobs that are not over, oldest first."""
        rows = await self._db.rows("SELECT * FROM jobs WHERE is_over = 0 ORDER BY created_at, id")
        return [_job_from_row(row) for row in rows]

    async def active_names(self) -> list[str]:
        """What people call the jobs that are not over, oldest first."""
        rows = await self._db.rows(
            """
            SELECT coalesce(nullif(suffix, ''), id) AS name
            FROM jobs
            WHERE is_over = 0
            ORDER BY created_at, id
            """
        )
        return [row["name"] for row in rows]

    async def count(self) -> int:
        """How many jobs there are."""
        row = await self._db.row("SELECT count(*) AS n FROM jobs")
        return int(row["n"]) if row else 0

    async def page(self, *, skip: int, limit: int) -> list[TrackedJob]:
        """Jobs without their events: those that go on come first, newest ones before older."""
        rows = await self._db.rows(
            f"""
            {_JOBS}
            ORDER BY is_over, jobs.created_at DESC, jobs.id
            LIMIT :limit OFFSET :skip
            """,
            {"skip": skip, "limit": limit},
        )
        return [_tracked(row) for row in rows]

    async def past(self, base_model: str, *, limit: int = 20) -> list[PastJob]:
        """How long the latest successful jobs of that model took; at most *limit* of them."""
        rows = await self._db.rows(
            """
            SELECT trained_tokens, finished_at - created_at AS seconds
            FROM jobs
            WHERE base_model = :base_model AND status = :succeeded
                AND trained_tokens > 0 AND finished_at > created_at
            ORDER BY created_at DESC
            LIMIT :limit
            """,
            {"base_model": base_model, "succeeded": JobStatus.SUCCEEDED, "limit": limit},
        )
        return [PastJob(**row) for row in rows]

    async def event_ids(self, job_id: str) -> Collection[str]:
        """Ids of the events that are stored."""
        rows = await self._db.rows(
            "SELECT id FROM job_events WHERE job_id = :job_id", {"job_id": job_id}
        )
        return {row["id"] for row in rows}

    async def event_count(self, job_id: str) -> int:
        """How many of the job's events are stored."""
        query = "SELECT count(*) AS n FROM job_events WHERE job_id = :job_id"
        row = await self._db.row(query, {"job_id": job_id})
        return int(row["n"]) if row else 0

    async def events(self, job_id: str, *, skip: int = 0, limit: int = -1) -> list[JobEvent]:
        """The job's events, oldest first; a negative *limit* is none."""
        rows = await self._db.rows(
            """
            SELECT id, created_at, level, type, message, data
            FROM job_events
            WHERE job_id = :job_id
            ORDER BY
                created_at,
                CASE WHEN json_valid(data) THEN json_extract(data, '$.step') END,
                id
            LIMIT :limit OFFSET :skip
            """,
            {"job_id": job_id, "skip": skip, "limit": limit},
        )
        return [JobEvent(**{**row, "data": json.loads(row["data"])}) for row in rows]

    async def _with_events(self, row: Row) -> TrackedJob:
        events = await self.events(row["id"])
        metrics = [event for event in events if event.type == "metrics"]
        metrics.sort(key=lambda event: step_of(event.data))
        messages = [event.message for event in events if event.type != "metrics"]
        warnings = [event.message for event in events if event.level != "info"]
        return replace(
            _tracked(row),
            metrics=[event.data for event in metrics],
            metric_times=tuple(event.created_at for event in metrics),
            last_message=messages[-1] if messages else "",
            warning=warnings[-1] if warnings else "",
        )


_JOBS = """
    SELECT jobs.*, training_runs.price_usd, iif(is_stalled, step_at, NULL) AS stalled_since
    FROM jobs
        LEFT JOIN training_runs ON training_runs.id = jobs.run_id
        LEFT JOIN job_pulses ON job_pulses.job_id = jobs.id
"""
"""The beginning of a query for jobs with what their plans say."""


def _tracked(row: Row) -> TrackedJob:
    return TrackedJob(
        job=_job_from_row(row),
        number=row["number"],
        run_id=row["run_id"],
        followed_by=row["followed_by"],
        price_usd=row["price_usd"],
        stalled_since=row["stalled_since"],
    )


def _job_from_row(row: Row) -> FineTuningJob:
    refusal = None
    if row["refusal_message"] is not None:
        refusal = Refusal(code=row["refusal_code"] or "", message=row["refusal_message"])
    return FineTuningJob(
        id=row["id"],
        base_model=row["base_model"],
        method=row["method"],
        status=JobStatus.of(row["status"]),
        status_word=row["status"],
        created_at=row["created_at"],
        training_file=row["training_file"],
        fine_tuned_model=row["fine_tuned_model"],
        finished_at=row["finished_at"],
        estimated_finish=row["estimated_finish"],
        trained_tokens=row["trained_tokens"],
        result_file=row["result_file"],
        n_epochs=row["n_epochs"],
        suffix=row["suffix"],
        seed=row["seed"],
        refusal=refusal,
    )
