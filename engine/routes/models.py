"""`/models`: https://platform.openai.com/docs/api-reference/models (looked up 2026-11-22)."""

import time
from typing import Any

from fastapi import APIRouter

from engine.backends import ModelSource
from engine.domain import TunedModel
from engine.errors import ApiError, model_not_found
from engine.jobs.results import owner_in
from engine.parts import Engine, Parts
from engine.wire import model_object

router = APIRouter(prefix="/models")


@router.get("")
async def list_models(engine: Parts) -> dict[str, Any]:
    """Base models, then deployed tuned ones."""
    bases = [model_object(base.name, base) for base in engine.bases.values()]
    tuned = [model for model in await engine.models.all() if _is_usable(engine, model)]
    return {"object": "list", "data": bases + [_shown(engine, model) for model in tuned]}


# `:path`, because names of models may contain a slash.
@router.get("/{name:path}")
async def retrieve(name: str, engine: Parts) -> dict[str, Any]:
    """One model."""
    if base := engine.bases.get(name):
        return model_object(name, base)
    model = await engine.models.get(name)
    if model is None or not _is_usable(engine, model):
        raise model_not_found(name)
    return _shown(engine, model)


@router.delete("/{name:path}")
async def delete(name: str, engine: Parts) -> dict[str, Any]:
    """Delete a tuned model."""
    if name in engine.bases:
        message = f"The model `{name}` is a base model and cannot be deleted."
        raise ApiError(403, message, param="model", code="permission_denied")
    model = await engine.models.get(name)
    if model is None or not await engine.models.delete(name):
        raise model_not_found(name)
    await engine.trainings.tidy(model.job_id)
    return {"id": name, "object": "model", "deleted": True}


async def source_of(engine: Engine, name: str) -> ModelSource:
    """The model *name* for the backend; raises `ApiError` 404 if it is not usable."""
    if base := engine.bases.get(name):
        return ModelSource(name=base.name, base_model=base, folder=None, step=0)
    model = await engine.models.get(name)
    if model is None or not _is_usable(engine, model):
        raise model_not_found(name)
    return ModelSource(
        name=name,
        base_model=engine.bases[model.base_model],
        folder=engine.jobs_folder / model.job_id,
        step=model.step,
    )


def _is_usable(engine: Engine, model: TunedModel) -> bool:
    is_here = engine.serves_tuned_models and model.ready_at <= time.time()
    is_ours = owner_in(model.name) == engine.backend.name
    return is_here and is_ours and model.base_model in engine.bases


def _shown(engine: Engine, model: TunedModel) -> dict[str, Any]:
    base = engine.bases[model.base_model]
    owner = f"org-{engine.backend.name}"
    return model_object(model.name, base, created_at=model.created_at, owner=owner)
