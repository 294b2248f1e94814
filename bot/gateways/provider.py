"""Files, fine-tuning jobs and models at any server with OpenAI's API."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import openai
from openai import AsyncOpenAI

from bot import errors
from bot.domain import FineTuningJob, Hyperparameters, JobEvent, JsonDict
from bot.gateways.answers import Answer, json_of, malformed, page_of, rows_of
from bot.gateways.bom import open_without_bom
from bot.gateways.openai_errors import ErrorTranslator, error_body
from bot.gateways.wire import event_from, job_from, record, text, whole

_UPLOAD_TIMEOUT = openai.Timeout(120, connect=10, write=600)


class TrainingApi(Protocol):
    """What the services need of a provider of fine-tuning.

    All methods raise leaves of `ProviderError` for what goes wrong at or before the provider.
    What changes something there is sent once, never again by itself: after `ProviderUncertain`
    it may have been carried out.
    """

    async def upload(self, path: Path, *, name: str) -> str:
        """Upload a training file, without a byte order mark, and return its id there.

        Raises:
            DatasetMissing: *path* can't be opened.
        """

    async def create_job(
        self,
        parameters: Hyperparameters,
        *,
        training_file: str,
        validation_file: str | None = None,
        seed: int,
        metadata: Mapping[str, str],
    ) -> FineTuningJob:
        """Start a job.

        Raises:
            ModelUnknown: the provider does not have the base model.
            SuffixRefused: the model may not be named like that.
            TrainingBusy: the provider trains one model at a time, and is at it.
            TrainingNotAvailable: the account may not start jobs any more.
        """

    async def job(self, job_id: str) -> FineTuningJob:
        """The job as it is now; raises JobUnknown."""

    async def recent_jobs(self, *, pages: int = 5) -> list[FineTuningJob]:
        """The account's jobs, newest first; absence means nothing, for there may be more."""

    async def cancel(self, job_id: str) -> FineTuningJob:
        """Stop the job; raises JobUnknown."""

    async def new_events(
        self, job_id: str, *, known: Collection[str], pages: int = 20
    ) -> list[JobEvent]:
        """The job's events whose ids are not *known*, oldest first; raises JobUnknown."""

    async def model_names(self) -> list[str]:
        """The models that the key may use, in the provider's order."""

    async def shutdown_date(self, model: str) -> date | None:
        """The day from which the model is off; None when unknown or not told."""

    async def close(self) -> None:
        """Close the connections."""


