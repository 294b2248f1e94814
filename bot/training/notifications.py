"""How a training ended, rendered for admins at the moment it is sent."""

from contextlib import suppress
from dataclasses import dataclass

from bot.catalogue import Catalogue
from bot.dataset.checking import Checker
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.domain.training import Refusal, TrainingRun
from bot.edge.people import People
from bot.jobs.curves import from_events
from bot.jobs.store import JobStore
from bot.texts import Texts
from bot.training import ending_views, views
from bot.training.named_line import RefusedFile, refused_file
from bot.training.store import RunStore


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingNotifications:
    """Each method returns None when the job or the run is not stored."""

    jobs: JobStore
    runs: RunStore
    checker: Checker
    people: People
    catalogue: Catalogue
    base_url: str
    """The provider's address."""

    async def ending(self, job_id: str | None, *, reader_id: int) -> ending_views.JobEnding | None:
        """What there is to tell of the end of a job; None: no such job is stored."""
        tracked = await self.jobs.get(job_id) if job_id else None
        if tracked is None:
            return None
        run = await self.runs.get(tracked.run_id) if tracked.run_id else None
        by = run.confirmed_by if run else tracked.followed_by
        return ending_views.JobEnding(
            tracked=tracked,
            run=run,
            curves=from_events(tracked.metrics),
            file=await self._file(run, tracked.job.refusal),
            starter=(await self.people.named(by)).name if by and by != reader_id else "",
            price_usd=ending_views.cost_of(tracked.job, self.catalogue, self.base_url),
            page=self.catalogue.job_page(self.base_url, tracked.job.id),
        )

    async def finished(self, texts: Texts, payload: JsonDict, reader_id: int) -> Screen | None:
        """A job is over."""
        ending = await self.ending(payload["job_id"], reader_id=reader_id)
        return ending_views.finished(texts, ending) if ending else None

    async def never_named(self, texts: Texts, payload: JsonDict, reader_id: int) -> Screen | None:
        """The model of a success got no name."""
        ending = await self.ending(payload["job_id"], reader_id=reader_id)
        return ending_views.nameless(texts, ending, is_awaited=False) if ending else None

    async def refused(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The provider refused a run's file or job."""
        run = await self.runs.get(payload["run_id"])
        if run is None:
            return None
        return ending_views.refused(texts, run, await self._file(run, run.refusal))

    async def uncertain(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The provider's list does not have the job that a run asked for."""
        return await self._uncertain(texts, payload["run_id"], is_listed=True)

    async def unlisted(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The provider's list could not be read."""
        return await self._uncertain(texts, payload["run_id"], is_listed=False)

    async def _file(self, run: TrainingRun | None, refusal: Refusal | None) -> RefusedFile | None:
        """The file that was refused; None: the refusal is about something else."""
        with suppress(LookupError):
            return await refused_file(run, refusal, self.checker) if refusal else None
        return None

    async def _uncertain(self, texts: Texts, run_id: int, *, is_listed: bool) -> Screen | None:
        run = await self.runs.get(run_id)
        return views.uncertain(texts, run, is_listed=is_listed) if run else None
