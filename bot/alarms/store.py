"""What the alarms know of jobs, and jobs that are to be created again."""

from collections.abc import Collection, Sequence
from dataclasses import asdict

from bot.alarms.entities import Pulse, Restart, RestartState
from bot.storage.database import Database, Row, Transaction


class PulseStore:
    """Table `job_pulses`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self, job_id: str) -> Pulse | None:
        """What was seen of the job so far, or None."""
        row = await self._db.row(
            "SELECT * FROM job_pulses WHERE job_id = :job_id", {"job_id": job_id}
        )
        if row is None:
            return None
        return Pulse(
            job_id=row["job_id"],
            status=row["status"],
            since=row["since_at"],
            is_overdue=bool(row["is_overdue"]),
            step=row["step"],
            step_at=row["step_at"],
            is_stalled=bool(row["is_stalled"]),
            is_overfit=bool(row["is_overfit"]),
        )

    async def put(self, tx: Transaction, pulse: Pulse) -> None:
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
        row = await self._db.row(
            "SELECT * FROM restarts WHERE job_id = :job_id", {"job_id": job_id}
        )
        return _restart_from_row(row) if row else None

    async def open_ones(self) -> Sequence[str]:
        """Ids of the jobs for which something is still to be done."""
        states = {f"s{n}": state for n, state in enumerate(RestartState) if state.is_open}
        rows = await self._db.rows(
            f"SELECT job_id FROM restarts WHERE state IN ({', '.join(f':{n}' for n in states)})",
            states,
        )
        return [row["job_id"] for row in rows]

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
        states = {f"s{n}": state for n, state in enumerate(expected)}
        changed = await tx.execute(
            "UPDATE restarts SET state = :to "
            f"WHERE job_id = :job_id AND state IN ({', '.join(f':{n}' for n in states)})",
            {"job_id": job_id, "to": to, **states},
        )
        return changed == 1


def _restart_from_row(row: Row) -> Restart:
    return Restart(
        job_id=row["job_id"],
        state=RestartState(row["state"]),
        asked_by=row["asked_by"],
        request_id=row["request_id"],
        run_id=row["run_id"],
    )
