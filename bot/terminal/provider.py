"""The provider, as every command of the terminal meets it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.config import Settings
from bot.edge.core import build_provider
from bot.gateways.provider import TrainingApi


@asynccontextmanager
async def provider(settings: Settings) -> AsyncIterator[TrainingApi]:
    """The provider that the settings name, until the end of the block."""
    api = build_provider(settings)
    try:
        yield api
    finally:
        await api.close()
