"""`monitor`: a job at the provider, watched until it ends. It needs no database."""

import asyncio
import datetime as dtm
import logging
import time
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import Any, Final

from bot.catalogue import load_catalogue
from bot.config import Needs, Settings, load_settings
from bot.domain import JsonDict
from bot.domain.training import FineTuningJob, JobEvent, JobStatus
from bot.errors import ProviderBusy, ProviderUncertain, ProviderUnreachable, UserError
from bot.gateways.provider import TrainingApi
from bot.jobs.refusal_views import reason
from bot.terminal import console
from bot.terminal.console import for_terminal, one_line
from bot.terminal.output import Output
from bot.terminal.provider import provider
from bot.texts import Texts
from bot.usage.cost import real_cost

PASSING: Final = (ProviderUnreachable, ProviderUncertain, ProviderBusy)
"""What may be over at the next look."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLook:
    """What one look at a job showed."""

    job: FineTuningJob
    events: Sequence[JobEvent]
    """Those that no earlier look has shown, oldest first."""


@console.command
def monitor(job_id: str, *, is_json: bool) -> int:
    """Show how the job goes until it ends; 0 when it succeeded."""
    settings = load_settings(Needs.PROVIDER)
    console.guard_logs(settings.secrets)
    texts = Texts(settings.language, settings.zone)
    try:
        return asyncio.run(_monitor(settings, texts, Output(is_json=is_json), job_id))
    except UserError as exc:
        return console.complain(texts, exc)


async def _monitor(settings: Settings, texts: Texts, voice: Output, job_id: str) -> int:
    async with provider(settings) as api:
        job = await watch(settings, texts, voice, api, job_id, is_sure=False)
    return 0 if job.status is JobStatus.SUCCEEDED else 1


async def watch(
    settings: Settings, texts: Texts, voice: Output, api: TrainingApi, job_id: str, *, is_sure: bool
) -> FineTuningJob:
    """Tell what happens to the job, each event once, until it ends; return how it ended.

    Args:
        settings: For the pause between two looks.
        texts: The language of a provider's refusals.
        voice: Who tells it.
        api: The provider.
        job_id: Its job.
        is_sure: The job is known to exist, so that from the first look on an outage is sat out.
    """
    voice.line(f"Job ID: {job_id}")
    teller = _Teller(voice, Texts("en", settings.zone))
    try:
        async with (
            voice.live("asking the provider"),
            aclosing(follow(api, job_id, settings.poll_interval_s, is_sure=is_sure)) as looks,
        ):
            async for look in looks:
                if isinstance(look, UserError):
                    teller.lost(for_terminal(texts(look.key, **look.params)))
                else:
                    teller.told(look)
                    job = look.job
    except asyncio.CancelledError:
        voice.aside(f"stopped watching; the job goes on: python -m bot monitor {job_id}")
        raise
    _tell_end(voice, texts, job)
    return job


async def follow(
    api: TrainingApi, job_id: str, pause_s: float, *, is_sure: bool
) -> AsyncGenerator[JobLook | UserError, None]:
    """Look at the job again and again; the last look shows its end.

    An outage is an error that is yielded at each look, once the job has been seen; before that,
    unless it *is_sure* to exist, it is raised: the address may simply be wrong.
    """
    known: set[str] = set()
    while True:
        try:
            job = await api.job(job_id)
        except PASSING as exc:
            if not is_sure:
                raise
            yield exc
        else:
            is_sure = True
            events = await _new_events(api, job, known)
            known.update(event.id for event in events)
            yield JobLook(job=job, events=events)
            if job.status.is_terminal:
                return
        await asyncio.sleep(pause_s)


def job_facts(job: FineTuningJob) -> JsonDict:
    """A job for programs, in the provider's words."""
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


class _Teller:
    """Tells only what is new."""

    def __init__(self, voice: Output, english: Texts) -> None:
        self._voice = voice
        self._texts = english
        self._status: str | None = None
        self._metrics: Mapping[str, Any] = {}
        self._is_lost = False

    def lost(self, sentence: str) -> None:
        """The provider can't be asked: said once."""
        if not self._is_lost:
            self._voice.aside(f"{sentence} Trying again; the job does not need us.")
            self._is_lost = True

    def told(self, look: JobLook) -> None:
        """What a look showed."""
        if self._is_lost:
            self._voice.aside("The provider answers again.")
            self._is_lost = False
        for event in look.events:
            self._event(event)
        if look.job.status_word != self._status:
            self._status = look.job.status_word
            self._voice.line(f"Status: {one_line(self._status)}")
            self._voice.fact("job", **job_facts(look.job))
        if not look.job.status.is_terminal:
            self._voice.progress(self._how_far(look.job))

    def _event(self, event: JobEvent) -> None:
        self._voice.fact("event", **asdict(event))
        if event.type == "metrics":
            self._metrics = event.data
        else:
            self._voice.line(f"  {_clock(self._texts, event.created_at)} {one_line(event.message)}")

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
            parts.append(f"~{self._texts.duration(left_s)} left")
        return " · ".join(parts)


async def _new_events(
    api: TrainingApi, job: FineTuningJob, known: Collection[str]
) -> list[JobEvent]:
    """None where they can't be read: the status is more."""
    if job.status in (JobStatus.VALIDATING_FILES, JobStatus.QUEUED):
        return []
    try:
        return await api.new_events(job.id, known=known)
    except UserError as exc:
        _logger.info("The events of job %s can't be read: %s", job.id, exc.key)
        return []


def _tell_end(voice: Output, texts: Texts, job: FineTuningJob) -> None:
    if job.status is JobStatus.SUCCEEDED:
        voice.line(f"Fine-tuned model: {one_line(job.fine_tuned_model or 'not named')}")
    if job.trained_tokens:
        voice.line(f"Trained tokens: {job.trained_tokens:,}")
        catalogue = load_catalogue()
        cost = real_cost(job.trained_tokens, catalogue.model(job.base_model), job.method)
        if cost is not None:
            voice.line(f"Cost: ~${cost:.2f} (prices of {catalogue.looked_up})")
    if job.status is JobStatus.FAILED:
        why = reason(texts, job.refusal) if job.refusal else "The provider gave no reason."
        voice.aside(for_terminal(why))


def _clock(texts: Texts, unix_s: int) -> str:
    try:
        return dtm.datetime.fromtimestamp(unix_s, texts.timezone).strftime("%H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return "--:--:--"
