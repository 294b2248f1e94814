"""The routes, one module for each family of OpenAI's API reference."""

from fastapi import APIRouter

from engine.routes import chat, files, jobs, models


def routers() -> list[APIRouter]:
    """All routers, to be mounted under `/v1`."""
    return [
        files.router,  # /files
        jobs.router,  # /fine_tuning/jobs
        *chat_routers(),
    ]


def chat_routers() -> list[APIRouter]:
    """Those that an address for deployed models has."""
    return [
        models.router,  # /models
        chat.router,  # /chat/completions
    ]
