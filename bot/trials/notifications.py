"""The outcomes of trials, rendered at the moment they are sent; None when one is no longer true."""

from dataclasses import dataclass

from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.jobs.store import JobStore
from bot.serving.serving import ServedModels
from bot.texts import Texts
from bot.trials import views
from bot.trials.entities import Trial, TrialState
from bot.trials.store import TrialStore


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialNotifications:
    """Reads the present state of each trial."""

    trials: TrialStore
    jobs: JobStore
    serving: ServedModels

    async def finished(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The verdict."""
        trial = await self.trials.get(payload["trial_id"])
        if trial is None or trial.state is TrialState.UNSERVED:
            return views.unserved(texts, trial) if trial else None
        if trial.judgement is None:  # an older version of the bot made no verdicts
            return views.side_by_side(texts, trial, 0)
        return await self.verdict(texts, trial, payload)

    async def unserved(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The provider does not serve a model of that name."""
        trial = await self.trials.get(payload["trial_id"])
        if trial is None or trial.state is not TrialState.UNSERVED:
            return None
        return views.unserved(texts, trial)

    async def verdict(self, texts: Texts, trial: Trial, payload: JsonDict) -> Screen:
        """The verdict, and whether the model is used; *payload* says what the trial decided."""
        job = await self.jobs.get(trial.model.job_id) if trial.model.job_id else None
        serving = await self.serving.current()
        if payload.get("promoted"):
            use = views.ModelUse.PROMOTED
        elif serving is not None and serving.model.id == trial.model.id:
            use = views.ModelUse.SERVING
        else:
            use = views.ModelUse.WITHHELD if payload.get("withheld") else views.ModelUse.OFFERED
        return views.verdict(texts, trial, use, job_number=job.number if job else None)
