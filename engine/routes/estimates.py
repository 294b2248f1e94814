"""What a training would take. It is not a part of OpenAI's API.

POST /v1/engine/estimates {"model": ..., "n_examples": 321, "example_tokens": 120000}
"""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from engine.backends import Wish
from engine.domain import Hyperparameters, Method
from engine.errors import model_not_found
from engine.parts import Parts
from engine.routes.job_request import DpoHyperparametersBody

router = APIRouter(prefix="/engine/estimates")

_MAX_EXAMPLES = 10_000_000
_MAX_TOKENS = 1_000_000_000_000


class EstimateBody(BaseModel):
    """The training that somebody thinks about."""

    model: str
    method: Method = Method.SUPERVISED
    n_examples: Annotated[int, Field(ge=1, le=_MAX_EXAMPLES)]
    example_tokens: Annotated[int, Field(ge=1, le=_MAX_TOKENS)]
    """Of the training file, for one epoch, in o200k_base."""
    longest_example: Annotated[int | None, Field(ge=1, le=_MAX_TOKENS)] = None
    """Tokens, in o200k_base."""
    hyperparameters: DpoHyperparametersBody = DpoHyperparametersBody()


@router.post("")
async def create(body: EstimateBody, engine: Parts) -> dict[str, Any]:
    """Estimate a training; nothing is stored."""
    base = await engine.trainings.base_of(body.model)
    if base is None:
        raise model_not_found(body.model)
    wish = Wish(
        base_model=base,
        method=body.method,
        n_examples=body.n_examples,
        example_tokens=body.example_tokens,
        longest_example=body.longest_example,
        hyperparameters=Hyperparameters(**body.hyperparameters.model_dump()),
    )
    estimate = await engine.backend.estimate(wish)
    chosen = {k: v for k, v in asdict(estimate.hyperparameters).items() if v is not None}
    return {
        "object": "engine.estimate",
        "model": base.name,
        "backend": engine.backend.name,
        **asdict(estimate),
        "hyperparameters": chosen,
        "fits": estimate.fits,
    }
