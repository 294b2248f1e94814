"""Alarms before a job ends: it waits for too long, it stalls, or it learns its examples by heart.

Every admin gets each alarm once, as a new message. The transaction that puts it into the outbox
also notes that. The waiting times are in `Pacing`.
A job is judged only when the provider has just reported its status. So neither an outage nor a
restart of the bot causes an alarm.
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
from bot.domain.people import Urgency
from bot.domain.training import FineTuningJob, JobEvent, JobStatus, TrackedJob, step_of
from bot.edge.core import Pacing
from bot.jobs import curves
from bot.jobs.store import JobStore
from bot.storage.database import Database, Transaction

STALL_FACTOR: Final = 5
"""A job stalls after so many times the usual time between two steps."""
FEWEST_STEPS: Final = 5
"""With fewer reported steps there is no usual time."""

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
        """Judge the job that was just read; *events* are the new ones, None: not asked for."""
        if job.status.is_terminal:
            return
        before = await self.store.get(job.id)
        activity = _updated(before, job, events or (), time.time())
        alarms = [
            *self._overdue(activity, job),
            *await self._stalled(activity, job, has_asked=events is not None),
            *await self._overfit(activity, events or ()),
        ]
        kinds = {kind for kind, _ in alarms}
        after = replace(
            activity,
            is_overdue=activity.is_overdue or AlarmKind.OVERDUE in kinds,
            is_stalled=activity.is_stalled or AlarmKind.STALLED in kinds,
            is_overfit=activity.is_overfit or AlarmKind.OVERFIT in kinds,
        )
        if after != before:
            is_shown = bool(before and before.is_stalled) is not after.is_stalled
            await self.database.write(lambda tx: self._tell(tx, after, alarms, is_shown=is_shown))

    async def _tell(
        self, tx: Transaction, activity: JobActivity, alarms: Sequence[Alarm], *, is_shown: bool
    ) -> None:
        job_id = activity.job_id
        await self.store.put(tx, activity)
        if is_shown:
            await self.notifications.show_cards(tx, job_id)
        for kind, payload in alarms:
            occasion = f"{activity.status}:{activity.since}:{activity.step}"
            key = f"job:{job_id}:{kind.removeprefix('job_')}:{occasion}"
            await self.notifications.tell_admins(
                tx, kind, {"job_id": job_id, **payload}, key=key, urgency=Urgency.IMPORTANT
            )

    def _overdue(self, activity: JobActivity, job: FineTuningJob) -> Sequence[Alarm]:
        limits = {
            JobStatus.QUEUED: self.pacing.queued_s,
            JobStatus.VALIDATING_FILES: self.pacing.validating_s,
        }
        limit_s = limits.get(job.status)
        if limit_s is None or activity.is_overdue or time.time() - activity.since < limit_s:
            return ()
        return [(AlarmKind.OVERDUE, {"status": activity.status, "since": activity.since})]

    async def _stalled(
        self, activity: JobActivity, job: FineTuningJob, *, has_asked: bool
    ) -> Sequence[Alarm]:
        """No new step came for five times the usual time, and for at least `stall_s`."""
        if not has_asked or job.status is not JobStatus.RUNNING:
            return ()
        if activity.is_stalled or activity.step is None or activity.step_at is None:
            return ()
        silent_s = time.time() - max(activity.step_at, activity.since)
        if silent_s < self.pacing.stall_s:
            return ()
        tracked = await self.jobs.get(job.id)
        usual_s = usual_gap(tracked) if tracked else None
        if usual_s is None or silent_s < STALL_FACTOR * usual_s:
            return ()
        payload = {"step": activity.step, "since": activity.step_at, "usual_s": usual_s}
        return [(AlarmKind.STALLED, payload)]

    async def _overfit(self, activity: JobActivity, events: Sequence[JobEvent]) -> Sequence[Alarm]:
        is_new = any(event.type == "metrics" for event in events)
        if activity.is_overfit or not is_new:
            return ()
        tracked = await self.jobs.get(activity.job_id)
        found = overfit(curves.from_events(tracked.metrics)) if tracked else None
        return [(AlarmKind.OVERFIT, asdict(found))] if found else ()


def usual_gap(tracked: TrackedJob) -> float | None:
    """The median time from one reported step to the next, seconds, by the provider's clock.

    A pause does not change the median. None: the steps are too few, or the last one was reported.
    """
    if tracked.metrics and _is_last(tracked.metrics[-1]):
        return None
    times = sorted(tracked.metric_times)
    if len(times) < FEWEST_STEPS:
        return None
    return statistics.median(b - a for a, b in pairwise(times))


def _is_last(metrics: Mapping[str, Any]) -> bool:
    """After the last step, making the model may take a provider long."""
    total = metrics.get("total_steps")
    return isinstance(total, int | float) and step_of(metrics) >= total


def _updated(
    before: JobActivity | None, job: FineTuningJob, events: Sequence[JobEvent], now: float
) -> JobActivity:
    activity = before
    if activity is None:
        # An admin named a waiting job to /monitor, or an older version of the bot followed it.
        since = float(job.created_at) if 0 < job.created_at < now else now
        activity = JobActivity(job_id=job.id, status=job.status_word, since=since)
    elif activity.status != job.status_word:
        activity = replace(activity, status=job.status_word, since=now, is_overdue=False)
    steps = [step_of(event.data) for event in events if event.type == "metrics"]
    if steps and max(steps) > (activity.step or 0):
        activity = replace(activity, step=max(steps), step_at=now, is_stalled=False)
    return activity
