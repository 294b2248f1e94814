"""Alarms, rendered at the moment they are sent; None when an alarm is no longer true."""

from dataclasses import dataclass

from bot.alarms import views
from bot.alarms.entities import RestartState
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.domain.training import TrackedJob
from bot.edge.feature import Render
from bot.jobs.store import JobStore
from bot.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmNotifications:
    """Reads the present state of each job."""

    jobs: JobStore

    async def overdue(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The job has waited in one status for too long."""
        tracked = await self._unfinished(payload)
        if tracked is None or tracked.job.status_word != payload["status"]:
            return None
        return views.overdue(texts, tracked, since=payload["since"])

    async def stalled(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """No step came for too long."""
        tracked = await self._unfinished(payload)
        return views.stalled(texts, tracked, payload) if tracked else None

    async def overfit(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The job learns its examples by heart."""
        tracked = await self._unfinished(payload)
        return views.overfit(texts, tracked, payload) if tracked else None

    def restarted(self, state: RestartState) -> Render:
        """How the attempt to create a job again has ended."""

        async def render(texts: Texts, payload: JsonDict, _: int) -> Screen | None:
            tracked = await self.jobs.bare(payload["job_id"])
            return views.restarted(texts, tracked, state, payload) if tracked else None

        return render

    async def _unfinished(self, payload: JsonDict) -> TrackedJob | None:
        tracked = await self.jobs.bare(payload["job_id"])
        return None if tracked is None or tracked.job.status.is_terminal else tracked
