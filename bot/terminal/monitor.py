"""`monitor`: watch a job at the provider until it ends. It needs no database."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from bot.catalogue import load_catalogue
from bot.config import Needs, Settings
from bot.domain import JsonDict
from bot.domain.training import FineTuningJob, JobEvent, JobStatus
from bot.edge.core import build_provider
from bot.errors import ProviderBusy, ProviderUncertain, ProviderUnreachable, UserError
from bot.gateways.provider import TrainingApi
from bot.jobs.card_views import reason
from bot.terminal.console import command, for_terminal, local_time, one_line, told
from bot.terminal.output import Output
from bot.texts import Texts
from bot.usage.cost import training_cost

PASSING: Final = (ProviderUnreachable, ProviderUncertain, ProviderBusy)
"""Errors that may be over at the next look."""

_logger = logging.getLogger(__name__)


@command(Needs.PROVIDER)
def monitor(settings: Settings, texts: Texts, job_id: str, *, is_json: bool) -> int:
    """Show how the job goes until it ends; 0 when it succeeded."""

    async def run() -> FineTuningJob:
        async with aclosing(build_provider(settings)) as api:
            output = Output(is_json=is_json)
            return await JobWatch(settings, texts, output, api, job_id).until_ended(is_sure=False)

    return 0 if asyncio.run(run()).status is JobStatus.SUCCEEDED else 1


@dataclass(slots=True)
class JobWatch:
    """Prints what happens to a job: each event once, and each new status."""

    settings: Settings
    texts: Texts
    """The language of a provider's refusals."""
    output: Output
    api: TrainingApi
    job_id: str
    _known: set[str] = field(init=False, default_factory=set)
    """The ids of the events that were printed."""
    _status: str | None = field(init=False, default=None)
    _metrics: Mapping[str, Any] = field(init=False, default_factory=dict)
    _is_lost: bool = field(init=False, default=False)
    """Whether the provider did not answer last time."""

    async def until_ended(self, *, is_sure: bool) -> FineTuningJob:
        """Watch the job until it has ended, and return how it ended.

        If the job is not *is_sure* to exist, an error of the first request is raised, because the
        address may be wrong. Later outages are waited out.
        """
        self.output.line(f"Job ID: {self.job_id}")
        try:
            async with self.output.live("asking the provider"):
                job = await self._ended(is_sure=is_sure)
        except asyncio.CancelledError:
            self.output.aside(
                f"stopped watching; the job continues: python -m bot monitor {self.job_id}"
            )
            raise
        _print_end(self.output, self.texts, job, base_url=self.settings.openai_base_url)
        return job

    async def _ended(self, *, is_sure: bool) -> FineTuningJob:
        while True:
            try:
                job = await self.api.job(self.job_id)
            except PASSING as exc:
                if not is_sure:
                    raise
                self._print_outage(exc)
            else:
                is_sure = True
                self._print_job(job, await self._new_events(job))
                if job.status.is_terminal:
                    return job
            await asyncio.sleep(self.settings.poll_interval_s)

    async def _new_events(self, job: FineTuningJob) -> list[JobEvent]:
        """The new events; none where they can't be read, because the status matters more."""
        if job.status in (JobStatus.VALIDATING_FILES, JobStatus.QUEUED):
            return []
        try:
            events = await self.api.new_events(job.id, known=self._known)
        except UserError as exc:
            _logger.info("The events of job %s can't be read: %s", job.id, exc.key)
            return []
        self._known.update(event.id for event in events)
        return events

    def _print_outage(self, error: UserError) -> None:
        if not self._is_lost:
            sentence = told(self.texts, error)
            self.output.aside(f"{sentence} Trying again; the job keeps running.")
            self._is_lost = True

    def _print_job(self, job: FineTuningJob, new_events: Sequence[JobEvent]) -> None:
        if self._is_lost:
            self.output.aside("The provider is answering again.")
            self._is_lost = False
        for event in new_events:
            self._print_event(event)
        if job.status_word != self._status:
            self._status = job.status_word
            self.output.line(f"Status: {one_line(self._status)}")
            self.output.fact("job", **job_facts(job))
        if not job.status.is_terminal:
            self.output.progress(self._how_far(job))

    def _print_event(self, event: JobEvent) -> None:
        self.output.fact("event", **asdict(event))
        if event.type == "metrics":
            self._metrics = event.data
        else:
            clock = local_time(self.texts, event.created_at, "%H:%M:%S") or "--:--:--"
            self.output.line(f"  {clock} {one_line(event.message)}")

    def _how_far(self, job: FineTuningJob) -> str:
        step, total, loss = (
            value if isinstance(value := self._metrics.get(name), int | float) else None
            for name in ("step", "total_steps", "train_loss")
        )
        parts = [job.status_word]
        if step is not None:
            parts.append(f"step {step:g}/{total:g}" if total else f"step {step:g}")
        if loss is not None:
            parts.append(f"loss {loss:.4g}")
        left_s = (job.estimated_finish or 0) - time.time()
        if left_s > 0:
            parts.append(f"~{Texts('en', self.settings.zone).duration(left_s)} left")
        return " · ".join(parts)


def job_facts(job: FineTuningJob) -> JsonDict:
    """A job for programs, with the provider's names."""
    return {
        "id": job.id,
        "status": job.status_word,
        "model": job.base_model,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "fine_tuned_model": job.fine_tuned_model,
        "trained_tokens": job.trained_tokens,
        "error": asdict(job.refusal) if job.refusal else None,
    }


def _print_end(output: Output, texts: Texts, job: FineTuningJob, *, base_url: str) -> None:
    if job.status is JobStatus.SUCCEEDED:
        output.line(f"Fine-tuned model: {one_line(job.fine_tuned_model or 'not named')}")
    if job.trained_tokens:
        output.line(f"Trained tokens: {job.trained_tokens:,}")
        catalogue = load_catalogue()
        model = catalogue.priced(job.base_model, base_url)
        cost = training_cost(job.trained_tokens, model, job.method)
        if cost is not None:
            of = f"{catalogue.provider_name}'s prices of {catalogue.looked_up}"
            output.line(f"Cost: ~${cost:.2f} ({of})")
    if job.status is JobStatus.FAILED:
        why = reason(texts, job.refusal) if job.refusal else "The provider gave no reason."
        output.aside(for_terminal(why))
