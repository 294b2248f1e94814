"""Deploys a tuned model, for providers that require it. It is not a part of OpenAI's API.

Each real provider has its own API for this. Here it is one request:

    POST /engine/deployments {"model": "ft:..."}
"""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from engine.errors import model_not_found
from engine.parts import Parts

PREFIX = "/deployed"
"""The path of another `/v1`, where deployed models answer; `CHAT_BASE_URL` points to it."""

router = APIRouter(prefix="/engine/deployments")


class DeploymentBody(BaseModel):
    """The model to deploy."""

    model: str


@router.post("")
async def create(body: DeploymentBody, engine: Parts) -> dict[str, Any]:
    """Make a tuned model usable from now on."""
    if not await engine.models.deploy(body.model):
        raise model_not_found(body.model)
    return {"model": body.model, "deployed": True}
