"""Puts the parts of the engine together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from engine import faults, routes
from engine.backends.rehearsal import Pace, Rehearsal
from engine.catalogue import base_models
from engine.envelope import Envelope
from engine.jobs.trainer import Trainer
from engine.jobs.trainings import Trainings
from engine.parts import Engine
from engine.routes import deployments
from engine.settings import Settings
from engine.storage.database import Database
from engine.storage.files import FileStore
from engine.storage.jobs import JobStore
from engine.storage.models import ModelStore
from engine.tokens import tokenizer


def build(settings: Settings) -> ASGIApp:
    """The ASGI application; opens the database now and continues jobs when the server starts."""
    folders = {name: settings.data / name for name in ("files", "jobs", "uploads")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    database = Database(settings.data / "engine.sqlite3")
    engine = _engine(settings, database, folders)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        tokenizer()
        for half in engine.uploads.iterdir():
            half.unlink()
        await engine.trainings.restart()
        yield
        await engine.trainings.stop()
        database.close()

    app = FastAPI(lifespan=life, openapi_url=None, redirect_slashes=False)
    _equip(app, engine, routes.ALL)
    app.include_router(deployments.router)
    deployed = FastAPI(openapi_url=None, redirect_slashes=False)
    _equip(deployed, replace(engine, serves_tuned_models=True), routes.CHAT)
    app.mount(deployments.PREFIX, deployed)
    return Envelope(app, settings.keys)


def _equip(app: FastAPI, engine: Engine, routers: list[APIRouter]) -> None:
    app.state.engine = engine
    faults.install(app)
    for router in routers:
        app.include_router(router, prefix="/v1")


def _engine(settings: Settings, database: Database, folders: dict[str, Path]) -> Engine:
    backend = Rehearsal(
        Pace(
            validating_s=settings.validating_seconds,
            queued_s=settings.queued_seconds,
            running_s=settings.running_seconds,
            first_token_s=settings.first_token_seconds,
            tokens_per_second=settings.tokens_per_second,
        )
    )
    files = FileStore(database, folders["files"])
    jobs, models, bases = JobStore(database), ModelStore(database), base_models()
    if settings.shutdown_date:
        bases = {
            name: replace(base, shutdown_date=settings.shutdown_date)
            for name, base in bases.items()
        }
    trainer = Trainer(
        backend=backend,
        bases=bases,
        jobs=jobs,
        files=files,
        models=models,
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
        max_file_bytes=settings.max_file_bytes,
        profile=settings.profile,
        training_closed=settings.training_closed,
        serves_tuned_models=not settings.profile.must_deploy,
    )
