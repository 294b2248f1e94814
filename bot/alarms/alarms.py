"""What an admin should know of a job before it ends: it waits, stalls, or learns by heart.

Each is told once, as a new message to every admin, in the transaction that notes that it was told.
Nothing is concluded from silence of ours: a job is judged only when the provider has just told
how it stands, so no alarm comes of an outage, and none of a restart.
"""

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any, Final

from bot.alarms.entities import AlarmKind, JobActivity
from bot.alarms.overfitting import overfit
from bot.alarms.store import JobActivityStore
from bot.delivery.notifications import Notifications
from bot.domain import JsonDict
from bot.domain.training import FineTuningJob, JobEvent, JobStatus, TrackedJob, step_of
from bot.edge.core import Pacing
from bot.jobs import curves
from bot.jobs.store import JobStore
from bot.storage.database import Database, Transaction

STALL_FACTOR: Final = 5
"""So many times the usual time between two steps is too long."""
FEWEST_STEPS: Final = 5
"""Steps that were told before there is a usual time."""

Alarm = tuple[AlarmKind, JsonDict]
"""The kind and the payload of a notification."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """Judges each job after each look at it."""

    database: Database
    store: JobActivityStore
    jobs: JobStore
    notifications: Notifications
    pacing: Pacing

    async def look(self, job: FineTuningJob, events: Sequence[JobEvent] | None) -> None:
        """The provider has just shown the job; *events* are the new ones, None: not asked for."""
        if job.status.is_terminal:
            return
        before = await self.store.get(job.id)
        pulse = _felt(before, job, events or (), time.time())
        alarms = [
            *self._overdue(pulse, job),
            *await self._stalled(pulse, job, has_asked=events is not None),
            *await self._overfit(pulse, events or ()),
        ]
        kinds = {kind for kind, _ in alarms}
        after = replace(
            pulse,
            is_overdue=pulse.is_overdue or AlarmKind.OVERDUE in kinds,
            is_stalled=pulse.is_stalled or AlarmKind.STALLED in kinds,
            is_overfit=pulse.is_overfit or AlarmKind.OVERFIT in kinds,
        )
        if after != before:
            is_shown = bool(before and before.is_stalled) is not after.is_stalled
            await self.database.write(lambda tx: self._tell(tx, after, alarms, is_shown=is_shown))

    async def _tell(
        self, tx: Transaction, pulse: JobActivity, alarms: Sequence[Alarm], *, is_shown: bool
    ) -> None:
        await self.store.put(tx, pulse)
        if is_shown:
            await self.notifications.show_cards(tx, pulse.job_id)
        for kind, payload in alarms:
            occasion = f"{kind.removeprefix('job_')}:{pulse.status}:{pulse.since}:{pulse.step}"
            await self.notifications.tell_admins(
                tx,
                kind,
                {"job_id": pulse.job_id, **payload},
                key=f"job:{pulse.job_id}:{occasion}",
            )

    def _overdue(self, pulse: JobActivity, job: FineTuningJob) -> Sequence[Alarm]:
        limits = {
            JobStatus.QUEUED: self.pacing.queued_s,
            JobStatus.VALIDATING_FILES: self.pacing.validating_s,
        }
        limit_s = limits.get(job.status)
        if limit_s is None or pulse.is_overdue or time.time() - pulse.since < limit_s:
            return ()
        return [(AlarmKind.OVERDUE, {"status": pulse.status, "since": pulse.since})]

    async def _stalled(
        self, pulse: JobActivity, job: FineTuningJob, *, has_asked: bool
    ) -> Sequence[Alarm]:
        """No new step for five times the usual time, and for some minutes at least."""
        if not has_asked or job.status is not JobStatus.RUNNING:
            return ()
        if pulse.is_stalled or pulse.step is None or pulse.step_at is None:
            return ()
        silent_s = time.time() - max(pulse.step_at, pulse.since)
        if silent_s < self.pacing.stall_s:
            return ()
        tracked = await self.jobs.get(job.id)
        usual_s = usual_gap(tracked) if tracked else None
        if usual_s is None or silent_s < STALL_FACTOR * usual_s:
            return ()
        return [
            (
                AlarmKind.STALLED,
                {"step": pulse.step, "since": pulse.step_at, "usual_s": usual_s},
            )
        ]

    async def _overfit(self, pulse: JobActivity, events: Sequence[JobEvent]) -> Sequence[Alarm]:
        is_new = any(event.type == "metrics" for event in events)
        if pulse.is_overfit or not is_new:
            return ()
        tracked = await self.jobs.get(pulse.job_id)
        found = overfit(curves.from_events(tracked.metrics)) if tracked else None
        return [(AlarmKind.OVERFIT, asdict(found))] if found else ()


def usual_gap(tracked: TrackedJob) -> float | None:
    """The usual time from one told step to the next, seconds; None: too few, or all were told.

    The middle one of all gaps, so a pause does nothing to it. By the provider's clock alone.
    """
    if tracked.metrics and _is_last(tracked.metrics[-1]):
        return None
    times = sorted(tracked.metric_times)
    if len(times) < FEWEST_STEPS:
        return None
    return statistics.median(b - a for a, b in pairwise(times))


def _is_last(metrics: Mapping[str, Any]) -> bool:
    """After the last step a provider may take its time to make the model."""
    total = metrics.get("total_steps")
    return isinstance(total, int | float) and step_of(metrics) >= total


def _felt(
    before: JobActivity | None, job: FineTuningJob, events: Sequence[JobEvent], now: float
) -> JobActivity:
    """The job's pulse after a look at it."""
    pulse = before
    if pulse is None:
        # Named to /monitor while it waited, or followed since before there were alarms.
        since = float(job.created_at) if 0 < job.created_at < now else now
        pulse = JobActivity(job_id=job.id, status=job.status_word, since=since)
    elif pulse.status != job.status_word:
        pulse = replace(pulse, status=job.status_word, since=now, is_overdue=False)
    steps = [step_of(event.data) for event in events if event.type == "metrics"]
    if steps and max(steps) > (pulse.step or 0):
        pulse = replace(pulse, step=max(steps), step_at=now, is_stalled=False)
    return pulse
