"""Deploying a tuned model, at providers where it has to be. Not a part of OpenAI's API.

Each provider has an API of its own for it; here it is one request, sent by whoever plays the
administrator:

    POST /engine/deployments {"model": "ft:..."}
"""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from engine.errors import model_not_found
from engine.parts import Parts

PREFIX = "/deployed"
"""Below it lies another `/v1`, where deployed models answer: what `CHAT_BASE_URL` is for."""

router = APIRouter(prefix="/engine/deployments")


class DeploymentBody(BaseModel):
    """Which model shall answer."""

    model: str


@router.post("")
async def create(body: DeploymentBody, engine: Parts) -> dict[str, Any]:
    """Let a tuned model answer from now on."""
    if not await engine.models.deploy(body.model):
        raise model_not_found(body.model)
    return {"model": body.model, "deployed": True}
