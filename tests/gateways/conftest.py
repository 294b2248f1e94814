from collections.abc import AsyncIterator

import pytest

from bot.gateways.chat import ChatApi
from bot.gateways.provider import TrainingApi
from tests.gateways.provider_double import KEY, Provider


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
async def training(provider: Provider) -> AsyncIterator[TrainingApi]:
    api = TrainingApi(provider.client, secrets={KEY})
    yield api
    await api.aclose()


@pytest.fixture
async def chat(provider: Provider) -> AsyncIterator[ChatApi]:
    api = ChatApi(provider.client, secrets={KEY}, pause_s=0)
    yield api
    await api.aclose()
