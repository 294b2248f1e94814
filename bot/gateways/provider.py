"""Files, fine-tuning jobs and models at any server with OpenAI's API."""

import asyncio
import logging
import re
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Mapping,
)
from contextlib import asynccontextmanager
from datetime import date
from functools import cached_property, partial
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from bot import errors
from bot.domain import JsonDict
from bot.domain.datasets import TrainingMethod
from bot.domain.models import Checkpoint
from bot.domain.training import EngineEstimate, FineTuningJob, Hyperparameters, JobEvent
from bot.gateways.answers import Answer, json_of, malformed, page_of, pages_of, rows_of
from bot.gateways.dataset_file import open_dataset
from bot.gateways.deadlines import CREATE_S, READ_S, UPLOAD_S, ends_by
from bot.gateways.error_bodies import error_body
from bot.gateways.library import MakeClient, Server, openai
from bot.gateways.openai_errors import ErrorTranslator, unreadable
from bot.gateways.wire import (
    checkpoint_from,
    estimate_from,
    event_from,
    job_from,
    record,
    text,
    whole,
)

if TYPE_CHECKING:
    from openai.resources.fine_tuning.jobs import AsyncJobsWithRawResponse
    from openai.types.fine_tuning.job_create_params import Method

_NO_SUCH_ROUTE = (404, 405, 501)
_UPLOAD_TIMEOUT = httpx2.Timeout(120, connect=10, write=600)
ESTIMATE_S = 1.0
"""How long an estimate may take; somebody waits for the plan."""

_logger = logging.getLogger(__name__)


