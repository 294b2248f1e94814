"""Follows fine-tuning jobs until they end, and tells the admins."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.domain import FineTuningJob, JobEvent, JobStatus, TrackedJob
from bot.errors import (
    JobFinished,
    JobNotFollowed,
    NothingActive,
    UserError,
    WhichJob,
)
from bot.gateways.provider import TrainingApi
from bot.services.datasets import Datasets
from bot.services.news import News
from bot.storage.database import Database, Transaction
from bot.storage.jobs import JobStore
from bot.storage.models import ModelStore, TrialStore
from bot.storage.runs import RunStore
from bot.workers import Workers

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """One worker per job, so that a call which hangs holds up no other job."""

    database: Database
    jobs: JobStore
    runs: RunStore
    models: ModelStore
    trials: TrialStore
    datasets: Datasets
    api: TrainingApi
    news: News
    on_trial: Callable[[int], None]
    """Called with a trial's id once it is to be run."""
    _workers: "Workers[str]" = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_workers", Workers("watching job", self._check))

    async def tick(self) -> None:
        """Look at every active job; called every `POLL_INTERVAL_S`."""
        for job_id in await self.jobs.active():
            self.wake(job_id)

    def wake(self, job_id: str) -> None:
        """Look at one job now."""
        self._workers.wake(job_id)

    async def close(self) -> None:
        """Stop looking."""
        await self._workers.close()

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
            await self.news.show_cards(tx, job.id)

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

    async def _check(self, job_id: str) -> None:
        try:
            job = await self.api.job(job_id)
        except UserError as exc:
            _logger.warning("Job %s can't be read: %s", job_id, exc.key)
            return
        await self._store(job, await self._new_events(job))

    async def _new_events(self, job: FineTuningJob) -> list[JobEvent]:
        """Events that are not stored yet; none where they can't be read, as the status is more."""
        if job.status in (JobStatus.VALIDATING_FILES, JobStatus.QUEUED):
            return []
        try:
            known = await self.jobs.event_ids(job.id)
            return await self.api.new_events(job.id, known=known)
        except UserError as exc:
            _logger.warning("The events of job %s can't be read: %s", job.id, exc.key)
            return []

    async def _store(self, job: FineTuningJob, events: list[JobEvent]) -> None:
        before = await self.jobs.get(job.id)
        # A job may have been over when it was stored first: then its end is still to be told.
        is_told = not job.status.is_terminal or job.id not in await self.jobs.active()
        if before and not events and is_told and before.job == _comparable(job, before):
            return
        prompt = await self._system_prompt(before) if job.fine_tuned_model else ""
        trial_id = await self.database.write(lambda tx: self._save(tx, job, events, prompt))
        if trial_id is not None:
            self.on_trial(trial_id)

    async def _save(
        self, tx: Transaction, job: FineTuningJob, events: list[JobEvent], prompt: str
    ) -> int | None:
        """Store what is new; return the id of the trial that follows a success."""
        await self.jobs.save(tx, job)
        await self.jobs.add_events(tx, job.id, events)
        await self.news.show_cards(tx, job.id)
        if not job.status.is_terminal or not await self.jobs.close(tx, job.id):
            return None
        await self.news.tell_admins(
            tx, "job_finished", {"job_id": job.id}, key=f"job:{job.id}:finished"
        )
        if job.status is not JobStatus.SUCCEEDED or not job.fine_tuned_model:
            return None
        now = int(time.time())
        model = await self.models.remember(
            tx, job.fine_tuned_model, system_prompt=prompt, job_id=job.id, now=now
        )
        return await self.trials.ask(tx, model.id, now=now)

    async def _system_prompt(self, tracked: TrackedJob | None) -> str:
        """What the model was trained with; of a job from elsewhere, the current dataset's."""
        if tracked is not None and tracked.run_id is not None:
            run = await self.runs.get(tracked.run_id)
            if run is not None:
                return run.dataset.system_prompt
        return await self.datasets.system_prompt()


def _comparable(job: FineTuningJob, before: TrackedJob) -> FineTuningJob:
    """The job with the fields that we do not store as they are stored."""
    return replace(job, metadata=before.job.metadata)
