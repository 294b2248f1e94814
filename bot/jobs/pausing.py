"""Holds a job at the provider, and lets it go on."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from bot.domain.training import FineTuningJob, JobStatus, TrackedJob
from bot.errors import NotPausable, NotPaused, UserError
from bot.gateways.provider import TrainingApi
from bot.jobs.watching import Watching

PAUSABLE = (JobStatus.QUEUED, JobStatus.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pausing:
    """Both may be repeated: a job that is as it should be already is left alone."""

    watching: Watching
    api: TrainingApi

    async def pause(self, number: int) -> TrackedJob:
        """Hold the job with that number of ours.

        Raises:
            JobNotFollowed: there is none.
            NotPausable: it neither waits nor runs.
            PauseUnsupported, PauseRefused, other ProviderErrors: from the gateway, unchanged.
        """
        return await self._move(
            number,
            self.api.pause,
            possible=PAUSABLE,
            done=(JobStatus.PAUSED,),
            otherwise=NotPausable,
        )

    async def resume(self, number: int) -> TrackedJob:
        """Let it go on; raises like `pause`, but NotPaused where it is not."""
        return await self._move(
            number,
            self.api.resume,
            possible=(JobStatus.PAUSED,),
            done=(*PAUSABLE, JobStatus.VALIDATING_FILES),
            otherwise=NotPaused,
        )

    async def _move(
        self,
        number: int,
        request: Callable[[str], Awaitable[FineTuningJob]],
        *,
        possible: Collection[JobStatus],
        done: Collection[JobStatus],
        otherwise: type[UserError],
    ) -> TrackedJob:
        tracked = await self.watching.numbered(number)
        try:
            # What we know of it may be a minute old.
            status = (await self.api.job(tracked.job.id)).status
            if status in possible:
                await request(tracked.job.id)
            elif status not in done:
                raise otherwise(name=tracked.name)
        finally:
            self.watching.wake(tracked.job.id)  # whatever was answered
        return tracked
