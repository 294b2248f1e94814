r"""Cancels a job that waits for too long, and starts its plan again: one press, one new job.

    asked -> cancelling -> cancelled -> started
      |          |             \-> refused
      +----------+-> late

Each step is stored before the next one, so a killed process continues at the next start. Each step
may be repeated: cancelling twice is cancelling once, the new plan is stored before it is confirmed,
and only one press ever confirms a plan. Every tick looks for the next step.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bot.alarms.entities import AlarmKind, Restart, RestartState
from bot.alarms.store import RestartStore
from bot.delivery.notifications import Notifications
from bot.domain import JsonDict
from bot.domain.people import Urgency
from bot.domain.training import FineTuningJob, JobStatus
from bot.errors import (
    ButtonGone,
    JobFinished,
    JobHasBegun,
    JobUnknown,
    PlanTaken,
    ProviderError,
    UserError,
)
from bot.gateways.provider import TrainingApi
from bot.jobs.store import JobStore
from bot.runtime.workers import Workers
from bot.storage.database import Database, Transaction
from bot.training.plan_starts import PlanStarts
from bot.training.plans import TrainingPlans

_WAITING: Final = (JobStatus.VALIDATING_FILES, JobStatus.QUEUED)
_OPEN: Final = [state for state in RestartState if state.is_open]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarts:
    """One worker for each job to create again."""

    database: Database
    store: RestartStore
    jobs: JobStore
    plans: TrainingPlans
    starts: PlanStarts
    api: TrainingApi
    notifications: Notifications
    on_cancelled: Callable[[str], None]
    """Called with the job's id after the request to cancel it."""
    _workers: "Workers[str]" = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_workers", Workers("creating again", self._advance))

    async def tick(self) -> None:
        """Continue the restarts that wait for the provider or that a former process began."""
        for job_id in await self.store.open_ones():
            self._workers.wake(job_id)

    async def idle(self, job_id: str) -> None:
        """Wait until no worker is busy with the job."""
        await self._workers.idle(job_id)

    async def close(self) -> None:
        """Stop; open restarts continue at the next start."""
        await self._workers.close()

    async def ask(self, number: int, *, by: int, request_id: int) -> Restart:
        """Cancel the job that a button names, and start its plan again; one press is enough.

        Returns the restart of that job, which an earlier press may have asked for.

        Raises:
            ButtonGone: the job did not come from a plan of ours.
            JobHasBegun, JobFinished: it is too late, and nothing happens.
        """
        tracked = await self.jobs.numbered(number)
        if tracked is None or tracked.run_id is None:
            raise ButtonGone
        job_id = tracked.job.id
        known = await self.store.get(job_id)
        if known is None:
            if tracked.job.status.is_terminal:
                raise JobFinished(job_id=job_id)
            if tracked.job.status not in _WAITING:
                raise JobHasBegun(name=tracked.name)
            await self.database.write(
                lambda tx: self.store.add(tx, job_id, asked_by=by, request_id=request_id)
            )
            known = await self.store.get(job_id)
        assert known is not None
        self._workers.wake(job_id)
        return known

    async def _advance(self, job_id: str) -> None:
        try:
            restart = await self.store.get(job_id)
            if restart is None or not restart.state.is_open:
                return
            if restart.state is RestartState.CANCELLED or await self._is_cancelled(restart):
                await self._start(restart)
        except ProviderError as exc:
            _logger.warning("Job %s can't be created again yet: %s", job_id, exc.key)

    async def _is_cancelled(self, restart: Restart) -> bool:
        """Cancel the job unless it is cancelled; say whether the provider confirms that now."""
        try:
            job = await self.api.job(restart.job_id)
            if job.status in _WAITING:
                await self._move(restart, RestartState.CANCELLING)
                job = await self.api.cancel(restart.job_id)
            elif _is_late(restart, job):
                await self._end(restart, RestartState.LATE)
        except JobUnknown as exc:
            await self._end(restart, RestartState.REFUSED, **_told(exc))
            return False
        finally:
            self.on_cancelled(restart.job_id)
        if job.status is not JobStatus.CANCELLED:
            return False
        await self._move(restart, RestartState.CANCELLED)
        return True

    async def _start(self, restart: Restart) -> None:
        """Start the plan of the cancelled job again; the stored new plan, if there is one."""
        try:
            run_id = restart.run_id or await self._plan(restart)
            await self.starts.confirm(run_id, by=restart.asked_by, request_id=restart.request_id)
        except PlanTaken:
            _logger.info("Run %s was started by another press", run_id)
        except ProviderError:
            raise
        except UserError as exc:
            await self._end(restart, RestartState.REFUSED, **_told(exc))
            return
        await self._end(restart, RestartState.STARTED, run_id=run_id)

    async def _plan(self, restart: Restart) -> int:
        tracked = await self.jobs.bare(restart.job_id)
        assert tracked is not None
        assert tracked.run_id is not None
        run = await self.plans.plan_again(
            tracked.run_id, asked_by=restart.asked_by, request_id=restart.request_id
        )
        await self.database.write(lambda tx: self.store.planned(tx, restart.job_id, run.id))
        return run.id

    async def _move(self, restart: Restart, to: RestartState) -> None:
        await self.database.write(
            lambda tx: self.store.move(tx, restart.job_id, expected=_OPEN, to=to)
        )

    async def _end(self, restart: Restart, to: RestartState, **payload: object) -> None:
        async def work(tx: Transaction) -> None:
            if await self.store.move(tx, restart.job_id, expected=_OPEN, to=to):
                kind, key = AlarmKind(f"restart_{to}"), f"job:{restart.job_id}:restart"
                params = {"job_id": restart.job_id, **payload}
                await self.notifications.tell_admins(
                    tx, kind, params, key=key, urgency=Urgency.IMPORTANT
                )

        await self.database.write(work)


def _is_late(restart: Restart, job: FineTuningJob) -> bool:
    """Whether the job began or ended without us; an unknown status may mean "stopping"."""
    if job.status is JobStatus.CANCELLED:
        return False
    has_begun = job.status in (JobStatus.RUNNING, JobStatus.PAUSED)
    return has_begun or job.status.is_terminal or restart.state is RestartState.ASKED


def _told(error: UserError) -> JsonDict:
    params = {name: str(value) for name, value in error.params.items()}
    return {"error": error.key, "params": params}