class OpenAITraining:
    """`TrainingApi` through the openai library.

    Answers are read as plain JSON, not as the library's objects, which lack attributes when a
    server leaves out fields.

    Args:
        client: The library's client.
        secrets: Values that no message may show.
        in_both_places: Whether hyperparameters are sent at the top level as well as in `method`.
            OpenAI has deprecated the former; some other servers, Nebius for one, read only that,
            and would train, for money, with numbers of their own.
    """

    def __init__(
        self, client: AsyncOpenAI, *, secrets: Collection[str], in_both_places: bool = False
    ) -> None:
        self._client = client
        self._in_both_places = in_both_places
        # The library repeats POST requests by default and sends no idempotency key.
        self._once = client.with_options(max_retries=0)
        self._errors = ErrorTranslator(secrets)

    async def upload(self, path: Path, *, name: str) -> str:
        """See `TrainingApi`."""
        try:
            file = await asyncio.to_thread(open_without_bom, path)
        except OSError as exc:
            raise errors.DatasetMissing(path=str(path)) from exc
        with file, self._errors.translated():
            answer = await self._once.files.with_raw_response.create(
                file=(name, file), purpose="fine-tune", timeout=_UPLOAD_TIMEOUT
            )
        if not (file_id := text(record(json_of(answer)).get("id"))):
            raise errors.ProviderUncertain
        return file_id

    async def create_job(
        self,
        parameters: Hyperparameters,
        *,
        training_file: str,
        validation_file: str | None = None,
        seed: int,
        metadata: Mapping[str, str],
    ) -> FineTuningJob:
        """See `TrainingApi`."""
        hyperparameters: Any = {
            "n_epochs": parameters.n_epochs,
            "learning_rate_multiplier": parameters.learning_rate_multiplier,
        }
        create = partial(
            self._once.fine_tuning.jobs.with_raw_response.create,
            model=parameters.base_model,
            training_file=training_file,
            validation_file=validation_file or openai.omit,
            seed=seed,
            metadata=dict(metadata),
            suffix=parameters.suffix or openai.omit,
            method={"type": "supervised", "supervised": {"hyperparameters": hyperparameters}},
        )
        try:
            with self._errors.translated(model=parameters.base_model):
                answer = await self._in_places(create, hyperparameters)
        except errors.ProviderRefused as exc:
            raise _job_refusal(exc, suffix=parameters.suffix) from exc
        return self._job(answer, otherwise=errors.ProviderUncertain())

    async def _in_places(
        self, create: Callable[..., Awaitable[Answer]], hyperparameters: JsonDict
    ) -> Answer:
        """Ask for a job with the hyperparameters where this server may look for them."""
        if not self._in_both_places:
            return await create()
        try:
            return await create(hyperparameters=hyperparameters)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as exc:
            # A clear no: nothing was started. One that wants them in `method` alone gets that.
            if not _is_about("hyperparameters", exc):
                raise
            return await create()

    async def job(self, job_id: str) -> FineTuningJob:
        """See `TrainingApi`."""
        missing = _unless_nameable(job_id)
        with self._errors.translated(missing=missing):
            answer = await self._client.fine_tuning.jobs.with_raw_response.retrieve(job_id)
        return self._job(answer, otherwise=malformed(answer))

    async def recent_jobs(self, *, pages: int = 5) -> list[FineTuningJob]:
        """See `TrainingApi`."""
        fetch = self._client.fine_tuning.jobs.with_raw_response.list
        with self._errors.translated():
            rows = await rows_of(fetch, pages=pages)
        jobs = {job.id: job for row in rows if (job := job_from(row, self._errors.clean))}
        return sorted(jobs.values(), key=lambda job: job.created_at, reverse=True)

    async def cancel(self, job_id: str) -> FineTuningJob:
        """See `TrainingApi`."""
        missing = _unless_nameable(job_id)
        with self._errors.translated(missing=missing):
            answer = await self._once.fine_tuning.jobs.with_raw_response.cancel(job_id)
        return self._job(answer, otherwise=errors.ProviderUncertain())

    async def new_events(
        self, job_id: str, *, known: Collection[str], pages: int = 20
    ) -> list[JobEvent]:
        """See `TrainingApi`."""
        known = frozenset(known)
        missing = _unless_nameable(job_id)
        fetch = partial(self._client.fine_tuning.jobs.with_raw_response.list_events, job_id)
        with self._errors.translated(missing=missing):
            rows = await rows_of(fetch, pages=pages, enough=partial(_reaches_back, known))
        events = {event.id: event for event in (event_from(r, self._errors.clean) for r in rows)}
        return sorted((e for e in events.values() if e.id not in known), key=_by_time)

    async def model_names(self) -> list[str]:
        """See `TrainingApi`."""
        with self._errors.translated():
            answer = await self._client.models.with_raw_response.list()
        return [name for row in page_of(answer) if (name := text(row.get("id")))]

    async def shutdown_date(self, model: str) -> date | None:
        """See `TrainingApi`."""
        try:
            with self._errors.translated(missing=errors.ModelUnknown(model=model), model=model):
                answer = await self._client.models.with_raw_response.retrieve(model)
        except (errors.ModelUnknown, errors.ProviderRefused, ValueError):
            return None  # servers without this route, and names that no address can hold
        try:
            return date.fromisoformat(text(record(json_of(answer)).get("shutdown_date"))[:10])
        except ValueError:
            return None

    async def close(self) -> None:
        """See `TrainingApi`."""
        await self._client.close()

    def _job(self, answer: Answer, *, otherwise: errors.ProviderError) -> FineTuningJob:
        job = job_from(json_of(answer), self._errors.clean)
        if job is None:
            raise otherwise
        return job


def _job_refusal(refused: errors.ProviderRefused, *, suffix: str) -> errors.ProviderError:
    """Our error for the ways of refusing a job that people can do something about."""
    cause = refused.__cause__
    if isinstance(cause, openai.ConflictError):  # Unsloth Studio: one job at a time
        return errors.TrainingBusy()
    invalid = (openai.BadRequestError, openai.UnprocessableEntityError)
    if suffix and isinstance(cause, invalid) and _is_about("suffix", cause):
        return errors.SuffixRefused(suffix=suffix, message=refused.params["message"])
    return refused


def _is_about(parameter: str, exc: openai.APIStatusError) -> bool:
    """Whether the server complains of that parameter."""
    body = error_body(exc)
    named = body.param.split(".")[0] or body.message
    return re.search(rf"\b{parameter}\b", named) is not None


def _reaches_back(known: frozenset[str], page: list[JsonDict]) -> bool:
    """Whether all events after *page* are known: it has a known one and runs from new to old."""
    times = [whole(row.get("created_at")) or 0 for row in page]
    newest_first = all(newer >= older for newer, older in pairwise(times))
    return newest_first and any(row.get("id") in known for row in page)


def _by_time(event: JobEvent) -> tuple[int, int, str]:
    return event.created_at, whole(event.data.get("step")) or 0, event.id


def _unless_nameable(job_id: str) -> errors.JobUnknown:
    """What to raise when the job is not there; raised at once if no address can hold its name."""
    unknown = errors.JobUnknown(job_id=job_id)
    if not job_id.strip(".") or "/" in job_id:
        raise unknown
    return unknown
