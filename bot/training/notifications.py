"""How a training ended, rendered for admins at the moment it is sent, with a chart if possible."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from bot.catalogue import Catalogue
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.jobs.curves import from_events
from bot.jobs.pictures import LossChart, Pictures
from bot.jobs.store import JobStore
from bot.texts import Texts
from bot.training import ending_views, views
from bot.training.store import RunStore

CHART_PATIENCE_S: Final = 8.0
"""How long the message waits for its picture; without it, the message has a button for one."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingNotifications:
    """Each method returns None when the job or the run is not stored."""

    jobs: JobStore
    runs: RunStore
    pictures: Pictures
    catalogue: Catalogue
    base_url: str
    """The provider's address."""

    async def finished(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """A job is over."""
        job_id = payload["job_id"]
        tracked = await self.jobs.get(job_id)
        if tracked is None:
            return None
        chart = await self._chart(texts, job_id)
        ending = ending_views.JobEnding(
            tracked=tracked,
            run=await self.runs.get(tracked.run_id) if tracked.run_id else None,
            curves=chart.curves if chart else from_events(tracked.metrics),
            chart=chart.path if chart else None,
            base_url=self.base_url,
            page=self.catalogue.job_page(self.base_url, job_id),
        )
        return ending_views.finished(texts, ending, self.catalogue)

    async def never_named(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The model of a success got no name."""
        tracked = await self.jobs.bare(payload["job_id"])
        return ending_views.never_named(texts, tracked) if tracked else None

    async def refused(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The provider refused a run's file or job."""
        run = await self.runs.get(payload["run_id"])
        return ending_views.refused(texts, run) if run else None

    async def uncertain(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The provider's list does not have the job that a run asked for."""
        return await self._uncertain(texts, payload["run_id"], is_listed=True)

    async def unlisted(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The provider's list could not be read."""
        return await self._uncertain(texts, payload["run_id"], is_listed=False)

    async def _uncertain(self, texts: Texts, run_id: int, *, is_listed: bool) -> Screen | None:
        run = await self.runs.get(run_id)
        return views.uncertain(texts, run, is_listed=is_listed) if run else None

    async def _chart(self, texts: Texts, job_id: str) -> LossChart | None:
        """The picture of the losses; None: it takes too long, and the news matter more."""
        try:
            async with asyncio.timeout(CHART_PATIENCE_S):
                return await self.pictures.loss_chart(job_id, texts)
        except TimeoutError:
            _logger.warning("The picture of job %s takes too long: told without", job_id)
            return None
