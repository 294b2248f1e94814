"""What came of trials, put into words when it leaves; None when it is not true any more."""

from dataclasses import dataclass

from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.jobs.store import JobStore
from bot.serving.serving import ServedModels
from bot.texts import Texts
from bot.trials import views
from bot.trials.entities import Trial, TrialState
from bot.trials.trials import Trials


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialNotifications:
    """Reads each trial as it stands now."""

    trials: Trials
    jobs: JobStore
    serving: ServedModels

    async def finished(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """The verdict."""
        trial = await self.trials.get(payload["trial_id"])
        if trial is None or trial.state is TrialState.UNSERVED:
            return views.unserved(texts, trial) if trial else None
        if trial.judgement is None:  # answered before there were verdicts
            return views.side_by_side(texts, trial, 0)
        return await self.verdict(texts, trial, payload)

    async def unserved(self, texts: Texts, payload: JsonDict, _: int) -> Screen | None:
        """Nobody answers under the model's name."""
        trial = await self.trials.get(payload["trial_id"])
        is_true = trial is not None and trial.state is TrialState.UNSERVED
        return views.unserved(texts, trial) if trial and is_true else None

    async def verdict(self, texts: Texts, trial: Trial, payload: JsonDict) -> Screen:
        """The verdict, and where the model stands now; *payload* says what came of it."""
        job = await self.jobs.get(trial.model.job_id) if trial.model.job_id else None
        serving = await self.serving.current()
        if payload.get("promoted"):
            standing = views.ModelUse.PROMOTED
        elif serving is not None and serving.model.id == trial.model.id:
            standing = views.ModelUse.SERVING
        else:
            is_withheld = payload.get("withheld")
            standing = views.ModelUse.WITHHELD if is_withheld else views.ModelUse.OFFERED
        return views.verdict(texts, trial, standing, job_number=job.number if job else None)
