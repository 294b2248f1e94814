"""The outcomes of trials, rendered at the moment they are sent; None when one is no longer true."""

from dataclasses import dataclass

from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.serving.serving import ServedModels
from bot.texts import Texts
from bot.training import ending_views
from bot.training.notifications import EndingNotifications
from bot.trials import views
from bot.trials.entities import Trial, TrialState
from bot.trials.trials import Trials


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialNotifications:
    """Reads the present state of each trial."""

    trials: Trials
    endings: EndingNotifications
    serving: ServedModels

    async def finished(self, texts: Texts, payload: JsonDict, reader_id: int) -> Screen | None:
        """The answers, and the verdict as far as there is one."""
        trial = await self.trials.store.get(payload["trial_id"])
        if trial is None:
            return None
        if trial.state is TrialState.UNSERVED:
            return views.unserved(texts, trial, headline=await self._end(texts, trial, reader_id))
        if trial.judgement is None and trial.state is not TrialState.PENDING:
            return views.side_by_side(texts, trial, 0)  # an older version made no verdicts
        return await self.verdict(texts, trial, payload, reader_id=reader_id)

    async def started_by(self, trial_id: int) -> int | None:
        """Who started the training of the model that is on trial; None: not known."""
        trial = await self.trials.store.get(trial_id)
        job_id = trial.model.job_id if trial else None
        return await self.endings.jobs.started_by(job_id) if job_id else None

    async def unserved(self, texts: Texts, payload: JsonDict, reader_id: int) -> Screen | None:
        """The provider does not serve a model of that name."""
        trial = await self.trials.store.get(payload["trial_id"])
        if trial is None or trial.state is not TrialState.UNSERVED:
            return None
        is_end = payload.get("is_end")
        headline = await self._end(texts, trial, reader_id) if is_end else ""
        return views.unserved(texts, trial, headline=headline)

    async def verdict(
        self,
        texts: Texts,
        trial: Trial,
        payload: JsonDict,
        *,
        reader_id: int,
        is_left: bool = False,
    ) -> Screen:
        """The verdict, and whether the model is used; *payload* says what the trial decided."""
        serving = await self.serving.current()
        is_serving = serving is not None and serving.model.id == trial.model.id
        if is_left:
            use = views.ModelUse.LEFT
        elif payload.get("promoted"):
            use = views.ModelUse.PROMOTED
        elif is_serving:
            use = views.ModelUse.UNFIT if trial.is_against else views.ModelUse.SERVING
        elif trial.state is TrialState.PENDING:
            use = views.ModelUse.UNJUDGED
        else:
            use = views.ModelUse.WITHHELD if payload.get("withheld") else views.ModelUse.OFFERED
        shown, headline = await self.trials.so_far(trial), ""
        if trial.is_end_of_job:
            end = "ready" if shown.judgement else "trained"
            headline = await self._end(texts, trial, reader_id, end)
        return views.verdict(
            texts,
            shown,
            use,
            headline=headline,
            has_former=serving is not None and not is_serving,
        )

    async def why(self, texts: Texts, trial: Trial, *, reader_id: int) -> Screen:
        """What the verdict rests on, and the details of the training."""
        ending = await self.endings.ending(trial.model.job_id, reader_id=reader_id)
        return views.why(
            texts,
            await self.trials.so_far(trial),
            ending_views.details(texts, ending) if ending else [],
            job_number=ending.tracked.number if ending else None,
            page=ending_views.page_button(texts, ending) if ending else [],
        )

    async def _end(self, texts: Texts, trial: Trial, reader_id: int, end: str = "trained") -> str:
        """The end of its training in a line; empty: it was not trained here."""
        ending = await self.endings.ending(trial.model.job_id, reader_id=reader_id)
        return ending_views.headline(texts, ending, end) if ending else ""
