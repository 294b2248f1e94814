"""The routes, one module for each family of OpenAI's API reference."""

from fastapi import APIRouter

from engine.routes import chat, files, jobs, models


def routers() -> list[APIRouter]:
    """All routers, to be mounted under `/v1`."""
    return [
        files.router,  # /files
        jobs.router,  # /fine_tuning/jobs
        models.router,  # /models
        chat.router,  # /chat/completions
    ]