class TrainingApi(Server):
    """A provider of fine-tuning, through the openai library.

    All methods raise leaves of `ProviderError` for failures at the provider or on the way there.
    A request that changes something is sent once and never repeated automatically. After
    `ProviderUncertain` it may have been carried out.

    Answers are read as plain JSON, not as the library's objects, which lack attributes when a
    server leaves out fields.

    Args:
        make_client: Makes the library's client.
        secrets: Values that no message may show.
        in_both_places: Whether hyperparameters are sent at the top level as well as in `method`.
            OpenAI has deprecated the former. Some other servers, such as Nebius, read only the
            top level, and would train with their own numbers, for money.
    """

    def __init__(
        self,
        make_client: MakeClient,
        *,
        secrets: Collection[str],
        in_both_places: bool = False,
    ) -> None:
        super().__init__(make_client)
        self._in_both_places = in_both_places
        self._errors = ErrorTranslator(secrets)

    @cached_property
    def _once(self) -> "openai.AsyncOpenAI":
        # The library repeats POST requests by default and sends no idempotency key.
        return self._client.with_options(max_retries=0)

    @cached_property
    def _jobs(self) -> "AsyncJobsWithRawResponse":
        return self._client.fine_tuning.jobs.with_raw_response

    @cached_property
    def _jobs_once(self) -> "AsyncJobsWithRawResponse":
        return self._once.fine_tuning.jobs.with_raw_response

    async def upload(self, path: Path, *, name: str) -> str:
        """Upload a training file, without a byte order mark, and return its id there.

        Raises:
            DatasetMissing: *path* can't be opened.
        """
        file = await asyncio.to_thread(open_dataset, path)
        with file:
            async with self._asking(UPLOAD_S):
                answer = await self._once.files.with_raw_response.create(
                    file=(name, file), purpose="fine-tune", timeout=_UPLOAD_TIMEOUT
                )
        if not (file_id := text(record(json_of(answer)).get("id"))):
            raise unreadable("no file's id", status=answer.status_code)
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
            SuffixRefused: the provider does not take this suffix.
            TrainingBusy: the provider trains one model at a time, and another one is training.
            TrainingNotAvailable: the account may not start jobs any more.
        """
        hyperparameters: Any = _hyperparameters(parameters)
        create = partial(
            self._jobs_once.create,
            model=parameters.base_model,
            training_file=training_file,
            validation_file=validation_file or openai.omit,
            seed=seed,
            metadata=dict(metadata),
            suffix=parameters.suffix or openai.omit,
            method=_method(method, hyperparameters),
        )
        try:
            async with self._asking(CREATE_S, model=parameters.base_model):
                answer = await self._create(create, hyperparameters)
        except errors.ProviderRefused as exc:
            raise _job_refusal(exc, suffix=parameters.suffix) from exc
        return self._job(answer, otherwise=unreadable("no job", status=answer.status_code))

    async def _create(
        self, create: Callable[..., Awaitable[Answer]], hyperparameters: JsonDict
    ) -> Answer:
        """Create a job, with the hyperparameters where this server may look for them."""
        if not self._in_both_places:
            return await create()
        try:
            return await create(hyperparameters=hyperparameters)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as exc:
            # A clear refusal: nothing was started. This server takes them only in `method`.
            if not _is_about("hyperparameters", exc):
                raise
            return await create()

    async def estimate(
        self,
        parameters: Hyperparameters,
        *,
        method: TrainingMethod = TrainingMethod.SUPERVISED,
        n_examples: int,
        example_tokens: int,
        longest_example: int | None = None,
    ) -> EngineEstimate | None:
        """What a training would need, by this project's engine; it starts nothing.

        None: the server is another one, or has trouble. The tokens are those of one pass, and of
        the longest example.

        Raises:
            ModelUnknown: the engine does not have the base model.
            ProviderUnreachable: nobody answers, or takes longer than `ESTIMATE_S`.
        """
        body = {
            "model": parameters.base_model,
            "method": method,
            "n_examples": n_examples,
            "example_tokens": example_tokens,
            "longest_example": longest_example,
            "hyperparameters": _hyperparameters(parameters) | {"batch_size": "auto"},
        }
        try:
            async with asyncio.timeout(ESTIMATE_S):
                with self._errors.translated(model=parameters.base_model):
                    answer = await self._once.post(
                        "/engine/estimates", cast_to=httpx2.Response, body=body
                    )
        except (errors.ModelUnknown, errors.ProviderUnreachable):
            raise
        except TimeoutError as exc:
            raise errors.ProviderUnreachable from exc
        except errors.UserError as exc:
            _logger.info("No estimate from the server: %s", type(exc).__name__)
            return None
        return estimate_from(json_of(answer), self._errors.clean)

    async def job(self, job_id: str) -> FineTuningJob:
        """The job as it is now; raises JobUnknown."""
        missing = _job_unknown(job_id)
        async with self._asking(missing=missing):
            answer = await self._jobs.retrieve(job_id)
        return self._job(answer, otherwise=malformed(answer))

    async def recent_jobs(self, *, pages: int = 5) -> list[FineTuningJob]:
        """The account's jobs, newest first. A job can be absent because the list is cut off."""
        async with self._asking():
            found = {job.id: job async for page in self.job_pages(pages=pages) for job in page}
        return sorted(found.values(), key=lambda job: job.created_at, reverse=True)

    async def job_pages(self, *, pages: int = 5) -> AsyncGenerator[list[FineTuningJob], None]:
        """The same page by page, in the provider's order; a job may be listed twice."""
        fetch = self._jobs.list
        with self._errors.translated():
            async for page in pages_of(fetch, pages=pages):
                yield [job for row in page if (job := job_from(row, self._errors.clean))]

    async def cancel(self, job_id: str) -> FineTuningJob:
        """Stop the job; raises JobUnknown."""
        missing = _job_unknown(job_id)
        async with self._asking(missing=missing):
            answer = await self._jobs_once.cancel(job_id)
        return self._job(answer, otherwise=unreadable("no job", status=answer.status_code))

    async def pause(self, job_id: str) -> FineTuningJob:
        """Pause the job; raises like `resume`."""
        return await self._pause_or_resume(self._jobs_once.pause, job_id)

    async def resume(self, job_id: str) -> FineTuningJob:
        """Let a paused job go on.

        Raises:
            JobUnknown: there is no such job.
            PauseUnsupported: the provider can't pause jobs.
            PauseRefused: the provider can, but not this job in its present state.
        """
        return await self._pause_or_resume(self._jobs_once.resume, job_id)

    async def _pause_or_resume(
        self, request: Callable[[str], Awaitable[Answer]], job_id: str
    ) -> FineTuningJob:
        missing = _job_unknown(job_id)
        try:
            async with self._asking(missing=missing):
                answer = await request(job_id)
        except errors.ProviderRefused as exc:
            if exc.params["status"] in _NO_SUCH_ROUTE:
                raise errors.PauseUnsupported from exc
            raise errors.PauseRefused(message=exc.params["message"]) from exc
        return self._job(answer, otherwise=unreadable("no job", status=answer.status_code))

    async def file_content(self, file_id: str, *, max_bytes: int) -> bytes:
        """The content of a file there; raises ProviderRefused for a longer one."""
        request = self._client.files.with_streaming_response.content
        content = bytearray()
        try:
            async with self._asking(), request(file_id) as answer:
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
        missing = _job_unknown(job_id)
        fetch = partial(self._jobs.list_events, job_id)
        async with self._asking(missing=missing):
            rows = await rows_of(fetch, pages=pages, enough=partial(_reaches_back, known))
        events = {event.id: event for event in (event_from(r, self._errors.clean) for r in rows)}
        new = [event for event in events.values() if event.id not in known]
        return sorted(new, key=lambda e: (e.created_at, whole(e.data.get("step")) or 0, e.id))

    async def checkpoints(self, job_id: str) -> list[Checkpoint]:
        """The job's checkpoints, by step; empty where the provider keeps none."""
        jobs = self._client.fine_tuning.jobs
        try:
            missing = _job_unknown(job_id)
            fetch = partial(jobs.checkpoints.with_raw_response.list, job_id)
            async with self._asking(missing=missing):
                rows = await rows_of(fetch, pages=5)
        except (errors.JobUnknown, errors.ProviderRefused):
            return []  # servers without this route
        found = {each.name: each for row in rows if (each := checkpoint_from(row))}
        return sorted(found.values(), key=attrgetter("step"))

    async def model_names(self) -> list[str]:
        """The models that the key may use, in the provider's order."""
        async with self._asking():
            answer = await self._client.models.with_raw_response.list()
        return [name for row in page_of(answer) if (name := text(row.get("id")))]

    async def shutdown_date(self, model: str) -> date | None:
        """The day from which the model does not answer; None when unknown."""
        try:
            async with self._asking(missing=errors.ModelUnknown(model=model), model=model):
                answer = await self._client.models.with_raw_response.retrieve(model)
        except (errors.ModelUnknown, errors.ProviderRefused, ValueError):
            return None  # servers without this route, and names that no URL can hold
        try:
            return date.fromisoformat(text(record(json_of(answer)).get("shutdown_date"))[:10])
        except ValueError:
            return None

    @asynccontextmanager
    async def _asking(self, within_s: float = READ_S, **meaning: Any) -> AsyncIterator[None]:
        """A call, which ends in time; *meaning* as `ErrorTranslator.translated`."""
        ends_at = asyncio.get_running_loop().time() + within_s
        with self._errors.translated(**meaning):
            async with ends_by(ends_at):
                yield

    def _job(self, answer: Answer, *, otherwise: errors.ProviderError) -> FineTuningJob:
        job = job_from(json_of(answer), self._errors.clean)
        if job is None:
            raise otherwise
        return job


