"""Gathers the details of a model, and the checkpoints that the provider kept of its training."""

import datetime as dtm
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bot.catalogue import base_of
from bot.domain.models import Checkpoint, CurrentModel, ServedModel
from bot.domain.training import FineTuningJob, JobStatus, TrackedJob, TrainingRun
from bot.gateways.provider import TrainingApi
from bot.jobs.store import JobStore
from bot.models.checkpoint_store import CheckpointStore
from bot.ratings.quality import Quality, Share
from bot.serving.last_days import LastDays
from bot.serving.serving import ServedModels
from bot.serving.store import ModelStore
from bot.storage.database import Database, Transaction
from bot.training.store import RunStore
from bot.trials.entities import Verdict
from bot.trials.store import TrialStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDetails:
    """One model, as its screen shows it."""

    model: ServedModel
    base_model: str
    """The model that it was tuned from; its own name where that is not known."""
    last_day: dtm.date | None
    """The day from which it no longer answers; None: not known."""
    days_left: int | None
    """Days until then, 0 or less from that day on; None: not known."""
    serving: CurrentModel | None
    """None: another model answers."""
    tracked: TrackedJob | None
    """The job that made it; None: it was made elsewhere."""
    run: TrainingRun | None
    """The plan that the job came from; None: the job was named to /monitor."""
    checkpoint: Checkpoint | None
    """The step of the job that it is; None: not known."""
    result: ServedModel | None
    """For an earlier checkpoint: the result of the same job; else None."""
    verdict: Verdict | None
    share: Share | None
    """The share of good answers; None: no answer was rated."""

    @property
    def may_have_checkpoints(self) -> bool:
        """Whether the provider may have kept other checkpoints of the job."""
        job = self.tracked.job if self.tracked else None
        return job is not None and job.status is JobStatus.SUCCEEDED and self.result is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """Gathers the details from other features; asks the provider for checkpoints on request."""

    database: Database
    models: ModelStore
    checkpoints: CheckpointStore
    trials: TrialStore
    jobs: JobStore
    runs: RunStore
    serving: ServedModels
    last_days: LastDays
    quality: Quality
    api: TrainingApi

    async def details(self, model_id: int) -> ModelDetails:
        """Everything about one model; raises ModelListGone where it is no longer stored."""
        model, serving = await self.serving.by_id(model_id), await self.serving.current()
        tracked = await self.jobs.get(model.job_id) if model.job_id else None
        run_id = tracked.run_id if tracked else None
        last_day = await self.last_days.of_model(model.name)
        days_left = (last_day - self.last_days.today()).days if last_day else None
        return ModelDetails(
            model=model,
            base_model=tracked.job.base_model if tracked else base_of(model.name),
            last_day=last_day,
            days_left=days_left,
            serving=serving if serving and serving.model.id == model.id else None,
            tracked=tracked,
            run=await self.runs.get(run_id) if run_id is not None else None,
            checkpoint=await self.checkpoints.of_model(model.id),
            result=await self._other_result(model, tracked.job if tracked else None),
            verdict=(await self.trials.verdicts()).get(model.id),
            share=(await self.quality.shares()).get(model.id),
        )

    async def of_job(self, model_id: int) -> Sequence[tuple[ServedModel, Checkpoint]]:
        """The checkpoints of the model's job, by step; each of them is a model, too.

        They are read on the first request, then stored; some servers keep none. Raises like
        `details`, and ProviderError where the provider can't be asked now.
        """
        model = await self.serving.by_id(model_id)
        if model.job_id is None:
            return []
        known = await self.checkpoints.of_job(model.job_id)
        if known:
            return known
        found = await self.api.checkpoints(model.job_id)
        await self.database.write(lambda tx: self._store(tx, model, model.job_id or "", found))
        return await self.checkpoints.of_job(model.job_id)

    async def _store(
        self, tx: Transaction, model: ServedModel, job_id: str, found: Sequence[Checkpoint]
    ) -> None:
        for checkpoint in found:
            kept = await self.models.remember(
                tx,
                checkpoint.name,
                system_prompt=model.system_prompt,
                job_id=job_id,
                now=int(time.time()),
            )
            await self.checkpoints.add(tx, checkpoint, model_id=kept.id, job_id=job_id)

    async def _other_result(
        self, model: ServedModel, job: FineTuningJob | None
    ) -> ServedModel | None:
        if job is None or job.fine_tuned_model in (None, model.name):
            return None
        return await self.models.named(job.fine_tuned_model or "")
