from collections.abc import AsyncIterator

import pytest

from bot.gateways.chat import OpenAIChat
from bot.gateways.provider import OpenAITraining
from tests.gateways.provider_double import KEY, Provider


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
async def training(provider: Provider) -> AsyncIterator[OpenAITraining]:
    api = OpenAITraining(provider.client(), secrets={KEY})
    yield api
    await api.close()


@pytest.fixture
async def chat(provider: Provider) -> AsyncIterator[OpenAIChat]:
    api = OpenAIChat(provider.client(), secrets={KEY}, pause_s=0)
    yield api
    await api.close()
