"""Messages that nobody asked for, put into words when they leave: always the newest state."""

from dataclasses import dataclass

from bot.context import Services
from bot.domain import JsonDict
from bot.texts import Texts
from bot.views import door as door_views
from bot.views import jobs as job_views
from bot.views import models as model_views
from bot.views import plan as plan_views
from bot.views.screen import Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """Renders what services have put into the outbox, for the person who gets it."""

    services: Services

    async def render(self, kind: str, payload: JsonDict, chat_id: int) -> Screen | None:
        """The screen for a piece of news; None when there is nothing to tell any more."""
        texts = self.services.texts_for(await self.services.people.named(chat_id))
        match kind:
            case "card":
                return await self._card(texts, payload["job_id"])
            case "job_finished":
                return await self._finished(texts, payload["job_id"])
            case "run_refused" | "run_uncertain" | "run_unlisted":
                return await self._run(texts, kind, payload["run_id"])
            case "trial_finished":
                return await self._trial(texts, payload)
            case "refused":
                return door_views.plain(texts, "error_not_delivered", incident=payload["incident"])
        raise ValueError(f"unknown news: {kind}")

    async def _card(self, texts: Texts, job_id: str) -> Screen | None:
        tracked = await self.services.jobs.get(job_id)
        if tracked is None:
            return None
        base_url = self.services.settings.openai_base_url
        return job_views.card(texts, tracked, self.services.catalogue, base_url=base_url)

    async def _finished(self, texts: Texts, job_id: str) -> Screen | None:
        tracked = await self.services.jobs.get(job_id)
        if tracked is None:
            return None
        base_url = self.services.settings.openai_base_url
        return job_views.finished(texts, tracked, self.services.catalogue, base_url=base_url)

    async def _run(self, texts: Texts, kind: str, run_id: int) -> Screen | None:
        run = await self.services.runs.get(run_id)
        if run is None:
            return None
        if kind == "run_refused":
            return plan_views.refused(texts, run)
        return plan_views.uncertain(texts, run, is_listed=kind == "run_uncertain")

    async def _trial(self, texts: Texts, payload: JsonDict) -> Screen | None:
        trial = await self.services.trials.get(payload["trial_id"])
        if trial is None:
            return None
        return model_views.trial(texts, trial, promoted=bool(payload.get("promoted")))
