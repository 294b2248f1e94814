import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.clocks import HurriedLoop
from tests.services.house import House


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"loop": getattr(getattr(item, "module", None), "LOOP", HurriedLoop)}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    found = await House.open(tmp_path)
    yield found
    await found.close()
