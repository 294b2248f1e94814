"""What is known of a model, and what the provider kept of its training besides it."""

import datetime as dtm
import time
from collections.abc import Mapping, Sequence
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
    """What it was tuned from; its own name where that is not known."""
    last_day: dtm.date | None
    """From when on it answers no more; None: not known."""
    days_left: int | None
    """Until then, 0 or less once it has come; None: not known."""
    serving: CurrentModel | None
    """None: another model answers."""
    tracked: TrackedJob | None
    """The job that made it; None: made elsewhere."""
    run: TrainingRun | None
    """The plan that the job came from; None for a job that was named to /monitor."""
    checkpoint: Checkpoint | None
    """Which step of the job it is; None: not known."""
    result: ServedModel | None
    """For an earlier checkpoint: the result of the same job; else None."""
    verdict: Verdict | None
    share: Share | None
    """Of good answers; None: nobody rated one."""

    @property
    def may_have_checkpoints(self) -> bool:
        """Whether it is worth asking the provider for what else it kept of the job."""
        job = self.tracked.job if self.tracked else None
        return job is not None and job.status is JobStatus.SUCCEEDED and self.result is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """Gathers what other parts know; asks the provider for checkpoints once an admin does."""

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
        """All about one model.

        Raises:
            ModelListGone: it is not stored any more.
        """
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
        """What the provider kept of the model's job, by step, each a model by itself.

        Read when somebody asks first, and stored; a server without checkpoints keeps none.

        Raises:
            ModelListGone: like `details`.
            ProviderError: it can't be asked now.
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

    async def verdicts(self) -> Mapping[int, Verdict]:
        """The newest verdict on each model that was judged, by its id."""
        return await self.trials.verdicts()

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
