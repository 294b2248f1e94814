"""Starts, stops, pauses and resumes the walks of jobs, one task for each."""

import asyncio
import logging
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.backends import TRAINING_FILE, VALIDATION_FILE
from engine.domain import (
    TERMINAL,
    WALKING,
    FineTuningJob,
    Hyperparameters,
    Method,
    NewEvent,
    Status,
)
from engine.errors import (
    ApiError,
    another_job_runs,
    bad_request,
    job_not_found,
    model_not_found,
)
from engine.ids import new_id
from engine.jobs.results import unix_now
from engine.jobs.trainer import Trainer

_log = logging.getLogger(__name__)
_MAX_SEED = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """What a client asks for; checked for its form, not yet for what it names."""

    model: str
    training_file: str
    validation_file: str | None
    suffix: str | None
    seed: int | None
    """None: drawn."""
    metadata: Mapping[str, str] | None
    method: Method
    hyperparameters: Hyperparameters


class Trainings:
    """All jobs that go on. Requests that move a job take turns."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._jobs = trainer.jobs
        self._walks: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()

    async def restart(self) -> None:
        """Take up every job that was on its way when the server ended."""
        for job in await self._jobs.walking():
            self._start(job)

    async def stop(self) -> None:
        """End all walks; the jobs keep their states."""
        walks = list(self._walks.values())
        for walk in walks:
            walk.cancel()
        await asyncio.gather(*walks, return_exceptions=True)

    async def create(self, request: JobRequest) -> FineTuningJob:
        """Store a new job and start it; raises `ApiError` for what it names and nobody knows."""
        if await self._trainer.root(request.model) is None:
            raise model_not_found(request.model)
        await self._check_file(request.training_file, "training_file")
        if request.validation_file is not None:
            await self._check_file(request.validation_file, "validation_file")
        if not self._trainer.profile.has_one_job_at_a_time:
            return await self._add(request)
        async with self._turn:
            if walking := await self._jobs.walking():
                raise another_job_runs(walking[0].id)
            return await self._add(request)

    async def _add(self, request: JobRequest) -> FineTuningJob:
        job = _new_job(request)
        await asyncio.to_thread(self._copy_files, job)
        events = [
            NewEvent(message=self._trainer.backend.notice, level="warn"),
            NewEvent(message=f"Created fine-tuning job: {job.id}"),
            NewEvent(message=f"Validating training file: {job.training_file}"),
        ]
        await self._jobs.add(job, events)
        self._start(job)
        return job

    async def get(self, job_id: str) -> FineTuningJob:
        """The job; raises `ApiError` 404 when there is none."""
        job = await self._jobs.get(job_id)
        if job is None:
            raise job_not_found(job_id)
        return job

    async def cancel(self, job_id: str) -> FineTuningJob:
        """End a job that is not over; a paused one as well."""
        async with self._turn:
            job = await self._halted(job_id)
            if job.status in TERMINAL:
                raise _impossible(job, "cancelled")
            values = {
                "status": Status.CANCELLED,
                "finished_at": unix_now(),
                "estimated_finish": None,
            }
            job = await self._move(job, values, "The job was cancelled")
        await self.tidy(job_id)
        return job

    async def pause(self, job_id: str) -> FineTuningJob:
        """Hold a job, in whichever state it goes on."""
        async with self._turn:
            job = await self._halted(job_id)
            if job.status not in WALKING:
                raise _impossible(job, "paused")
            values = {
                "status": Status.PAUSED,
                "paused_from": job.status,
                "stage_since": job.stage_since - time.time(),
                "estimated_finish": None,
            }
            return await self._move(job, values, f"The job was paused while {job.status}")

    async def resume(self, job_id: str) -> FineTuningJob:
        """Let a paused job go on in the state, and after the step, in which it was paused."""
        async with self._turn:
            job = await self.get(job_id)
            if job.status is not Status.PAUSED or job.paused_from is None:
                raise _impossible(job, "resumed")
            values = {
                "status": job.paused_from,
                "paused_from": None,
                "stage_since": job.stage_since + time.time(),
            }
            job = await self._move(job, values, "The job was resumed")
            self._start(job)
            return job

    async def tidy(self, job_id: str) -> None:
        """Delete a job's folder once the job is over and none of its models is left."""
        job = await self.get(job_id)
        left = await self._trainer.models.checkpoints(job_id, after=None, limit=1)
        if job.status in TERMINAL and not left:
            folder = self._trainer.job_folder(job_id)
            await self._trainer.backend.forget(folder)
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def _start(self, job: FineTuningJob) -> None:
        if job.status not in WALKING:
            return
        walk = asyncio.create_task(self._walk(job), name=f"walk {job.id}")
        self._walks[job.id] = walk

    async def _walk(self, job: FineTuningJob) -> None:
        try:
            await self._trainer.walk(job)
            await self.tidy(job.id)
        except Exception:
            _log.exception("the walk of %s ended; the next start takes it up", job.id)
        finally:
            self._walks.pop(job.id, None)

    async def _halted(self, job_id: str) -> FineTuningJob:
        """The job with its walk ended, in the state that the walk has left."""
        await self.get(job_id)
        if walk := self._walks.get(job_id):
            walk.cancel()
            await asyncio.wait([walk])
        return await self.get(job_id)

    async def _move(
        self, job: FineTuningJob, values: Mapping[str, object], message: str
    ) -> FineTuningJob:
        events = [NewEvent(message=message)]
        moved = await self._jobs.change(job.id, values, expected={job.status}, events=events)
        assert moved is not None, "requests take turns and the walk has ended"
        return moved

    async def _check_file(self, file_id: str, param: str) -> None:
        file = await self._trainer.files.get(file_id)
        if file is None:
            raise bad_request(f"invalid {param}: {file_id}", param=param, code="invalid_request")
        if file.purpose != "fine-tune":
            message = f"{file_id} has the purpose {file.purpose}, not fine-tune"
            raise bad_request(message, param=param, code="invalid_request")

    def _copy_files(self, job: FineTuningJob) -> None:
        folder = self._trainer.job_folder(job.id)
        folder.mkdir(parents=True)
        _link(self._trainer.files.path(job.training_file), folder / TRAINING_FILE)
        if job.validation_file is not None:
            _link(self._trainer.files.path(job.validation_file), folder / VALIDATION_FILE)


def _link(source: Path, target: Path) -> None:
    """A second name for the same bytes, or a copy where the file system knows no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _impossible(job: FineTuningJob, what: str) -> ApiError:
    message = f"Fine-tuning job {job.id} cannot be {what}: its status is {job.status}."
    return bad_request(message, code="invalid_request")


def _new_job(request: JobRequest) -> FineTuningJob:
    return FineTuningJob(
        id=new_id("ftjob-"),
        created_at=unix_now(),
        base_model=request.model,
        training_file=request.training_file,
        validation_file=request.validation_file,
        suffix=request.suffix,
        seed=secrets.randbelow(_MAX_SEED) if request.seed is None else request.seed,
        metadata=request.metadata,
        method=request.method,
        hyperparameters=request.hyperparameters,
        model_code=new_id("", 8),
        status=Status.VALIDATING,
        paused_from=None,
        stage_since=time.time(),
        step=0,
        total_steps=0,
        epoch_tokens=0,
        trained_tokens=None,
        fine_tuned_model=None,
        finished_at=None,
        estimated_finish=None,
        failure=None,
        result_file=None,
    )