def _hyperparameters(parameters: Hyperparameters) -> JsonDict:
    return {
        "n_epochs": parameters.n_epochs,
        "learning_rate_multiplier": parameters.learning_rate_multiplier or "auto",
    }


def _method(method: TrainingMethod, hyperparameters: Any) -> "Method":
    """DPO's own parameter, `beta`, is left to the provider."""
    if method is TrainingMethod.DPO:
        return {"type": "dpo", "dpo": {"hyperparameters": hyperparameters}}
    return {"type": "supervised", "supervised": {"hyperparameters": hyperparameters}}


def _job_refusal(refused: errors.ProviderRefused, *, suffix: str) -> errors.ProviderError:
    """Our error for a refusal of a job that people can do something about."""
    cause = refused.__cause__
    if isinstance(cause, openai.ConflictError):  # Unsloth Studio: one job at a time
        return errors.TrainingBusy()
    invalid = (openai.BadRequestError, openai.UnprocessableEntityError)
    if suffix and isinstance(cause, invalid) and _is_about("suffix", cause):
        return errors.SuffixRefused(suffix=suffix, message=refused.params["message"])
    return refused


def _unfit(message: str) -> errors.ProviderRefused:
    """The error for a file that we do not read."""
    return errors.ProviderRefused(code="", message=message, status=200)


def _is_about(parameter: str, exc: "openai.APIStatusError") -> bool:
    """Whether the server's error is about that parameter."""
    body = error_body(exc)
    named = body.param.split(".")[0] or body.message
    return re.search(rf"\b{parameter}\b", named) is not None


def _reaches_back(known: frozenset[str], page: list[JsonDict]) -> bool:
    """Whether all later pages are known: *page* has a known event and the newest comes first."""
    times = [whole(row.get("created_at")) or 0 for row in page]
    newest_first = all(newer >= older for newer, older in pairwise(times))
    return newest_first and any(row.get("id") in known for row in page)


def _job_unknown(job_id: str) -> errors.JobUnknown:
    """The error for a job that does not exist; raised at once if no URL can hold its id."""
    unknown = errors.JobUnknown(job_id=job_id)
    if not job_id.strip(".") or "/" in job_id:
        raise unknown
    return unknown
