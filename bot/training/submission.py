"""From a confirmed run to a job at the provider: exactly one, whatever breaks when.

A run uploads its own copy of the dataset, then asks for the job once. When no clear answer
comes, nothing is asked for again: the provider's list of jobs tells whether there is one, by the
run's mark in its metadata, else by the random seed together with the run's own training file.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from bot.dataset.current import CurrentDataset
from bot.delivery.notifications import Notifications
from bot.domain.datasets import Dataset
from bot.domain.training import UNDERWAY, FineTuningJob, Refusal, RunState, TrainingRun
from bot.errors import (
    DatasetChanged,
    ProviderBusy,
    ProviderError,
    ProviderUncertain,
    ProviderUnreachable,
    UserError,
)
from bot.gateways.provider import TrainingApi
from bot.jobs.store import JobStore
from bot.runtime.backoff import backoff
from bot.runtime.workers import Workers
from bot.storage.database import Database, Transaction
from bot.training.entities import RunKind
from bot.training.job_marks import METADATA_KEY, has_mark, mark_of, ours
from bot.training.store import RunStore

MOST_TRIES = 5
"""How often something is tried that certainly had no effect."""
LOOKS = 12
"""How often the list of jobs is read before an admin is asked."""

Result = TypeVar("Result")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The background task that owns confirmed runs; one worker each."""

    database: Database
    runs: RunStore
    jobs: JobStore
    datasets: CurrentDataset
    api: TrainingApi
    notifications: Notifications
    pause_s: float
    """Between two tries, and two looks at the list of jobs."""
    on_submitted: list[Callable[[str], None]] = field(default_factory=list)
    """Called with the job's id once the provider has it."""
    _workers: "Workers[int]" = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_workers", Workers("training run", self._advance))

    async def start(self) -> None:
        """Take up the runs of a former process; of a job being created nobody knows the end."""
        for run_id in await self.runs.underway():
            self.wake(run_id)

    def wake(self, run_id: int) -> None:
        """Bring the run further."""
        self._workers.wake(run_id)

    async def idle(self, run_id: int) -> None:
        """Wait until nothing more is done for the run: it is decided, or nobody knows further."""
        await self._workers.idle(run_id)

    async def close(self) -> None:
        """Stop; runs go on from their stored state at the next start."""
        await self._workers.close()

    async def look_again(self, run_id: int) -> bool:
        """An admin asks for one more search. False: it is decided already."""
        run = await self.runs.get(run_id)
        self.wake(run_id)
        return run is not None and run.state is RunState.UNCERTAIN

    async def try_again(self, run_id: int) -> bool:
        """An admin says that no job exists: ask for one again. False: it is decided already."""
        moved = await self.database.write(
            lambda tx: self.runs.move(
                tx, run_id, expected=[RunState.UNCERTAIN], to=RunState.CONFIRMED
            )
        )
        self.wake(run_id)
        return moved

    async def give_up(self, run_id: int) -> bool:
        """An admin leaves the run without a job. False: it is decided already."""
        return await self.database.write(
            lambda tx: self.runs.move(
                tx,
                run_id,
                expected=[RunState.UNCERTAIN],
                to=RunState.REFUSED,
                refusal_code="given_up",
                refusal_message="",
            )
        )

    async def _advance(self, run_id: int) -> None:
        run = await self.runs.get(run_id)
        if run is None:
            return
        if run.state in (RunState.CREATING, RunState.UNCERTAIN):
            await self._move(run, to=RunState.UNCERTAIN)
            await self._reconcile(run)
        elif run.state.is_underway and not await self._turned_up(run):
            await self._move(run, to=RunState.UPLOADING)
            await self._upload_and_create(run)

    async def _turned_up(self, run: TrainingRun) -> bool:
        """Whether a job that was asked for before, and not found then, has appeared after all."""
        if run.attempted_at is None:
            return False
        try:
            return await self._adopt(run, await self.api.recent_jobs())
        except ProviderError as exc:
            _logger.warning("Run %s: the jobs can't be listed: %s", run.id, exc.key)
            return False

    async def _upload_and_create(self, run: TrainingRun) -> None:
        try:
            await self._check_dataset(run)
            files = [
                await self._upload(dataset, name)
                for dataset, name in (
                    (run.dataset, f"run-{run.id}.jsonl"),
                    (run.validation, f"run-{run.id}-validation.jsonl"),
                )
            ]
            job = await self._patiently(lambda: self._create(run, *files))
        except ProviderUncertain:
            await self._uncertain(run.id)
        except UserError as exc:
            await self._refused(run, exc)
        else:
            await self._submitted(run, job)
            await self._cancel_surplus(run, job)

    async def _check_dataset(self, run: TrainingRun) -> None:
        for dataset in (run.dataset, run.validation):
            if dataset is not None and not await self.datasets.check_intact(dataset):
                raise DatasetChanged(run_id=run.id)

    async def _upload(self, dataset: Dataset | None, name: str) -> str | None:
        if dataset is None:
            return None
        return await self._patiently(
            lambda: self.api.upload(Path(dataset.path), name=name), is_harmless=True
        )

    async def _create(
        self, run: TrainingRun, training_file: str | None, validation_file: str | None
    ) -> FineTuningJob:
        assert training_file is not None
        await self.database.write(
            lambda tx: self.runs.move(
                tx,
                run.id,
                expected=[RunState.UPLOADING, RunState.CREATING],
                to=RunState.CREATING,
                training_file=training_file,
                validation_file=validation_file,
                attempted_at=int(time.time()),
            )
        )
        return await self.api.create_job(
            run.parameters,
            training_file=training_file,
            validation_file=validation_file,
            method=run.method,
            seed=run.seed,
            metadata={METADATA_KEY: mark_of(run)},
        )

    async def _patiently(
        self, ask: Callable[[], Awaitable[Result]], *, is_harmless: bool = False
    ) -> Result:
        """Ask again, with growing pauses, after what certainly had no effect, or is harmless."""
        for n_tries, pause_s in enumerate(backoff(self.pause_s), start=1):
            try:
                return await ask()
            except (ProviderUnreachable, ProviderBusy, ProviderUncertain) as exc:
                may_repeat = is_harmless or not isinstance(exc, ProviderUncertain)
                if not may_repeat or n_tries == MOST_TRIES:
                    raise
                await asyncio.sleep(pause_s)
        raise AssertionError("unreachable")

    async def _uncertain(self, run_id: int) -> None:
        """An upload whose end is unknown is harmless; a creation is looked for in the list."""
        run = await self.runs.get(run_id)
        assert run is not None
        if run.state is RunState.UPLOADING:
            await self._refused(run, ProviderUnreachable())
            return
        await self._move(run, to=RunState.UNCERTAIN)
        await self._reconcile(run)

    async def _reconcile(self, run: TrainingRun) -> None:
        is_listed = False
        for look in range(LOOKS):
            if look:
                await asyncio.sleep(self.pause_s)
            try:
                jobs = await self.api.recent_jobs()
            except ProviderError as exc:
                _logger.warning("Run %s: the jobs can't be listed: %s", run.id, exc.key)
                continue
            is_listed = True
            if await self._adopt(run, jobs):
                return
            current = await self.runs.get(run.id)
            if current is None or current.state is not RunState.UNCERTAIN:
                return
        await self._ask_admins(run, is_listed=is_listed)

    async def _adopt(self, run: TrainingRun, jobs: list[FineTuningJob]) -> bool:
        """Take the run's job out of the list, if it is there."""
        found = ours(run, jobs)
        if not found:
            return False
        job = min(found, key=lambda job: (job.created_at, job.id))
        # In this order: a run that is submitted is not looked at again.
        await self._cancel_surplus(run, job)
        await self._submitted(run, job)
        return True

    async def _ask_admins(self, run: TrainingRun, *, is_listed: bool) -> None:
        """Nothing was found: the admins decide. Asked again after each search that ends so."""
        now_ms = int(time.time() * 1000)
        await self.database.write(
            lambda tx: self.notifications.tell_admins(
                tx,
                RunKind.UNCERTAIN if is_listed else RunKind.UNLISTED,
                {"run_id": run.id},
                key=f"run:{run.id}:uncertain:{now_ms}",
            )
        )

    async def _cancel_surplus(self, run: TrainingRun, job: FineTuningJob) -> None:
        """Cancel other jobs that carry this run's mark: they are certainly ours."""
        try:
            for other in await self.api.recent_jobs(pages=1):
                if has_mark(run, other) and other.id != job.id and not other.status.is_terminal:
                    _logger.warning("Run %s: cancelling the surplus job %s", run.id, other.id)
                    await self.api.cancel(other.id)
        except UserError as exc:
            _logger.warning("Run %s: no look for surplus jobs: %s", run.id, exc.key)

    async def _submitted(self, run: TrainingRun, job: FineTuningJob) -> None:
        async def work(tx: Transaction) -> None:
            await self.runs.move(
                tx,
                run.id,
                expected=UNDERWAY,
                to=RunState.SUBMITTED,
                job_id=job.id,
            )
            await self.jobs.save(tx, job, run_id=run.id)
            await self.notifications.show_cards(tx, job.id)

        await self.database.write(work)
        for call in self.on_submitted:
            call(job.id)

    async def _refused(self, run: TrainingRun, error: UserError) -> None:
        refusal = refusal_of(error)

        async def work(tx: Transaction) -> None:
            await self.runs.move(
                tx,
                run.id,
                expected=[RunState.UPLOADING, RunState.CREATING],
                to=RunState.REFUSED,
                refusal_code=refusal.code,
                refusal_message=refusal.message,
            )
            await self.notifications.tell_admins(
                tx, RunKind.REFUSED, {"run_id": run.id}, key=f"run:{run.id}:refused"
            )

        await self.database.write(work)

    async def _move(self, run: TrainingRun, *, to: RunState) -> None:
        await self.database.write(lambda tx: self.runs.move(tx, run.id, expected=UNDERWAY, to=to))


def refusal_of(error: UserError) -> Refusal:
    """An error as it is stored with a run: the provider's code, else our name for it."""
    return Refusal(
        code=str(error.params.get("code") or error.key.removeprefix("error_")),
        message=str(error.params.get("message") or ""),
    )
