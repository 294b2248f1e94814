"""`/healthz` and `/metrics`, for monitors. They are not a part of OpenAI's API."""

import asyncio
import os
import shutil
from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from engine.backends.lora.machine import descendants, resident_bytes
from engine.exposition import CONTENT_TYPE, NONE, Labels, family
from engine.parts import Parts
from engine.usage import Kind

HEALTH = "/healthz"
"""Needs no key."""
METRICS = "/metrics"
"""Needs one if the server has keys."""
router = APIRouter()


@router.get(HEALTH)
async def healthz(engine: Parts) -> JSONResponse:
    """What is well; 503 if something is not."""
    found = await engine.health.found()
    is_well = all(found.values())
    body = {"status": "ok" if is_well else "unwell", "checks": found}
    headers = {"cache-control": "no-store"}
    return JSONResponse(body, status_code=200 if is_well else 503, headers=headers)


@router.get(METRICS)
async def metrics(engine: Parts) -> Response:
    """The numbers of this server, without names and texts."""
    memory = await asyncio.to_thread(_memory)
    jobs, n_bytes = await engine.jobs.count_by_status(), await engine.files.stored_bytes()
    counted = engine.usage.metrics
    tokens = {str(kind): counted.tokens[kind] for kind in Kind}
    answers = {"running": counted.n_running}
    answers["waiting"] = engine.quotas.chats.total() - counted.n_running
    disk = await asyncio.to_thread(shutil.disk_usage, engine.jobs_folder)
    adapters = engine.backend.adapters_loaded
    families = [
        family("jobs", "gauge", "Jobs by status.", _by("status", jobs)),
        family("job_wait_seconds", "histogram", "Time in the queue.", {NONE: counted.waits}),
        family("tokens_total", "counter", "Tokens by kind.", _by("kind", tokens)),
        family("answers", "gauge", "Chats before and after a first piece.", _by("state", answers)),
        family("requests_total", "counter", "Requests that are over.", counted.requests),
        family("request_seconds", "histogram", "Until the last byte.", counted.durations),
        family("memory_bytes", "gauge", "Resident; shared pages count twice.", _by("of", memory)),
        family("files_bytes", "gauge", "Stored files.", {NONE: n_bytes}),
        family("disk_free_bytes", "gauge", "Of the data folder's disk.", {NONE: disk.free}),
    ]
    if adapters is not None:
        families.append(family("adapters_loaded", "gauge", "Tuned models.", {NONE: adapters}))
    return Response("".join(families), media_type=CONTENT_TYPE)


def _by(label: str, values: Mapping[str, int]) -> dict[Labels, int]:
    return {((label, word),): value for word, value in values.items()}


def _memory() -> dict[str, int]:
    own = os.getpid()
    children = sum(map(resident_bytes, descendants(own)))
    return {"server": resident_bytes(own), "children": children}
