"""Walks a job through its life: validating_files -> queued -> running -> succeeded or failed.

Every move is a compare-and-set in SQLite, with its events in the same transaction, so that a
`kill -9` at any moment leaves a job that the next start takes up where it was, and a cancellation
that comes at the same moment as a success has one winner.
"""

import asyncio
import base64
import logging
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.backends import TRAINING_FILE, VALIDATION_FILE, Backend, JobRefused, TrainingOrder
from engine.backends import StepReport as Report
from engine.catalogue import BaseModel
from engine.domain import WALKING, FineTuningJob, NewEvent, Status, StoredFile, TunedModel
from engine.ids import new_id
from engine.jobs.results import (
    error_json,
    metrics_event,
    metrics_of,
    result_csv,
    tuned_name,
    unix_now,
)
from engine.profiles import Profile
from engine.storage.files import FileStore
from engine.storage.jobs import JobStore
from engine.storage.models import ModelStore

_log = logging.getLogger(__name__)


class _Overtaken(Exception):
    """Somebody else has moved the job: it was paused or cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainer:
    """Walks jobs to their end; `Trainings` starts and stops the walks."""

    backend: Backend
    bases: Mapping[str, BaseModel]
    jobs: JobStore
    files: FileStore
    models: ModelStore
    folder: Path
    """Holds a folder for each job."""
    profile: Profile
    deploy_s: float
    """Seconds until a model that has just been made may be used; 0 where it must be deployed: not
    before somebody does."""

    def job_folder(self, job_id: str) -> Path:
        """Where the job's copies of its files, and its weights, lie."""
        return self.folder / job_id

    async def root(self, model: str) -> BaseModel | None:
        """The base model at the root of *model*; None for an unknown name."""
        if model in self.bases:
            return self.bases[model]
        tuned = await self.models.get(model)
        return None if tuned is None else self.bases.get(tuned.base_model)

    async def walk(self, job: FineTuningJob) -> None:
        """Take the job from the state it is in to its end; errors end in `failed`."""
        try:
            if job.status is Status.VALIDATING:
                job = await self._validate(job)
            if job.status is Status.QUEUED:
                job = await self._wait_turn(job)
            if job.status is Status.RUNNING:
                await self._train(job)
        except _Overtaken:
            _log.info("job %s was moved by somebody else", job.id)
        except JobRefused as refusal:
            await self._fail(job, refusal.code, refusal.message, refusal.param)
        except Exception:
            _log.exception("job %s broke", job.id)
            message = "The server had an error while it processed the job; its log says more."
            await self._fail(job, "server_error", message, None)

    async def _validate(self, job: FineTuningJob) -> FineTuningJob:
        examined = await self.backend.validate(await self._order(job))
        chosen = examined.hyperparameters
        assert chosen.n_epochs is not None
        assert chosen.batch_size is not None
        return await self._change(
            job,
            {
                "status": Status.QUEUED,
                "stage_since": time.time(),
                "n_epochs": chosen.n_epochs,
                "batch_size": chosen.batch_size,
                "learning_rate_multiplier": chosen.learning_rate_multiplier,
                "beta": chosen.beta,
                "total_steps": math.ceil(examined.n_examples / chosen.batch_size) * chosen.n_epochs,
                "epoch_tokens": examined.epoch_tokens,
            },
            NewEvent(message="Files validated, moving job to queued state"),
        )

    async def _wait_turn(self, job: FineTuningJob) -> FineTuningJob:
        await self.backend.wait_turn(await self._order(job))
        values = {"status": Status.RUNNING, "stage_since": time.time()}
        return await self._change(job, values, NewEvent(message="Fine-tuning job started"))

    async def _train(self, job: FineTuningJob) -> None:
        order = await self._order(job)

        async def report(news: Report) -> None:
            await self._store_step(job, order, news)

        await self.backend.train(order, report)
        await self._finish(job, order)

    async def _store_step(self, job: FineTuningJob, order: TrainingOrder, news: Report) -> None:
        told_steps = job.total_steps if self.profile.tells_total_steps else None
        events = [metrics_event(news, told_steps)]
        made = []
        if news.is_checkpoint and news.step < job.total_steps:
            name = tuned_name(job, order.base_model.name, self.backend.name, step=news.step)
            made.append(self._model(name, order, news.step, metrics_of(news)))
            events.append(NewEvent(message=f"Checkpoint created at step {news.step}: {name}"))
        values: dict[str, object] = {"step": news.step}
        if news.seconds_left is not None:
            values["estimated_finish"] = math.ceil(time.time() + news.seconds_left)
        await self._change(job, values, *events, made=made)

    async def _finish(self, job: FineTuningJob, order: TrainingOrder) -> None:
        events = await self.jobs.events(job.id, after=None, limit=10_000)
        steps = [dict(event.metrics) for event in reversed(events) if event.metrics is not None]
        last = {key: value for key, value in steps[-1].items() if key != "total_steps"}
        name = tuned_name(job, order.base_model.name, self.backend.name)
        made: list[TunedModel | StoredFile] = [self._model(name, order, job.total_steps, last)]
        file = await self._result_file(steps) if self.profile.has_result_files else None
        made += [file] if file else []
        values = {
            "status": Status.SUCCEEDED,
            "fine_tuned_model": name,
            "trained_tokens": job.epoch_tokens * (job.hyperparameters.n_epochs or 1),
            "finished_at": unix_now(),
            "estimated_finish": None,
            "result_file": file.id if file else None,
        }
        try:
            await self._change(
                job,
                values,
                NewEvent(message=f"New fine-tuned model created: {name}"),
                NewEvent(message="The job has successfully completed"),
                made=made,
            )
        except _Overtaken:
            if file:
                self.files.path(file.id).unlink(missing_ok=True)
            raise

    async def _result_file(self, steps: list[dict[str, Any]]) -> StoredFile:
        content = result_csv(steps)
        if self.profile.encodes_result_files:
            content = base64.b64encode(content)
        file_id = new_id("file-")
        await asyncio.to_thread(self.files.path(file_id).write_bytes, content)
        return StoredFile(
            id=file_id,
            filename="step_metrics.csv",
            purpose="fine-tune-results",
            size=len(content),
            created_at=unix_now(),
        )

    async def _fail(self, job: FineTuningJob, code: str, message: str, param: str | None) -> None:
        values = {
            "status": Status.FAILED,
            "finished_at": unix_now(),
            "estimated_finish": None,
            "error": error_json(code, message, param),
        }
        event = NewEvent(message=f"The job failed: {message}", level="error")
        await self.jobs.change(job.id, values, expected=WALKING, events=[event])

    async def _change(
        self,
        job: FineTuningJob,
        values: Mapping[str, object],
        *events: NewEvent,
        made: Sequence[TunedModel | StoredFile] = (),
    ) -> FineTuningJob:
        changed = await self.jobs.change(
            job.id, values, expected={job.status}, events=events, made=made
        )
        if changed is None:
            raise _Overtaken
        return changed

    def _model(
        self, name: str, order: TrainingOrder, step: int, metrics: Mapping[str, Any]
    ) -> TunedModel:
        is_left_to_people = self.profile.must_deploy and not self.deploy_s
        return TunedModel(
            name=name,
            checkpoint_id=new_id("ftckpt_"),
            job_id=order.job_id,
            base_model=order.base_model.name,
            created_at=unix_now(),
            ready_at=math.inf if is_left_to_people else time.time() + self.deploy_s,
            step=step,
            metrics=metrics,
        )

    async def _order(self, job: FineTuningJob) -> TrainingOrder:
        folder = self.job_folder(job.id)
        base = await self.root(job.base_model)
        if base is None:
            message = f"The model {job.base_model} does not exist any more"
            raise JobRefused("model_not_found", message, param="model")
        return TrainingOrder(
            job_id=job.id,
            base_model=base,
            start_from=job.base_model,
            folder=folder,
            training_file=folder / TRAINING_FILE,
            validation_file=folder / VALIDATION_FILE if job.validation_file else None,
            method=job.method,
            hyperparameters=job.hyperparameters,
            seed=job.seed,
            stage_since=job.stage_since,
            step=job.step,
            total_steps=job.total_steps,
        )
