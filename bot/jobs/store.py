"""Fine-tuning jobs that the bot follows, and their events."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict

from bot.domain.training import (
    FineTuningJob,
    JobEvent,
    JobStatus,
    PastJob,
    Refusal,
    TrackedJob,
    step_of,
)
from bot.jobs.entities import JobNames
from bot.storage.database import Database, Row, Transaction
from bot.storage.rows import from_row


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
                n_epochs, learning_rate_multiplier, suffix, seed, refusal_code, refusal_message
            ) VALUES (
                :id, :run_id, :followed_by, :base_model, :method, :status, :created_at,
                :training_file, :fine_tuned_model, :finished_at, :estimated_finish, :trained_tokens,
                :result_file, :n_epochs, :learning_rate_multiplier, :suffix, :seed,
                :refusal_code, :refusal_message
            )
            ON CONFLICT (id) DO UPDATE SET
                run_id = coalesce(run_id, :run_id),
                followed_by = coalesce(followed_by, :followed_by),
                status = :status, fine_tuned_model = :fine_tuned_model,
                finished_at = :finished_at, estimated_finish = :estimated_finish,
                trained_tokens = :trained_tokens, result_file = :result_file,
                n_epochs = :n_epochs, learning_rate_multiplier = :learning_rate_multiplier,
                refusal_code = :refusal_code, refusal_message = :refusal_message
            WHERE is_over = 0 OR :is_terminal
            """,
            asdict(job)
            | {
                "run_id": run_id,
                "followed_by": followed_by,
                "status": job.status_word,
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
                asdict(event)
                | {"job_id": job_id, "data": json.dumps(dict(event.data), ensure_ascii=False)},
            )

    async def close(self, tx: Transaction, job_id: str) -> bool:
        """Mark the job as over; False when it was already."""
        return await tx.changes(
            "UPDATE jobs SET is_over = 1 WHERE id = :id AND is_over = 0", {"id": job_id}
        )

    async def get(self, job_id: str) -> TrackedJob | None:
        """The job with its metrics, or None when it is not followed."""
        row = await self._db.row(f"{_JOBS} WHERE jobs.id = :id", {"id": job_id})
        return _tracked(row, await self.events(row["id"])) if row else None

    async def bare(self, job_id: str) -> TrackedJob | None:
        """The job without its events, which take longer to read, or None."""
        row = await self._db.row(f"{_JOBS} WHERE jobs.id = :id", {"id": job_id})
        return _tracked(row) if row else None

    async def numbered(self, number: int) -> TrackedJob | None:
        """The job that a button names, or None."""
        row = await self._db.row(f"{_JOBS} WHERE number = :number", {"number": number})
        return _tracked(row, await self.events(row["id"])) if row else None

    async def started_by(self, job_id: str) -> int | None:
        """Who started the job or named it to /monitor; 0: the terminal; None: not known."""
        tracked = await self.bare(job_id)
        return tracked.started_by if tracked else None

    async def active(self) -> list[str]:
        """Ids of the jobs that are not over, oldest first."""
        query = "SELECT id FROM jobs WHERE is_over = 0 ORDER BY created_at, id"
        return await self._db.all(str, query)

    async def underway(self) -> list[FineTuningJob]:
        """The jobs that are not over, oldest first."""
        rows = await self._db.rows("SELECT * FROM jobs WHERE is_over = 0 ORDER BY created_at, id")
        return [_job(row) for row in rows]

    async def ended(self, since: int, until: int) -> list[FineTuningJob]:
        """The jobs that are over and ended between those Unix times."""
        rows = await self._db.rows(
            "SELECT * FROM jobs "
            "WHERE is_over = 1 AND coalesce(finished_at, created_at) BETWEEN :since AND :until",
            {"since": since, "until": until},
        )
        return [_job(row) for row in rows]

    async def active_names(self) -> list[str]:
        """What people call the jobs that are not over, oldest first."""
        return await self._db.all(
            str,
            """
            SELECT coalesce(nullif(suffix, ''), id)
            FROM jobs
            WHERE is_over = 0
            ORDER BY created_at, id
            """,
        )

    async def names(self) -> list[JobNames]:
        """What all jobs are called, newest first."""
        query = "SELECT id, number, suffix, is_over FROM jobs ORDER BY created_at DESC, number DESC"
        return await self._db.all(JobNames, query)

    async def count(self) -> int:
        """How many jobs there are."""
        return await self._db.one(int, "SELECT count(*) FROM jobs") or 0

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
        return await self._db.all(
            PastJob,
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

    async def event_ids(self, job_id: str) -> Collection[str]:
        """Ids of the events that are stored."""
        query = "SELECT id FROM job_events WHERE job_id = :job_id"
        return set(await self._db.all(str, query, {"job_id": job_id}))

    async def event_count(self, job_id: str) -> int:
        """How many of the job's events are stored."""
        query = "SELECT count(*) FROM job_events WHERE job_id = :job_id"
        return await self._db.one(int, query, {"job_id": job_id}) or 0

    async def events(self, job_id: str, *, skip: int = 0, limit: int = -1) -> list[JobEvent]:
        """The job's events, oldest first; a negative *limit* is none."""
        return await self._db.all(
            JobEvent,
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


_JOBS = """
    SELECT jobs.*, training_runs.price_usd, people.name AS starter,
        coalesce(training_runs.confirmed_by, jobs.followed_by) AS started_by,
        iif(is_stalled, step_at, NULL) AS stalled_since
    FROM jobs
        LEFT JOIN training_runs ON training_runs.id = jobs.run_id
        LEFT JOIN people ON people.id = training_runs.confirmed_by
        LEFT JOIN job_pulses ON job_pulses.job_id = jobs.id
"""
"""The beginning of a query for jobs with what their plans say."""


def _tracked(row: Row, events: Sequence[JobEvent] = ()) -> TrackedJob:
    metrics = [event for event in events if event.type == "metrics"]
    metrics.sort(key=lambda event: step_of(event.data))
    messages = [event.message for event in events if event.type != "metrics"]
    warnings = [event.message for event in events if event.level != "info"]
    return from_row(
        TrackedJob,
        row,
        job=_job(row),
        starter=row["starter"] or "",
        metrics=[event.data for event in metrics],
        metric_times=tuple(event.created_at for event in metrics),
        last_message=messages[-1] if messages else "",
        warning=warnings[-1] if warnings else "",
    )


def _job(row: Row) -> FineTuningJob:
    return from_row(
        FineTuningJob, row, status_word=row["status"], metadata={}, refusal=refusal_in(row)
    )


def refusal_in(row: Row) -> Refusal | None:
    """Why the job or the run in *row* was refused; None: it was not."""
    if row["refusal_message"] is None:
        return None
    return Refusal(code=row["refusal_code"] or "", message=row["refusal_message"])
