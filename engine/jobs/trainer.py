"""Runs a job: validating_files -> queued -> running -> succeeded or failed.

Every change is a compare-and-set in SQLite, with its events in the same transaction. After a
`kill -9` at any moment, the next start continues the job where it was. If a cancellation and a
success come at the same moment, only one of them takes effect.
"""

import asyncio
import base64
import json
import logging
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.backends import Backend, JobRefused, ModelSource, StepReport, Tell, TrainingOrder
from engine.catalogue import BaseModel
from engine.domain import ACTIVE, FineTuningJob, NewEvent, Status, StoredFile, TunedModel
from engine.ids import new_id
from engine.jobs.results import (
    base_in,
    metrics_event,
    metrics_of,
    owner_in,
    result_csv,
    tuned_name,
)
from engine.profiles import Profile
from engine.storage.files import FileStore
from engine.storage.jobs import JobStore
from engine.storage.models import ModelStore
from engine.usage import Kind, Usage

_log = logging.getLogger(__name__)


class _Overtaken(Exception):
    """A request has paused or cancelled the job meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainer:
    """Runs jobs to their end; `Trainings` starts and stops the tasks that do so."""

    backend: Backend
    bases: Mapping[str, BaseModel]
    jobs: JobStore
    files: FileStore
    models: ModelStore
    usage: Usage
    folder: Path
    """Contains a folder for each job."""
    profile: Profile
    deploy_s: float
    """Seconds until a new model may be used. With 0, a model of a provider with `must_deploy` waits
    for a request to deploy it."""

    def job_folder(self, job_id: str) -> Path:
        """The folder for the job's copies of its files, and for its weights."""
        return self.folder / job_id

    async def run(self, job: FineTuningJob) -> None:
        """Take the job from its present state to its end; after an error the job is `failed`."""
        try:
            if job.status is Status.VALIDATING:
                job = await self._validate(job)
            if job.status is Status.QUEUED:
                job = await self._wait_turn(job)
            if job.status is Status.RUNNING:
                await self._train(job)
        except _Overtaken:
            _log.info("job %s was paused or cancelled", job.id)
        except JobRefused as refusal:
            await self._fail(job, refusal.code, refusal.message, refusal.param)
        except Exception:
            _log.exception("job %s broke", job.id)
            message = "The server had an error while it processed the job; its log says more."
            await self._fail(job, "server_error", message, None)

    async def _validate(self, job: FineTuningJob) -> FineTuningJob:
        examined = await self.backend.validate(await self._order(job), self._tell(job))
        chosen = examined.hyperparameters
        assert chosen.n_epochs is not None
        assert chosen.batch_size is not None
        return await self._change(
            job,
            {
                "status": Status.QUEUED,
                "stage_since": time.time(),
                **asdict(chosen),
                "total_steps": math.ceil(examined.n_examples / chosen.batch_size) * chosen.n_epochs,
                "epoch_tokens": examined.epoch_tokens,
            },
            NewEvent(message="Files validated, moving job to queued state"),
        )

    async def _wait_turn(self, job: FineTuningJob) -> FineTuningJob:
        await self.backend.wait_turn(await self._order(job), self._tell(job))
        now = time.time()
        self.usage.metrics.waits.observe(now - job.stage_since)
        values = {"status": Status.RUNNING, "stage_since": now}
        return await self._change(job, values, NewEvent(message="Fine-tuning job started"))

    async def _train(self, job: FineTuningJob) -> None:
        order = await self._order(job)
        done = job.step

        def count(step: int) -> None:
            nonlocal done
            reached = max(done, step)  # a later attempt may tell steps again
            n_tokens = job.tokens_until(reached) - job.tokens_until(done)
            self.usage.add(job.created_by, Kind.TRAINED, n_tokens)
            done = reached

        async def report(step: StepReport) -> None:
            await self._store_step(order, step)
            count(step.step)

        try:
            trained_tokens = await self.backend.train(order, report, self._tell(job))
        finally:  # who is cancelled while the database stores a step does not hear that it did
            if stored := await self.jobs.get(job.id):
                count(stored.step)
        await self._finish(order, trained_tokens)

    def _tell(self, job: FineTuningJob) -> Tell:
        async def tell(message: str) -> None:
            await self._change(job, {}, NewEvent(message=message))

        return tell

    async def _store_step(self, order: TrainingOrder, report: StepReport) -> None:
        job, step = order.job, report.step
        told_steps = job.total_steps if self.profile.tells_total_steps else None
        events = [metrics_event(report, told_steps)]
        made = []
        if report.is_checkpoint and step < job.total_steps:
            name = tuned_name(job, order.base_model.name, self.backend.name, step=step)
            made.append(self._model(name, order, step, metrics_of(report)))
            events.append(NewEvent(message=f"Checkpoint created at step {step}: {name}"))
        values: dict[str, object] = {"step": step}
        if report.seconds_left is not None:
            values["estimated_finish"] = math.ceil(time.time() + report.seconds_left)
        await self._change(job, values, *events, made=made)
        if made:
            steps = await self.models.steps(job.id)
            await self.backend.tidy(order.folder, steps, is_over=False)

    async def _finish(self, order: TrainingOrder, trained_tokens: int) -> None:
        job = order.job
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
            "trained_tokens": trained_tokens,
            "finished_at": int(time.time()),
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
            created_at=int(time.time()),
        )

    async def _fail(self, job: FineTuningJob, code: str, message: str, param: str | None) -> None:
        values = {
            "status": Status.FAILED,
            "finished_at": int(time.time()),
            "estimated_finish": None,
            "error": json.dumps({"code": code, "message": message, "param": param}),
        }
        await self.backend.halt(self.job_folder(job.id))
        event = NewEvent(message=f"The job failed: {message}", level="error")
        await self.jobs.change(job.id, values, expected=ACTIVE, events=[event])

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
        waits_for_request = self.profile.must_deploy and not self.deploy_s
        return TunedModel(
            name=name,
            checkpoint_id=new_id("ftckpt_"),
            job_id=order.job.id,
            base_model=order.base_model.name,
            created_at=int(time.time()),
            ready_at=math.inf if waits_for_request else time.time() + self.deploy_s,
            step=step,
            metrics=metrics,
        )

    async def source(self, name: str) -> ModelSource | None:
        """The model of that name, deployed or not; None when there is none for the backend."""
        if name in self.bases:
            return ModelSource(name=name, base_model=self.bases[name], folder=None, step=0)
        tuned = await self.models.get(name)
        if tuned is None or tuned.base_model not in self.bases:
            return None
        if owner_in(name) != self.backend.name:
            return None
        base, folder = self.bases[tuned.base_model], self.job_folder(tuned.job_id)
        return ModelSource(name=name, base_model=base, folder=folder, step=tuned.step)

    def is_offered(self, job: FineTuningJob) -> bool:
        """Whether the job's base model is on offer."""
        return job.base_model in self.bases or base_in(job.base_model) in self.bases

    async def _order(self, job: FineTuningJob) -> TrainingOrder:
        start = await self.source(job.base_model)
        base = start.base_model if start else self._base_of_deleted(job)
        if base is None:
            message = f"The model {job.base_model} does not exist any more"
            raise JobRefused("model_not_found", message, param="model")
        return TrainingOrder(
            job=job,
            base_model=base,
            start=start if start and start.folder else None,
            folder=self.job_folder(job.id),
        )

    def _base_of_deleted(self, job: FineTuningJob) -> BaseModel | None:
        """The base of a deleted tuned model; after validation a job does not need the model."""
        is_validated = job.total_steps > 0
        return self.bases.get(base_in(job.base_model)) if is_validated else None
