"""`/fine_tuning/jobs`: https://platform.openai.com/docs/api-reference/fine-tuning."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from engine.domain import FineTuningJob
from engine.parts import Engine, Parts
from engine.routes.job_request import JobBody
from engine.wire import checkpoint_object, event_object, job_object, list_object, with_ends

router = APIRouter(prefix="/fine_tuning/jobs")

Limit = Annotated[int, Query(ge=1, le=1_000)]
_METADATA = re.compile(r"metadata\[(.*)\]", re.DOTALL)


@router.post("")
async def create(body: JobBody, engine: Parts) -> dict[str, Any]:
    """Start a job."""
    return _shown(await engine.trainings.create(body.request()), engine)


@router.get("")
async def list_jobs(
    request: Request, engine: Parts, after: str | None = None, limit: Limit = 20
) -> dict[str, Any]:
    """Jobs, newest first; `metadata[k]=v` filters, `metadata=null` shows those without any."""
    query = request.query_params
    wanted = {m[1]: value for key, value in query.items() if (m := _METADATA.fullmatch(key))}
    jobs = await engine.jobs.page(
        after=after,
        limit=limit + 1,
        metadata=wanted,
        without_metadata=query.get("metadata") == "null",
    )
    return list_object([_shown(job, engine) for job in jobs], limit)


@router.get("/{job_id}")
async def retrieve(job_id: str, engine: Parts) -> dict[str, Any]:
    """One job."""
    return _shown(await engine.trainings.get(job_id), engine)


@router.post("/{job_id}/cancel")
async def cancel(job_id: str, engine: Parts) -> dict[str, Any]:
    """End a job for good."""
    return _shown(await engine.trainings.cancel(job_id), engine)


@router.post("/{job_id}/pause")
async def pause(job_id: str, engine: Parts) -> dict[str, Any]:
    """Hold a job."""
    return _shown(await engine.trainings.pause(job_id), engine)


@router.post("/{job_id}/resume")
async def resume(job_id: str, engine: Parts) -> dict[str, Any]:
    """Let a paused job go on."""
    return _shown(await engine.trainings.resume(job_id), engine)


@router.get("/{job_id}/events")
async def events(
    job_id: str, engine: Parts, after: str | None = None, limit: Limit = 20
) -> dict[str, Any]:
    """The job's log, newest line first."""
    job = await engine.trainings.get(job_id)
    found = await engine.jobs.events(job.id, after=after, limit=limit + 1)
    return list_object([event_object(event) for event in found], limit)


@router.get("/{job_id}/checkpoints")
async def checkpoints(
    job_id: str, engine: Parts, after: str | None = None, limit: Limit = 10
) -> dict[str, Any]:
    """The job's last checkpoints, the final model among them, latest first."""
    job = await engine.trainings.get(job_id)
    found = await engine.models.checkpoints(job.id, after=after, limit=limit + 1)
    return with_ends(list_object([checkpoint_object(m) for m in found], limit), empty=None)


def _shown(job: FineTuningJob, engine: Engine) -> dict[str, Any]:
    return job_object(job, engine.backend.name)
