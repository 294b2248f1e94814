"""Follows fine-tuning jobs until they end, and tells the admins."""

import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from bot.delivery.notifications import Notifications
from bot.domain.people import Urgency
from bot.domain.training import FineTuningJob, JobEvent, JobStatus, TrackedJob
from bot.errors import (
    JobFinished,
    JobNotFollowed,
    NothingActive,
    NotPausable,
    NotPaused,
    UserError,
    WhichJob,
)
from bot.gateways.provider import TrainingApi
from bot.jobs.entities import JobKind
from bot.jobs.naming import meant
from bot.jobs.outages import Outages
from bot.jobs.polling import JobPolling, OnSeen
from bot.jobs.store import JobStore
from bot.storage.database import Database, Transaction

Work = Callable[[Transaction], Awaitable[None]]
OnSuccess = Callable[[FineTuningJob, TrackedJob | None], Awaitable[Work]]
"""(the job, the job as it was stored before): reads what it needs, returns the writes.

The transaction that stores the end of the job runs these writes.
"""

PAUSABLE: Final = (JobStatus.QUEUED, JobStatus.RUNNING)
NAME_PATIENCE_S: Final = 600
"""How long a success without a model's name is polled: some servers name the model later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Stores what the polling of jobs finds. Admins hear of each end of a job once."""

    database: Database
    jobs: JobStore
    api: TrainingApi
    notifications: Notifications
    outages: Outages
    on_seen: list[OnSeen] = field(default_factory=list)
    """Awaited in order after each look at a job."""
    on_success: list[OnSuccess] = field(default_factory=list)
    """Called in order for the end of a job that made a model."""
    name_patience_s: float = NAME_PATIENCE_S
    speaks_after_s: float = 120
    """Admins hear of a success by then, also without a model's name."""
    _polling: JobPolling = field(init=False)
    _nameless: dict[str, float] = field(init=False, default_factory=dict)
    """When a success without a model's name was first seen, by the monotonic clock."""

    def __post_init__(self) -> None:
        polling = JobPolling(api=self.api, jobs=self.jobs, outages=self.outages, on_seen=self._seen)
        object.__setattr__(self, "_polling", polling)

    async def tick(self) -> None:
        """Look at the running jobs; called every `POLL_INTERVAL_S`, returns at once."""
        await self._polling.tick()

    def wake(self, job_id: str) -> None:
        """Look at one job now."""
        self._polling.wake(job_id)

    async def idle(self, job_id: str) -> None:
        """Wait until no worker looks at the job."""
        await self._polling.idle(job_id)

    async def close(self) -> None:
        """Stop looking."""
        await self._polling.close()

    async def follow(self, job_id: str, *, by: int) -> TrackedJob:
        """Follow a job that was started elsewhere; its model never goes live automatically.

        Raises JobUnknown and other ProviderErrors from the gateway, unchanged.
        """
        known = await self.jobs.get(job_id)
        if known is not None:
            return known
        job = await self.api.job(job_id)

        async def work(tx: Transaction) -> None:
            await self.jobs.save(tx, job, followed_by=by)
            await self.notifications.show_cards(tx, job.id)

        await self.database.write(work)
        self.wake(job.id)
        return await self.get(job_id)

    async def get(self, job_id: str) -> TrackedJob:
        """A job; raises JobNotFollowed where the bot does not follow it."""
        tracked = await self.jobs.get(job_id)
        if tracked is None:
            raise JobNotFollowed(job_id=job_id)
        return tracked

    async def named(self, word: str) -> TrackedJob:
        """The job that people call so, see `naming`.

        Raises:
            JobNotFollowed: there is none.
            WhichJob: several with that name go on.
        """
        found = meant(word, await self.jobs.names())
        if len(found) > 1:
            raise WhichJob(job_ids=", ".join(found))
        return await self.get(found[0] if found else word)

    async def numbered(self, number: int) -> TrackedJob:
        """The job that a button names; raises like `get`."""
        tracked = await self.jobs.numbered(number)
        if tracked is None:
            raise JobNotFollowed(job_id=number)
        return tracked

    async def the_active(self) -> TrackedJob:
        """The one job that runs now.

        Raises:
            NothingActive: no job runs.
            WhichJob: several jobs run.
        """
        active = await self.jobs.active()
        if not active:
            raise NothingActive
        if len(active) > 1:
            raise WhichJob(job_ids=", ".join(active))
        return await self.get(active[0])

    async def cancel(self, job_id: str) -> TrackedJob:
        """Ask the provider to stop a job that we follow.

        Raises:
            JobNotFollowed: the bot cancels only jobs that it follows.
            JobFinished: it has ended already.
            ProviderError: from the gateway, unchanged.
        """
        tracked = await self.get(job_id)
        if tracked.job.status.is_terminal:
            raise JobFinished(job_id=job_id)
        try:
            await self.api.cancel(job_id)
        finally:
            self.wake(job_id)  # it may have ended meanwhile
        return tracked

    async def pause(self, number: int) -> TrackedJob:
        """Pause the job with that number of ours.

        Raises:
            JobNotFollowed: no job has that number.
            NotPausable: it neither waits nor runs.
            PauseUnsupported, PauseRefused, other ProviderErrors: from the gateway, unchanged.
        """
        done = (JobStatus.PAUSED,)
        return await self._move(number, self.api.pause, PAUSABLE, done, otherwise=NotPausable)

    async def resume(self, number: int) -> TrackedJob:
        """Resume the job; raises like `pause`, but NotPaused where it is not paused."""
        paused, done = (JobStatus.PAUSED,), (*PAUSABLE, JobStatus.VALIDATING_FILES)
        return await self._move(number, self.api.resume, paused, done, otherwise=NotPaused)

    async def _move(
        self,
        number: int,
        request: Callable[[str], Awaitable[FineTuningJob]],
        possible: Collection[JobStatus],
        done: Collection[JobStatus],
        *,
        otherwise: type[UserError],
    ) -> TrackedJob:
        tracked = await self.numbered(number)
        try:
            # The stored status may be a minute old.
            status = (await self.api.job(tracked.job.id)).status
            if status in possible:
                await request(tracked.job.id)
            elif status not in done:
                raise otherwise(name=tracked.name)
        finally:
            self.wake(tracked.job.id)
        return tracked

    async def _seen(self, job: FineTuningJob, events: Sequence[JobEvent] | None) -> None:
        await self._store(job, events or [])
        for on_seen in self.on_seen:
            await on_seen(job, events)

    async def _store(self, job: FineTuningJob, events: Sequence[JobEvent]) -> None:
        before = await self.jobs.bare(job.id)
        is_open = not job.status.is_terminal or job.id in await self.jobs.active()
        is_awaited = is_open and _is_nameless(job)
        is_awaited = is_awaited and not self._has_waited(job.id, self.name_patience_s)
        if is_awaited:
            self._nameless.setdefault(job.id, time.monotonic())
        # Admins do not know the end of a job that was over when it was first stored.
        is_told = not job.status.is_terminal or not is_open
        is_told = is_told or (is_awaited and not self._has_waited(job.id, self.speaks_after_s))
        is_same = before is not None and before.job == replace(job, metadata=before.job.metadata)
        if is_same and not events and is_told:
            return
        works = []
        if job.status is JobStatus.SUCCEEDED and job.fine_tuned_model:
            works = [await on_success(job, before) for on_success in self.on_success]
        await self.database.write(
            lambda tx: self._save(tx, job, events, works, is_awaited=is_awaited)
        )
        if not is_awaited:
            self._nameless.pop(job.id, None)

    def _has_waited(self, job_id: str, seconds: float) -> bool:
        """Whether its model had no name for so long; a restart of the bot begins that again."""
        since = self._nameless.get(job_id)
        return since is not None and time.monotonic() - since >= seconds

    async def _save(
        self,
        tx: Transaction,
        job: FineTuningJob,
        events: Sequence[JobEvent],
        works: Sequence[Work],
        *,
        is_awaited: bool,
    ) -> None:
        """Store what is new; *works* are written with the end of the job."""
        await self.jobs.save(tx, job)
        await self.jobs.add_events(tx, job.id, events)
        await self.notifications.show_cards(tx, job.id)
        if not job.status.is_terminal or not (is_awaited or await self.jobs.close(tx, job.id)):
            return
        payload, key = {"job_id": job.id}, success_key(job.id)
        tell = partial(self.notifications.tell_admins, tx, urgency=Urgency.IMPORTANT)
        if job.status is not JobStatus.SUCCEEDED:
            await tell(JobKind.FINISHED, payload, key=f"job:{job.id}:finished")
        elif _is_nameless(job) and is_awaited:
            if self._has_waited(job.id, self.speaks_after_s):
                await tell(JobKind.FINISHED, payload, key=key)
        elif _is_nameless(job):
            await self.notifications.tell_or_change(
                tx, JobKind.NEVER_NAMED, payload, key=key, stage="never_named"
            )
        for work in works:
            await work(tx)


def success_key(job_id: str) -> str:
    """The key of the one message that tells of a job's success."""
    return f"job:{job_id}:succeeded"


def _is_nameless(job: FineTuningJob) -> bool:
    return job.status is JobStatus.SUCCEEDED and not job.fine_tuned_model
