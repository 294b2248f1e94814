"""What the bot asks the provider about running jobs, and how often.

Accounts are shared, so calls are few. Up to `FEW` jobs are asked for one by one. With more jobs, a
round reads the list of jobs until it has seen all of ours, or for `PAGES` pages. It asks for jobs
that were not listed one by one.

A round spends one call on each of `TURNS` jobs: its events when it was listed, else the job itself.
It spends a second call on `SECOND_CALLS` of the unlisted jobs. Jobs whose turn was the longest ago
come first. So a round costs at most 60 calls, however many jobs run. Each job that has just ended
costs two more, once. A log that grew by more than a hundred lines costs one call per hundred.

Absence from the list means nothing. A missing, late or odd list costs a round that one call.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Final

from bot.domain.training import FineTuningJob, JobEvent, JobStatus
from bot.errors import UserError
from bot.gateways.provider import TrainingApi
from bot.jobs.outages import Outages, outage_in
from bot.jobs.store import JobStore
from bot.runtime.workers import Workers

FEW: Final = 10
PAGES: Final = 5
TURNS: Final = 50
SECOND_CALLS: Final = 5
AT_ONCE: Final = 16
"""Calls of a round that wait for their answers at the same time."""
PAGE_PATIENCE_S: Final = 0.8
"""How long a page of the list may take; after that, the jobs are asked for one by one."""

_NOT_BEGUN: Final = (JobStatus.VALIDATING_FILES, JobStatus.QUEUED)

OnSeen = Callable[[FineTuningJob, Sequence[JobEvent] | None], Awaitable[None]]
"""(the present job, its new events; None: these were not read)."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """What a round wants to know of a job."""

    listed: FineTuningJob | None
    """The job as the list showed it; None: ask for it."""
    with_events: bool


@dataclass(slots=True, kw_only=True, eq=False)
class JobPolling:
    """One worker for each job, so that a hanging call delays no other job."""

    api: TrainingApi
    jobs: JobStore
    outages: Outages
    on_seen: OnSeen
    _workers: "Workers[str]" = field(init=False)
    _rounds: "Workers[str]" = field(init=False)
    _queries: dict[str, _Query] = field(init=False, default_factory=dict)
    _slots: asyncio.Semaphore = field(init=False)
    _n_rounds: int = field(init=False, default=0)
    _had_turn: dict[str, int] = field(init=False, default_factory=dict)
    """The last round in which a job had its turn."""
    _had_second: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._workers = Workers("watching job", self._look)
        self._rounds = Workers("watching", self._round)
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def tick(self) -> None:
        """Look at the running jobs; returns at once."""
        active = await self.jobs.active()
        if len(active) > FEW:
            self._rounds.wake("round")
            return
        for job_id in active:
            self.wake(job_id)

    def wake(self, job_id: str) -> None:
        """Look at one job now: at itself and at its events."""
        self._queries.pop(job_id, None)
        self._workers.wake(job_id)

    async def idle(self, job_id: str) -> None:
        """Wait until no worker looks at the job."""
        await self._rounds.idle("round")
        await self._workers.idle(job_id)

    async def close(self) -> None:
        """Stop looking."""
        await self._rounds.close()
        await self._workers.close()

    # A round

    async def _round(self, _: str) -> None:
        active = {job.id: job for job in await self.jobs.underway()}
        self._n_rounds += 1
        self._had_turn = {n: at for n, at in self._had_turn.items() if n in active}
        self._had_second = {n: at for n, at in self._had_second.items() if n in active}
        turns = self._next(active, self._had_turn, TURNS)
        unlisted = set(active)
        try:
            async with aclosing(self.api.job_pages(pages=PAGES)) as pages:
                while unlisted and (page := await self._page(pages)) is not None:
                    for job in page:
                        if job.id in unlisted:
                            unlisted.remove(job.id)
                            self._listed(job, active[job.id], has_turn=job.id in turns)
        except (UserError, TimeoutError) as exc:
            _log("The jobs can't be listed: %r", exc, exc)
        alone = [job_id for job_id in turns if job_id in unlisted]
        begun = [job_id for job_id in alone if active[job_id].status not in _NOT_BEGUN]
        seconds = self._next(begun, self._had_second, SECOND_CALLS)
        for job_id in alone:
            self._send(job_id, _Query(listed=None, with_events=job_id in seconds))

    async def _page(
        self, pages: AsyncGenerator[list[FineTuningJob], None]
    ) -> list[FineTuningJob] | None:
        async with asyncio.timeout(PAGE_PATIENCE_S):
            return await self.outages.noted(anext(pages, None))

    def _listed(self, job: FineTuningJob, before: FineTuningJob, *, has_turn: bool) -> None:
        if has_turn or job != replace(before, metadata=job.metadata):
            self._send(job.id, _Query(listed=job, with_events=has_turn))

    def _next(self, job_ids: Collection[str], had: dict[str, int], n: int) -> Collection[str]:
        """The *n* jobs whose turn was the longest ago; they have it now."""
        chosen = sorted(job_ids, key=lambda job_id: had.get(job_id, 0))[:n]
        had.update(dict.fromkeys(chosen, self._n_rounds))
        return dict.fromkeys(chosen)

    def _send(self, job_id: str, query: _Query) -> None:
        self._queries[job_id] = query
        self._workers.wake(job_id)

    # A job

    async def _look(self, job_id: str) -> None:
        query = self._queries.pop(job_id, None)
        try:
            if query is None:
                await self._see(job_id, _Query(listed=None, with_events=True))
            else:
                async with self._slots:
                    await self._see(job_id, query)
        except UserError as exc:
            _log("Job %s can't be read: %s", exc, job_id, exc.key)

    async def _see(self, job_id: str, query: _Query) -> None:
        job = query.listed
        # A list may hold fewer fields than the job itself, and admins hear of its end only once.
        if job is None or job.status.is_terminal:
            job = await self.outages.noted(self.api.job(job_id))
        is_worth_it = query.with_events and job.status not in _NOT_BEGUN
        events = await self._new_events(job) if is_worth_it or job.status.is_terminal else None
        await self.on_seen(job, events)

    async def _new_events(self, job: FineTuningJob) -> list[JobEvent] | None:
        """Events that are not yet stored; None: they can't be read, and the job counts anyway."""
        known = await self.jobs.event_ids(job.id)
        try:
            return await self.outages.noted(self.api.new_events(job.id, known=known))
        except UserError as exc:
            _log("The events of job %s can't be read: %s", exc, job.id, exc.key)
            return None


def _log(message: str, exc: UserError | TimeoutError, *args: object) -> None:
    """Log what is no outage; `Outages` logs those."""
    if isinstance(exc, TimeoutError) or outage_in(exc) is None:
        _logger.warning(message, *args)
