"""A bot at a provider of any kind."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

import httpx

from tests.openai_schema import check_request
from tests.proxy import Exchange
from tests.world import API_KEY, World, world

MUST_DEPLOY = ("azure", "crusoe", "nebius")


@asynccontextmanager
async def bot_at(
    folder: Path, profile: str, settings: Mapping[str, str] = MappingProxyType({}), **options: str
) -> AsyncIterator[World]:
    """The world of a bot whose provider is *profile*; `odd` may leave OpenAI's schema."""
    engine = {"profile": profile} | {k.replace("_", "-"): v for k, v in options.items()}
    async with world(folder, engine=engine, start_bot=False) as everything:
        if profile == "odd":
            everything.proxy.on_seen = requests_only
        elsewhere = {"CHAT_BASE_URL": root(everything.proxy.url) + "/deployed/v1"}
        await everything.start_bot(**settings, **(elsewhere if profile in MUST_DEPLOY else {}))
        yield everything


def requests_only(exchange: Exchange) -> None:
    path = exchange.path.removeprefix("/v1")
    check_request(exchange.method, path, exchange.headers, exchange.body)


def root(url: str) -> str:
    return url.removesuffix("/v1")


async def deploy(everything: World, model: str) -> None:
    """What an administrator does in the provider's own console."""
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        answer = await http.post(
            f"{root(everything.engine.ready)}/engine/deployments",
            json={"model": model},
            headers={"Authorization": f"Bearer {API_KEY}"},
        )
    assert answer.status_code == 200
