"""Turns a confirmed run into exactly one job at the provider, whatever fails.

A run uploads its own copy of the dataset, then asks for the job once. Without a clear answer, it
does not ask again. It looks for the job in the provider's list, see `job_marks`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from bot.dataset.current import CurrentDataset
from bot.delivery.notifications import Notifications
from bot.domain.datasets import Dataset
from bot.domain.people import Urgency
from bot.domain.training import UNDERWAY, FineTuningJob, Refusal, RunState, TrainingRun
from bot.errors import (
    DatasetChanged,
    ProviderBusy,
    ProviderError,
    ProviderFailed,
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
"""How often a request is tried that certainly had no effect."""
LOOKS = 12
"""How often the list of jobs is read before admins have to decide."""

Result = TypeVar("Result")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The background task that owns confirmed runs; each has a worker."""

    database: Database
    runs: RunStore
    jobs: JobStore
    datasets: CurrentDataset
    api: TrainingApi
    notifications: Notifications
    pause_s: float
    """Between two tries, and two looks at the list of jobs."""
    on_submitted: list[Callable[[str], None]] = field(default_factory=list)
    """Called with the id of each job that the provider has."""
    _workers: "Workers[int]" = field(init=False)
    _uploaded: dict[str, str] = field(init=False, default_factory=dict)
    """The provider's ids of files by name, until they are stored with the run."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_workers", Workers("training run", self._advance))

    async def start(self) -> None:
        """Continue the runs of a former process, which may have created a job."""
        for run_id in await self.runs.underway():
            self.wake(run_id)

    def wake(self, run_id: int) -> None:
        """Continue the run."""
        self._workers.wake(run_id)

    async def idle(self, run_id: int) -> None:
        """Wait until no worker is busy with the run: it is decided, or an admin has to decide."""
        await self._workers.idle(run_id)

    async def close(self) -> None:
        """Stop; runs continue from their stored state at the next start."""
        await self._workers.close()

    async def look_again(self, run_id: int) -> bool:
        """An admin asks for one more search. False: the run is decided already."""
        run = await self.runs.get(run_id)
        self.wake(run_id)
        return run is not None and run.state is RunState.UNCERTAIN

    async def give_up(self, run_id: int) -> bool:
        """An admin leaves the run without a job. False: the run is decided already."""
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
        """Whether the job of an earlier attempt, which was not found then, is listed now."""
        if run.attempted_at is None:
            return False
        jobs = await self._recent_jobs(run)
        return jobs is not None and await self._adopt(run, jobs)

    async def _recent_jobs(self, run: TrainingRun) -> list[FineTuningJob] | None:
        """The newest jobs of the account; None: they can't be listed now."""
        try:
            return await self.api.recent_jobs()
        except ProviderError as exc:
            _logger.warning("Run %s: the jobs can't be listed: %s", run.id, exc.key)
            return None

    async def _upload_and_create(self, run: TrainingRun) -> None:
        try:
            await self._check_dataset(run)
            training_file = await self._upload(run.dataset, _file_name(run))
            validation_file = None
            if run.validation is not None:
                validation_file = await self._upload(run.validation, _validation_name(run))
            job = await self._patiently(lambda: self._create(run, training_file, validation_file))
        except ProviderUncertain as exc:
            await self._uncertain(run.id, exc)
        except UserError as exc:
            await self._refused(run, exc)
        else:
            await self._submitted(run, job)
            await self._cancel_surplus(run, job)

    async def _check_dataset(self, run: TrainingRun) -> None:
        for dataset in (run.dataset, run.validation):
            if dataset is not None and not await self.datasets.check_intact(dataset):
                raise DatasetChanged(run_id=run.id)

    async def _upload(self, dataset: Dataset, name: str) -> str:
        if name not in self._uploaded:
            self._uploaded[name] = await self._patiently(
                lambda: self.api.upload(Path(dataset.path), name=name), is_harmless=True
            )
        return self._uploaded[name]

    async def _create(
        self, run: TrainingRun, training_file: str, validation_file: str | None
    ) -> FineTuningJob:
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
        self._forget_uploads(run)
        return await self.api.create_job(
            run.parameters,
            training_file=training_file,
            validation_file=validation_file,
            method=run.method,
            seed=run.seed,
            metadata={METADATA_KEY: mark_of(run)},
        )

    def _forget_uploads(self, run: TrainingRun) -> None:
        for name in (_file_name(run), _validation_name(run)):
            self._uploaded.pop(name, None)

    async def _patiently(
        self, ask: Callable[[], Awaitable[Result]], *, is_harmless: bool = False
    ) -> Result:
        """Ask again, with growing pauses, after requests without effect, or if it is harmless."""
        for pause_s in islice(backoff(self.pause_s), MOST_TRIES - 1):
            try:
                return await ask()
            except (ProviderUnreachable, ProviderBusy, ProviderUncertain) as exc:
                if isinstance(exc, ProviderUncertain) and not is_harmless:
                    raise
                await asyncio.sleep(pause_s)
        return await ask()

    async def _uncertain(self, run_id: int, error: ProviderUncertain) -> None:
        """Give up after a lost upload, which is harmless; look for the job after a creation."""
        run = await self.runs.get(run_id)
        assert run is not None
        if run.state is RunState.UPLOADING:
            has_answered = isinstance(error, ProviderFailed)
            await self._refused(run, error if has_answered else ProviderUnreachable())
            return
        await self._move(run, to=RunState.UNCERTAIN)
        await self._reconcile(run)

    async def _reconcile(self, run: TrainingRun) -> None:
        is_listed = False
        for look in range(LOOKS):
            if look:
                await asyncio.sleep(self.pause_s)
            jobs = await self._recent_jobs(run)
            if jobs is None:
                continue
            is_listed = True
            if await self._adopt(run, jobs):
                return
            current = await self.runs.get(run.id)
            if current is None or current.state is not RunState.UNCERTAIN:
                return
        await self._ask_admins(run, is_listed=is_listed)

    async def _adopt(self, run: TrainingRun, jobs: list[FineTuningJob]) -> bool:
        """Note the run's job if it is listed; say whether it is."""
        found = ours(run, jobs)
        if not found:
            return False
        job = min(found, key=lambda job: (job.created_at, job.id))
        # In this order, because a submitted run does not look again.
        await self._cancel_surplus(run, job)
        await self._submitted(run, job)
        return True

    async def _ask_admins(self, run: TrainingRun, *, is_listed: bool) -> None:
        """No job was found: let the admins decide, again after each such search."""
        now_ms = int(time.time() * 1000)
        await self.database.write(
            lambda tx: self.notifications.tell_admins(
                tx,
                RunKind.UNCERTAIN if is_listed else RunKind.UNLISTED,
                {"run_id": run.id},
                key=f"run:{run.id}:uncertain:{now_ms}",
                urgency=Urgency.IMPORTANT,
            )
        )

    async def _cancel_surplus(self, run: TrainingRun, job: FineTuningJob) -> None:
        """Cancel other jobs with this run's mark: they are certainly ours."""
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
                tx, run.id, expected=UNDERWAY, to=RunState.SUBMITTED, job_id=job.id
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
                tx,
                RunKind.REFUSED,
                {"run_id": run.id},
                key=f"run:{run.id}:refused",
                urgency=Urgency.IMPORTANT,
            )

        await self.database.write(work)
        self._forget_uploads(run)

    async def _move(self, run: TrainingRun, *, to: RunState) -> None:
        await self.database.write(lambda tx: self.runs.move(tx, run.id, expected=UNDERWAY, to=to))


def _file_name(run: TrainingRun) -> str:
    return f"run-{run.id}.jsonl"


def _validation_name(run: TrainingRun) -> str:
    return f"run-{run.id}-validation.jsonl"


def refusal_of(error: UserError) -> Refusal:
    """The refusal that is stored with a run: the provider's code, else our name of the error."""
    return Refusal(
        code=str(error.params.get("code") or error.key.removeprefix("error_")),
        message=str(error.params.get("message") or ""),
    )
