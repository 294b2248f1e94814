"""The provider, as every command of the terminal meets it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.config import Settings
from bot.gateways.provider import TrainingApi
from bot.training.composition import build_training_api


@asynccontextmanager
async def provider(settings: Settings) -> AsyncIterator[TrainingApi]:
    """The provider that the settings name, until the end of the block."""
    api = build_training_api(settings)
    try:
        yield api
    finally:
        await api.close()
