"""Follows fine-tuning jobs until they end, and tells the admins."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.delivery.notifications import Notifications
from bot.domain.training import FineTuningJob, JobEvent, JobStatus, TrackedJob
from bot.errors import JobFinished, JobNotFollowed, NothingActive, WhichJob
from bot.gateways.provider import TrainingApi
from bot.jobs.entities import JobKind
from bot.jobs.outages import Outages
from bot.jobs.polling import JobPolling, OnSeen
from bot.jobs.store import JobStore
from bot.storage.database import Database, Transaction

Work = Callable[[Transaction], Awaitable[None]]
OnSuccess = Callable[[FineTuningJob, TrackedJob | None], Awaitable[Work]]
"""(the job, as it was stored before): reads what it needs, and gives what the transaction does."""

NAME_PATIENCE_S: Final = 600
"""How long a success without a model's name is looked at again: some servers name it later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Stores what the polling of jobs sees. Each end of a job is told once, with its model."""

    database: Database
    jobs: JobStore
    api: TrainingApi
    notifications: Notifications
    outages: Outages
    on_seen: list[OnSeen] = field(default_factory=list)
    """Awaited in order after each look at a job."""
    on_success: list[OnSuccess] = field(default_factory=list)
    """What else is stored, in order, with the end of a job that made a model."""
    name_patience_s: float = NAME_PATIENCE_S
    _polling: JobPolling = field(init=False)
    _nameless: dict[str, float] = field(init=False, default_factory=dict)
    """When a success without a model's name was told, by the monotonic clock."""

    def __post_init__(self) -> None:
        polling = JobPolling(api=self.api, jobs=self.jobs, outages=self.outages, on_seen=self._seen)
        object.__setattr__(self, "_polling", polling)

    async def tick(self) -> None:
        """Look at the jobs that go on; called every `POLL_INTERVAL_S`, returns at once."""
        await self._polling.tick()

    def wake(self, job_id: str) -> None:
        """Look at one job now: somebody waits for it."""
        self._polling.wake(job_id)

    async def idle(self, job_id: str) -> None:
        """Wait until nobody looks at the job."""
        await self._polling.idle(job_id)

    async def close(self) -> None:
        """Stop looking."""
        await self._polling.close()

    async def follow(self, job_id: str, *, by: int) -> TrackedJob:
        """Follow a job that was started elsewhere; its model is offered, never promoted.

        Raises:
            JobUnknown, ProviderError: from the gateway, unchanged.
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
        """A job that is followed.

        Raises:
            JobNotFollowed: it is not, so it is none of our business.
        """
        tracked = await self.jobs.get(job_id)
        if tracked is None:
            raise JobNotFollowed(job_id=job_id)
        return tracked

    async def numbered(self, number: int) -> TrackedJob:
        """The job that a button names; raises like `get`."""
        tracked = await self.jobs.numbered(number)
        if tracked is None:
            raise JobNotFollowed(job_id=number)
        return tracked

    async def the_active(self) -> TrackedJob:
        """The one job that runs now.

        Raises:
            NothingActive: none does.
            WhichJob: several do.
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
            JobNotFollowed: nobody else's job is touched.
            JobFinished: it has ended already.
            ProviderError: from the gateway, unchanged.
        """
        tracked = await self.get(job_id)
        if tracked.job.status.is_terminal:
            raise JobFinished(job_id=job_id)
        try:
            await self.api.cancel(job_id)
        finally:
            self.wake(job_id)  # whatever was answered: it may have ended meanwhile
        return tracked

    async def _seen(self, job: FineTuningJob, events: Sequence[JobEvent] | None) -> None:
        await self._store(job, events or [])
        for on_seen in self.on_seen:
            await on_seen(job, events)

    async def _store(self, job: FineTuningJob, events: Sequence[JobEvent]) -> None:
        before = await self.jobs.bare(job.id)
        is_open = not job.status.is_terminal or job.id in await self.jobs.active()
        is_awaited = is_open and _is_nameless(job) and not self._has_waited(job.id)
        # A job may have been over when it was stored first: then its end is still to be told.
        is_told = not job.status.is_terminal or not is_open
        is_told = is_told or (is_awaited and job.id in self._nameless)
        if before and not events and is_told and before.job == _comparable(job, before):
            return
        works = []
        if job.status is JobStatus.SUCCEEDED and job.fine_tuned_model:
            works = [await on_success(job, before) for on_success in self.on_success]
        await self.database.write(
            lambda tx: self._save(tx, job, events, works, is_awaited=is_awaited)
        )
        if is_awaited:
            self._nameless.setdefault(job.id, time.monotonic())
        else:
            self._nameless.pop(job.id, None)

    def _has_waited(self, job_id: str) -> bool:
        """Whether its model's name was waited for long enough; a restart begins that again."""
        since = self._nameless.get(job_id)
        return since is not None and time.monotonic() - since >= self.name_patience_s

    async def _save(
        self,
        tx: Transaction,
        job: FineTuningJob,
        events: Sequence[JobEvent],
        works: Sequence[Work],
        *,
        is_awaited: bool,
    ) -> None:
        """Store what is new; *works* follow the end that is told now."""
        await self.jobs.save(tx, job)
        await self.jobs.add_events(tx, job.id, events)
        await self.notifications.show_cards(tx, job.id)
        if not job.status.is_terminal or not (is_awaited or await self.jobs.close(tx, job.id)):
            return
        await self.notifications.tell_admins(
            tx, JobKind.FINISHED, {"job_id": job.id}, key=f"job:{job.id}:finished"
        )
        if _is_nameless(job) and not is_awaited:
            await self.notifications.tell_admins(
                tx, JobKind.NEVER_NAMED, {"job_id": job.id}, key=f"job:{job.id}:never_named"
            )
        for work in works:
            await work(tx)


def _is_nameless(job: FineTuningJob) -> bool:
    return job.status is JobStatus.SUCCEEDED and not job.fine_tuned_model


def _comparable(job: FineTuningJob, before: TrackedJob) -> FineTuningJob:
    """The job with the fields that we do not store as they are stored."""
    return replace(job, metadata=before.job.metadata)
