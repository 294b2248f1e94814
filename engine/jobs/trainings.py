"""Starts, stops, pauses and resumes jobs; each active job has one task."""

import asyncio
import logging
import os
import shutil
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from weakref import WeakValueDictionary

from engine.backends import TRAINING_FILE, VALIDATION_FILE, JobRefused, Wish
from engine.backends.examples import check_examples
from engine.catalogue import BaseModel
from engine.domain import ACTIVE, TERMINAL, FineTuningJob, NewEvent, Status
from engine.errors import ApiError, bad_request, model_not_found
from engine.jobs.trainer import Trainer

_log = logging.getLogger(__name__)


class Trainings:
    """The tasks of all active jobs. Requests that change the same job run one after another."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._jobs = trainer.jobs
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._creating = asyncio.Lock()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """A slow worker holds up the requests for its own job only."""

    async def restart(self) -> None:
        """Continue every job that was active when the server ended; tidy up after the others.

        Those whose base model is not on offer any more are paused: it may come back.
        """
        missed = []
        for job in await self._jobs.active():
            if self._trainer.is_offered(job):
                self._start(job)
            else:
                missed.append(job)
        await asyncio.gather(*map(self._pause_without_base, missed))
        for folder in sorted(self._trainer.folder.iterdir()):
            if await self._jobs.get(folder.name):
                await self.tidy(folder.name)

    async def stop(self) -> None:
        """End all tasks; the jobs keep their states."""
        self._trainer.backend.leave()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def base_of(self, model: str) -> BaseModel | None:
        """*model* or, for a tuned one, its base model; None for an unknown name."""
        source = await self._trainer.source(model)
        return source.base_model if source else None

    async def create(self, job: FineTuningJob) -> FineTuningJob:
        """Store a new job and start it; raises `ApiError` for an unknown model or file."""
        if await self.base_of(job.base_model) is None:
            raise model_not_found(job.base_model)
        await self._check_file(job.training_file, "training_file")
        if job.validation_file is not None:
            await self._check_file(job.validation_file, "validation_file")
        if not self._trainer.profile.has_one_job_at_a_time:
            return await self._add(job)
        async with self._creating:
            if active := await self._jobs.active():
                message = f"Another training is running: {active[0].id}. Wait until it is over."
                raise ApiError(409, message)
            return await self._add(job)

    async def _add(self, job: FineTuningJob) -> FineTuningJob:
        await asyncio.to_thread(self._copy_files, job)
        notice = self._trainer.backend.notice
        events = [
            *([NewEvent(message=notice, level="warn")] if notice else []),
            NewEvent(message=f"Created fine-tuning job: {job.id}"),
            NewEvent(message=f"Validating training file: {job.training_file}"),
        ]
        await self._jobs.add(job, events)
        self._start(job)
        return job

    async def expected_tokens(self, job: FineTuningJob) -> int:
        """About how many tokens a new job will train; 0 for one that will be refused or fail."""
        base, files = await self.base_of(job.base_model), self._trainer.files
        file = await files.get(job.training_file)
        if base is None or file is None:
            return 0
        path, limit = files.path(file.id), base.example_tokens
        try:
            counted = await check_examples(path, "training_file", limit, job.method)
        except JobRefused:
            return 0
        wish = Wish(
            base_model=base,
            method=job.method,
            n_examples=max(1, counted.count),
            example_tokens=counted.tokens,
            longest_example=None,
            hyperparameters=job.hyperparameters,
        )
        estimate = await self._trainer.backend.estimate(wish)
        return counted.tokens * (estimate.hyperparameters.n_epochs or 1)

    async def get(self, job_id: str) -> FineTuningJob:
        """The job; raises `ApiError` 404 when there is none."""
        job = await self._jobs.get(job_id)
        if job is None:
            message = f"Could not find fine tune: {job_id}"
            raise ApiError(404, message, param="fine_tune_id", code="fine_tune_not_found")
        return job

    async def cancel(self, job_id: str) -> FineTuningJob:
        """Cancel a job that has not ended; a paused one as well."""
        async with self._turn(job_id):
            job = await self._halted(job_id)
            if job.status in TERMINAL:
                raise _impossible(job, "cancelled")
            values = {
                "status": Status.CANCELLED,
                "finished_at": int(time.time()),
                "estimated_finish": None,
            }
            job = await self._move(job, values, "The job was cancelled")
        await self.tidy(job_id)
        return job

    async def pause(self, job_id: str) -> FineTuningJob:
        """Pause an active job."""
        async with self._turn(job_id):
            job = await self._halted(job_id)
            if job.status not in ACTIVE:
                raise _impossible(job, "paused")
            return await self._pause(job, f"The job was paused while {job.status}")

    @asynccontextmanager
    async def paused(self, job_id: str) -> AsyncIterator[FineTuningJob]:
        """A job that can be resumed, and that no other request changes meanwhile.

        Raises:
            ApiError: 400 for a job that is not paused, 404 if its base model is not on offer.
        """
        async with self._turn(job_id):
            job = await self.get(job_id)
            if job.status is not Status.PAUSED:
                raise _impossible(job, "resumed")
            if not self._trainer.is_offered(job):
                raise model_not_found(job.base_model)
            yield job

    async def resume(self, job: FineTuningJob) -> FineTuningJob:
        """Continue a job, inside `paused`, in the state, and after the step, of its pause."""
        values = {
            "status": job.paused_from,
            "paused_from": None,
            "stage_since": job.stage_since + time.time(),
        }
        job = await self._move(job, values, "The job was resumed")
        self._start(job)
        return job

    async def tidy(self, job_id: str) -> None:
        """Delete what nothing needs any more of a job that has ended."""
        if (await self.get(job_id)).status not in TERMINAL:
            return
        folder, steps = self._trainer.job_folder(job_id), await self._trainer.models.steps(job_id)
        await self._trainer.backend.tidy(folder, steps, is_over=True)
        if not steps:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def _turn(self, job_id: str) -> asyncio.Lock:
        return self._turns.setdefault(job_id, asyncio.Lock())

    def _start(self, job: FineTuningJob) -> None:
        self._tasks[job.id] = asyncio.create_task(self._run(job), name=f"job {job.id}")

    async def _run(self, job: FineTuningJob) -> None:
        try:
            await self._trainer.run(job)
            await self.tidy(job.id)
        except Exception:
            _log.exception("the task of %s broke; the next start continues the job", job.id)
        finally:
            self._tasks.pop(job.id, None)

    async def _halted(self, job_id: str) -> FineTuningJob:
        """The job after all that trains it has ended."""
        await self.get(job_id)
        if task := self._tasks.get(job_id):
            task.cancel()
            await asyncio.wait([task])
        await self._trainer.backend.halt(self._trainer.job_folder(job_id))
        return await self.get(job_id)

    async def _pause_without_base(self, job: FineTuningJob) -> None:
        await self._trainer.backend.halt(self._trainer.job_folder(job.id))
        await self._pause(
            job, f"The job was paused: this server does not offer {job.base_model} now"
        )

    async def _pause(self, job: FineTuningJob, message: str) -> FineTuningJob:
        values = {
            "status": Status.PAUSED,
            "paused_from": job.status,
            "stage_since": job.stage_since - time.time(),
            "estimated_finish": None,
        }
        return await self._move(job, values, message)

    async def _move(
        self, job: FineTuningJob, values: Mapping[str, object], message: str
    ) -> FineTuningJob:
        events = [NewEvent(message=message)]
        moved = await self._jobs.change(job.id, values, expected={job.status}, events=events)
        assert moved is not None, "the requests run one after another and the task has ended"
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
    """Hard-link the file, or copy it where the file system has no hard links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _impossible(job: FineTuningJob, what: str) -> ApiError:
    message = f"Fine-tuning job {job.id} cannot be {what}: its status is {job.status}."
    return bad_request(message, code="invalid_request")
