"""Files, fine-tuning jobs and models at any server with OpenAI's API."""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from datetime import date
from functools import partial
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import Any

import openai
from openai import AsyncOpenAI
from openai.types.fine_tuning.job_create_params import Method

from bot import errors
from bot.domain import JsonDict
from bot.domain.datasets import TrainingMethod
from bot.domain.models import Checkpoint
from bot.domain.training import FineTuningJob, Hyperparameters, JobEvent
from bot.gateways.answers import Answer, json_of, malformed, page_of, pages_of, rows_of
from bot.gateways.dataset_file import open_dataset
from bot.gateways.openai_errors import ErrorTranslator, error_body
from bot.gateways.wire import checkpoint_from, event_from, job_from, record, text, whole

_NO_SUCH_ROUTE = (404, 405, 501)
_UPLOAD_TIMEOUT = openai.Timeout(120, connect=10, write=600)


class TrainingApi:
    """A provider of fine-tuning, through the openai library.

    All methods raise leaves of `ProviderError` for what goes wrong at or before the provider.
    What changes something there is sent once, never again by itself: after `ProviderUncertain`
    it may have been carried out.

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
        """Upload a training file, without a byte order mark, and return its id there.

        Raises:
            DatasetMissing: *path* can't be opened.
        """
        file = await asyncio.to_thread(open_dataset, path)
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
        method: TrainingMethod = TrainingMethod.SUPERVISED,
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
            method=_method(method, hyperparameters),
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
        """The job as it is now; raises JobUnknown."""
        missing = _unless_nameable(job_id)
        with self._errors.translated(missing=missing):
            answer = await self._client.fine_tuning.jobs.with_raw_response.retrieve(job_id)
        return self._job(answer, otherwise=malformed(answer))

    async def recent_jobs(self, *, pages: int = 5) -> list[FineTuningJob]:
        """The account's jobs, newest first; absence means nothing, for there may be more."""
        found = {job.id: job async for page in self.job_pages(pages=pages) for job in page}
        return sorted(found.values(), key=lambda job: job.created_at, reverse=True)

    async def job_pages(self, *, pages: int = 5) -> AsyncGenerator[list[FineTuningJob], None]:
        """The same as they come in, in the provider's order; a job may be told twice."""
        fetch = self._client.fine_tuning.jobs.with_raw_response.list
        with self._errors.translated():
            async for page in pages_of(fetch, pages=pages):
                yield [job for row in page if (job := job_from(row, self._errors.clean))]

    async def cancel(self, job_id: str) -> FineTuningJob:
        """Stop the job; raises JobUnknown."""
        missing = _unless_nameable(job_id)
        with self._errors.translated(missing=missing):
            answer = await self._once.fine_tuning.jobs.with_raw_response.cancel(job_id)
        return self._job(answer, otherwise=errors.ProviderUncertain())

    async def pause(self, job_id: str) -> FineTuningJob:
        """Hold the job; raises like `resume`."""
        return await self._hold(self._once.fine_tuning.jobs.with_raw_response.pause, job_id)

    async def resume(self, job_id: str) -> FineTuningJob:
        """Let a paused job go on.

        Raises:
            JobUnknown: there is no such job.
            PauseUnsupported: the provider has no such thing.
            PauseRefused: it has, but not for this job as it stands.
        """
        return await self._hold(self._once.fine_tuning.jobs.with_raw_response.resume, job_id)

    async def _hold(
        self, request: Callable[[str], Awaitable[Answer]], job_id: str
    ) -> FineTuningJob:
        missing = _unless_nameable(job_id)
        try:
            with self._errors.translated(missing=missing):
                answer = await request(job_id)
        except errors.ProviderRefused as exc:
            if exc.params["status"] in _NO_SUCH_ROUTE:
                raise errors.PauseUnsupported from exc
            raise errors.PauseRefused(message=exc.params["message"]) from exc
        return self._job(answer, otherwise=errors.ProviderUncertain())

    async def file_content(self, file_id: str, *, max_bytes: int) -> bytes:
        """What is in a file there; raises ProviderRefused for one that is longer."""
        request = self._client.files.with_streaming_response.content
        content = bytearray()
        try:
            with self._errors.translated():
                async with request(file_id) as answer:
                    async for piece in answer.iter_bytes():
                        content += piece
                        if len(content) > max_bytes:
                            raise _unfit(f"more than {max_bytes} bytes")
        except ValueError as exc:
            raise _unfit("a file with an impossible name") from exc
        return bytes(content)

    async def new_events(
        self, job_id: str, *, known: Collection[str], pages: int = 20
    ) -> list[JobEvent]:
        """The job's events whose ids are not *known*, oldest first; raises JobUnknown."""
        known = frozenset(known)
        missing = _unless_nameable(job_id)
        fetch = partial(self._client.fine_tuning.jobs.with_raw_response.list_events, job_id)
        with self._errors.translated(missing=missing):
            rows = await rows_of(fetch, pages=pages, enough=partial(_reaches_back, known))
        events = {event.id: event for event in (event_from(r, self._errors.clean) for r in rows)}
        return sorted((e for e in events.values() if e.id not in known), key=_by_time)

    async def checkpoints(self, job_id: str, *, pages: int = 5) -> list[Checkpoint]:
        """What the provider kept of the job, by step; empty where there is no such thing."""
        jobs = self._client.fine_tuning.jobs
        try:
            missing = _unless_nameable(job_id)
            fetch = partial(jobs.checkpoints.with_raw_response.list, job_id)
            with self._errors.translated(missing=missing):
                rows = await rows_of(fetch, pages=pages)
        except (errors.JobUnknown, errors.ProviderRefused):
            return []  # servers without this route
        found = {each.name: each for row in rows if (each := checkpoint_from(row))}
        return sorted(found.values(), key=attrgetter("step"))

    async def model_names(self) -> list[str]:
        """The models that the key may use, in the provider's order."""
        with self._errors.translated():
            answer = await self._client.models.with_raw_response.list()
        return [name for row in page_of(answer) if (name := text(row.get("id")))]

    async def shutdown_date(self, model: str) -> date | None:
        """The day from which the model is off; None when unknown or not told."""
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
        """Close the connections."""
        await self._client.close()

    def _job(self, answer: Answer, *, otherwise: errors.ProviderError) -> FineTuningJob:
        job = job_from(json_of(answer), self._errors.clean)
        if job is None:
            raise otherwise
        return job


def _method(method: TrainingMethod, hyperparameters: Any) -> Method:
    """DPO's own parameter, `beta`, is left to the provider."""
    if method is TrainingMethod.DPO:
        return {"type": "dpo", "dpo": {"hyperparameters": hyperparameters}}
    return {"type": "supervised", "supervised": {"hyperparameters": hyperparameters}}


def _job_refusal(refused: errors.ProviderRefused, *, suffix: str) -> errors.ProviderError:
    """Our error for the ways of refusing a job that people can do something about."""
    cause = refused.__cause__
    if isinstance(cause, openai.ConflictError):  # Unsloth Studio: one job at a time
        return errors.TrainingBusy()
    invalid = (openai.BadRequestError, openai.UnprocessableEntityError)
    if suffix and isinstance(cause, invalid) and _is_about("suffix", cause):
        return errors.SuffixRefused(suffix=suffix, message=refused.params["message"])
    return refused


def _unfit(message: str) -> errors.ProviderRefused:
    """For a file that there is no sense in reading."""
    return errors.ProviderRefused(code="", message=message, status=200)


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
