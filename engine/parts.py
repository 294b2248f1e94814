"""The parts that every route works with; `app.py` makes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from engine.backends import Backend
from engine.catalogue import BaseModel
from engine.health import Health
from engine.jobs.trainings import Trainings
from engine.profiles import Profile
from engine.quotas import Quotas
from engine.storage.files import FileStore
from engine.storage.jobs import JobStore
from engine.storage.models import ModelStore
from engine.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The stores, the backend and the settings of the routes."""

    backend: Backend
    bases: Mapping[str, BaseModel]
    """By name; see `catalogue.Bases`."""
    files: FileStore
    jobs: JobStore
    models: ModelStore
    trainings: Trainings
    uploads: Path
    """The folder for unfinished uploads; on the same disk as the files."""
    jobs_folder: Path
    """Contains a folder for each job."""
    quotas: Quotas
    usage: Usage
    health: Health
    max_file_bytes: int
    """Largest file that may be uploaded."""
    profile: Profile
    """The provider that the engine imitates."""
    training_closed: bool
    """Whether new jobs are refused."""
    serves_tuned_models: bool
    """False where models have to be deployed first and then answer at another address."""


async def _engine_of(request: Request) -> Engine:
    # Async, because FastAPI would run a plain function in a thread, which is slower.
    engine: Engine = request.app.state.engine
    return engine


Parts = Annotated[Engine, Depends(_engine_of)]
"""The type of the parameter by which a route gets the parts."""


async def _key_of(request: Request) -> str:
    key: str = request.scope["key"]
    return key


Key = Annotated[str, Depends(_key_of)]
"""The fingerprint of the request's API key."""
