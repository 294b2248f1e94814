"""`/fine_tuning/jobs`: https://platform.openai.com/docs/api-reference/fine-tuning."""

import re
import zlib
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.datastructures import QueryParams

from engine.domain import FineTuningJob
from engine.errors import ApiError, bad_request
from engine.parts import Engine, Key, Parts
from engine.routes.job_request import JobBody
from engine.wire import checkpoint_object, event_object, job_object, list_object, with_ends

router = APIRouter(prefix="/fine_tuning/jobs")

Limit = Annotated[int, Query(ge=0, le=1_000)]
"""OpenAI's schema sets no range here. With 0 a page only tells whether there is more."""
_METADATA = re.compile(r"metadata\[(.*)\]", re.DOTALL)


@router.post("")
async def create(body: JobBody, engine: Parts, key: Key) -> dict[str, Any]:
    """Start a job."""
    if engine.training_closed:
        message = "Fine-tuning is not available for your organization."
        raise ApiError(403, message, code="training_not_available")
    base = engine.bases.get(body.model)
    name = base.name if base else body.model
    job = body.job(engine.profile, base_model=name, created_by=key)
    if engine.quotas.n_tokens:
        job = replace(job, expected_tokens=await engine.trainings.expected_tokens(job))
    async with engine.quotas.room_for_job(key, job.tokens_ahead):
        return _shown(await engine.trainings.create(job), engine)


@router.get("")
async def list_jobs(
    request: Request, engine: Parts, after: str | None = None, limit: Limit = 20
) -> dict[str, Any]:
    """Jobs, newest first; `metadata[k]=v` filters, `metadata=null` shows those without any."""
    profile = engine.profile
    query = request.query_params if profile.has_filters else QueryParams()
    wanted = {m[1]: value for key, value in query.items() if (m := _METADATA.fullmatch(key))}
    jobs = await engine.jobs.page(
        after=after if profile.has_pages else None,
        limit=limit + 1,
        metadata=wanted,
        without_metadata=query.get("metadata") == "null",
    )
    return list_object([_shown(job, engine) for job in jobs], limit, profile)


@router.get("/{job_id}")
async def retrieve(job_id: str, engine: Parts) -> dict[str, Any]:
    """One job."""
    return _shown(await engine.trainings.get(job_id), engine)


@router.post("/{job_id}/cancel")
async def cancel(job_id: str, engine: Parts) -> dict[str, Any]:
    """Cancel a job."""
    return _shown(await engine.trainings.cancel(job_id), engine)


@router.post("/{job_id}/pause")
async def pause(job_id: str, engine: Parts) -> dict[str, Any]:
    """Pause a job."""
    _check_pausing(engine)
    return _shown(await engine.trainings.pause(job_id), engine)


@router.post("/{job_id}/resume")
async def resume(job_id: str, engine: Parts) -> dict[str, Any]:
    """Continue a paused job."""
    _check_pausing(engine)
    async with (
        engine.trainings.paused(job_id) as job,
        engine.quotas.room_for_job(job.created_by, job.tokens_ahead),
    ):
        return _shown(await engine.trainings.resume(job), engine)


@router.get("/{job_id}/events")
async def events(
    job_id: str, engine: Parts, after: str | None = None, limit: Limit = 20
) -> dict[str, Any]:
    """The job's events, newest first."""
    job = await engine.trainings.get(job_id)
    profile = engine.profile
    after = after if profile.has_pages else None
    found = await engine.jobs.events(job.id, after=after, limit=limit + 1)
    page = list_object([event_object(event, profile) for event in found], limit, profile)
    if not profile.orders_events:
        page["data"].sort(key=lambda event: zlib.crc32(event["id"].encode()))
    return page


@router.get("/{job_id}/checkpoints")
async def checkpoints(
    job_id: str, engine: Parts, after: str | None = None, limit: Limit = 10
) -> dict[str, Any]:
    """The job's last checkpoints, including the final model, latest first."""
    job = await engine.trainings.get(job_id)
    profile = engine.profile
    after = after if profile.has_pages else None
    found = await engine.models.checkpoints(job.id, after=after, limit=limit + 1)
    page = list_object([checkpoint_object(model) for model in found], limit, profile)
    return with_ends(page, empty=None)


def _shown(job: FineTuningJob, engine: Engine) -> dict[str, Any]:
    return job_object(job, engine.backend.name, engine.profile)


def _check_pausing(engine: Engine) -> None:
    if not engine.profile.can_pause:
        raise bad_request("Jobs cannot be paused here.", code="invalid_request")
