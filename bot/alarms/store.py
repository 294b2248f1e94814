"""What the alarms know of jobs, and jobs that are to be created again."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict

from bot.alarms.entities import JobActivity, Restart, RestartState
from bot.storage.database import Database, Transaction


class JobActivityStore:
    """Table `job_pulses`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self, job_id: str) -> JobActivity | None:
        """What was seen of the job so far, or None."""
        return await self._db.one(
            JobActivity,
            """
            SELECT job_id, status, since_at AS since, is_overdue, step, step_at, is_stalled,
                is_overfit
            FROM job_pulses
            WHERE job_id = :job_id
            """,
            {"job_id": job_id},
        )

    async def put(self, tx: Transaction, pulse: JobActivity) -> None:
        """Store it in the place of the former one."""
        await tx.execute(
            """
            INSERT OR REPLACE INTO job_pulses (
                job_id, status, since_at, is_overdue, step, step_at, is_stalled, is_overfit
            ) VALUES (
                :job_id, :status, :since, :is_overdue, :step, :step_at, :is_stalled, :is_overfit
            )
            """,
            asdict(pulse),
        )


class RestartStore:
    """Table `restarts`. A state changes only by compare-and-set."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(self, tx: Transaction, job_id: str, *, asked_by: int, request_id: int) -> None:
        """Note the wish; the first one for a job counts."""
        await tx.execute(
            """
            INSERT OR IGNORE INTO restarts (job_id, state, asked_by, request_id)
            VALUES (:job_id, :state, :asked_by, :request_id)
            """,
            {
                "job_id": job_id,
                "state": RestartState.ASKED,
                "asked_by": asked_by,
                "request_id": request_id,
            },
        )

    async def get(self, job_id: str) -> Restart | None:
        """The wish for that job, or None."""
        return await self._db.one(
            Restart,
            """
            SELECT job_id, state, asked_by, request_id, run_id
            FROM restarts
            WHERE job_id = :job_id
            """,
            {"job_id": job_id},
        )

    async def open_ones(self) -> Sequence[str]:
        """Ids of the jobs for which something is still to be done."""
        query = "SELECT job_id FROM restarts WHERE state IN (SELECT value FROM json_each(:open))"
        states = [state for state in RestartState if state.is_open]
        return await self._db.all(str, query, {"open": json.dumps(states)})

    async def planned(self, tx: Transaction, job_id: str, run_id: int) -> None:
        """The plan that takes the job's place."""
        await tx.execute(
            "UPDATE restarts SET run_id = :run_id WHERE job_id = :job_id",
            {"job_id": job_id, "run_id": run_id},
        )

    async def move(
        self,
        tx: Transaction,
        job_id: str,
        *,
        expected: Collection[RestartState],
        to: RestartState,
    ) -> bool:
        """Change the state if it is one of *expected*; say whether it was."""
        return await tx.changes(
            """
            UPDATE restarts SET state = :to
            WHERE job_id = :job_id AND state IN (SELECT value FROM json_each(:expected))
            """,
            {"job_id": job_id, "to": to, "expected": json.dumps([*expected])},
        )
