"""The provider, as every command of the terminal meets it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.catalogue import load_catalogue
from bot.config import Settings
from bot.gateways.openai_client import build_training_client
from bot.gateways.provider import OpenAITraining, TrainingApi


@asynccontextmanager
async def provider(settings: Settings) -> AsyncIterator[TrainingApi]:
    """The provider that the settings name, until the end of the block."""
    api = OpenAITraining(
        build_training_client(settings),
        secrets=settings.secrets,
        in_both_places=not load_catalogue().is_at_home(settings.openai_base_url),
    )
    try:
        yield api
    finally:
        await api.close()
