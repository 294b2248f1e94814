"""Puts the parts of the engine together."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI
from starlette.types import ASGIApp, Lifespan

from engine import faults, routes
from engine.backends import Backend
from engine.backends.lora.backend import lora_backend
from engine.backends.rehearsal import Pace, Rehearsal
from engine.catalogue import Bases, base_models
from engine.envelope import Envelope
from engine.health import LEAST_FREE_BYTES, Health
from engine.jobs.trainer import Trainer
from engine.jobs.trainings import Trainings
from engine.metrics import Metrics
from engine.option_kinds import NEVER
from engine.parts import Engine
from engine.quotas import Quotas
from engine.routes import deployments, watch
from engine.settings import Settings
from engine.storage.database import Database
from engine.storage.files import FileStore
from engine.storage.jobs import JobStore
from engine.storage.models import ModelStore
from engine.tokens import tokenizer
from engine.usage import Usage
from engine.wellformed import check_request


def build(settings: Settings) -> ASGIApp:
    """The ASGI application; opens the database now and continues jobs when the server starts."""
    folders = {name: settings.data / name for name in ("files", "jobs", "uploads")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    claim = _claim(settings.data)
    database = Database(settings.data / "engine.sqlite3")
    engine = _engine(settings, database, folders)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        tokenizer()
        for half in engine.uploads.iterdir():
            half.unlink()
        await engine.usage.load()
        await engine.trainings.restart()
        yield
        await engine.trainings.stop()
        await engine.backend.close()
        await engine.usage.close()
        database.close()
        os.close(claim)

    app = _application(life)
    _equip(app, engine, routes.ALL)
    app.include_router(deployments.router)
    app.include_router(watch.router)
    deployed = _application(None)
    _equip(deployed, replace(engine, serves_tuned_models=True), routes.CHAT)
    app.mount(deployments.PREFIX, deployed)
    return Envelope(app, settings.keys, engine.quotas, engine.usage.metrics)


def _claim(data: Path) -> int:
    """A handle that keeps other engines out of the folder; the system closes it with the process.

    Raises:
        OSError: another engine has the folder: both would train the same jobs.
    """
    handle = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        flock(handle, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise OSError(f"another engine runs on the data folder {data}") from None
    return handle


def _application(life: Lifespan[FastAPI] | None) -> FastAPI:
    checks = [Depends(check_request)]
    return FastAPI(lifespan=life, openapi_url=None, redirect_slashes=False, dependencies=checks)


def _equip(app: FastAPI, engine: Engine, routers: list[APIRouter]) -> None:
    app.state.engine = engine
    faults.install(app)
    for router in routers:
        app.include_router(router, prefix="/v1")


def _engine(settings: Settings, database: Database, folders: dict[str, Path]) -> Engine:
    backend = _backend(settings)
    files = FileStore(database, folders["files"])
    jobs, models, bases = JobStore(database), ModelStore(database), Bases(backend.bases)
    usage = Usage(database, Metrics())
    trainer = Trainer(
        backend=backend,
        bases=bases,
        jobs=jobs,
        files=files,
        models=models,
        usage=usage,
        folder=folders["jobs"],
        profile=settings.profile,
        deploy_s=settings.deploy_seconds,
    )
    return Engine(
        backend=backend,
        bases=bases,
        files=files,
        jobs=jobs,
        models=models,
        trainings=Trainings(trainer),
        uploads=folders["uploads"],
        jobs_folder=folders["jobs"],
        quotas=Quotas(
            files,
            jobs,
            usage,
            n_jobs=settings.jobs_per_key,
            n_chats=settings.chats_per_key,
            n_tokens=settings.tokens_per_key,
            n_bytes=settings.bytes_per_key,
        ),
        usage=usage,
        health=Health(database, settings.data, backend, least_free=LEAST_FREE_BYTES),
        max_file_bytes=settings.max_file_bytes,
        profile=settings.profile,
        training_closed=settings.training_closed,
        serves_tuned_models=not settings.profile.must_deploy,
    )


def _backend(settings: Settings) -> Backend:
    if settings.backend == "lora":
        return lora_backend(settings.lora, settings.data)
    bases = base_models()
    if settings.shutdown_date:
        day = None if settings.shutdown_date == NEVER else settings.shutdown_date
        bases = {name: replace(base, shutdown_date=day) for name, base in bases.items()}
    pace = Pace(
        validating_s=settings.validating_seconds,
        queued_s=settings.queued_seconds,
        running_s=settings.running_seconds,
        first_token_s=settings.first_token_seconds,
        tokens_per_second=settings.tokens_per_second,
    )
    return Rehearsal(pace, bases)
