"""Follows fine-tuning jobs until they end, and tells the admins."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from bot.alarms.alarms import Alarms
from bot.dataset.in_use import Datasets
from bot.delivery.notifications import News
from bot.domain.training import FineTuningJob, JobEvent, JobStatus, TrackedJob
from bot.errors import JobFinished, JobNotFollowed, NothingActive, WhichJob
from bot.gateways.provider import TrainingApi
from bot.jobs.outages import Outages
from bot.jobs.rounds import Lookout
from bot.jobs.store import JobStore
from bot.serving.store import ModelStore
from bot.storage.database import Database, Transaction
from bot.training.store import RunStore
from bot.trials.store import TrialStore

NAME_PATIENCE_S: Final = 600
"""How long a success without a model's name is looked at again: some servers name it later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Stores what the lookout sees; every end is told, once, with the model that came of it."""

    database: Database
    jobs: JobStore
    runs: RunStore
    models: ModelStore
    trials: TrialStore
    datasets: Datasets
    api: TrainingApi
    news: News
    alarms: Alarms
    outages: Outages
    on_trial: Callable[[int], None]
    """Called with a trial's id once it is to be run."""
    name_patience_s: float = NAME_PATIENCE_S
    _lookout: Lookout = field(init=False)
    _nameless: dict[str, float] = field(init=False, default_factory=dict)
    """When a success without a model's name was told, by the monotonic clock."""

    def __post_init__(self) -> None:
        lookout = Lookout(api=self.api, jobs=self.jobs, outages=self.outages, on_seen=self._seen)
        object.__setattr__(self, "_lookout", lookout)

    async def tick(self) -> None:
        """Look at the jobs that go on; called every `POLL_INTERVAL_S`, returns at once."""
        await self._lookout.tick()

    def wake(self, job_id: str) -> None:
        """Look at one job now: somebody waits for it."""
        self._lookout.wake(job_id)

    async def idle(self, job_id: str) -> None:
        """Wait until nobody looks at the job."""
        await self._lookout.idle(job_id)

    async def close(self) -> None:
        """Stop looking."""
        await self._lookout.close()

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

    async def _seen(self, job: FineTuningJob, events: list[JobEvent] | None) -> None:
        await self._store(job, events or [])
        await self.alarms.look(job, events)

    async def _store(self, job: FineTuningJob, events: list[JobEvent]) -> None:
        before = await self.jobs.bare(job.id)
        is_open = not job.status.is_terminal or job.id in await self.jobs.active()
        is_awaited = is_open and _is_nameless(job) and not self._has_waited(job.id)
        # A job may have been over when it was stored first: then its end is still to be told.
        is_told = not job.status.is_terminal or not is_open
        is_told = is_told or (is_awaited and job.id in self._nameless)
        if before and not events and is_told and before.job == _comparable(job, before):
            return
        prompt = await self._system_prompt(before) if job.fine_tuned_model else ""
        trial_id = await self.database.write(
            lambda tx: self._save(tx, job, events, prompt, is_awaited=is_awaited)
        )
        if is_awaited:
            self._nameless.setdefault(job.id, time.monotonic())
        else:
            self._nameless.pop(job.id, None)
        if trial_id is not None:
            self.on_trial(trial_id)

    def _has_waited(self, job_id: str) -> bool:
        """Whether its model's name was waited for long enough; a restart begins that anew."""
        since = self._nameless.get(job_id)
        return since is not None and time.monotonic() - since >= self.name_patience_s

    async def _save(
        self,
        tx: Transaction,
        job: FineTuningJob,
        events: list[JobEvent],
        prompt: str,
        *,
        is_awaited: bool,
    ) -> int | None:
        """Store what is new; return the id of the trial that follows a success."""
        await self.jobs.save(tx, job)
        await self.jobs.add_events(tx, job.id, events)
        await self.news.show_cards(tx, job.id)
        if not job.status.is_terminal or not (is_awaited or await self.jobs.close(tx, job.id)):
            return None
        await self.news.tell_admins(
            tx, "job_finished", {"job_id": job.id}, key=f"job:{job.id}:finished"
        )
        if _is_nameless(job) and not is_awaited:
            await self.news.tell_admins(
                tx, "job_never_named", {"job_id": job.id}, key=f"job:{job.id}:never_named"
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


def _is_nameless(job: FineTuningJob) -> bool:
    return job.status is JobStatus.SUCCEEDED and not job.fine_tuned_model


def _comparable(job: FineTuningJob, before: TrackedJob) -> FineTuningJob:
    """The job with the fields that we do not store as they are stored."""
    return replace(job, metadata=before.job.metadata)
