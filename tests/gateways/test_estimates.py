"""What this project's engine says of a training before it begins, over real HTTP."""

import asyncio
import socket
from dataclasses import replace
from typing import Any

import pytest
from openai import AsyncOpenAI

from bot.domain.datasets import TrainingMethod
from bot.domain.training import EngineEstimate, Hyperparameters
from bot.errors import ModelUnknown, ProviderUnreachable
from bot.gateways.provider import TrainingApi
from tests.gateways.dialect_server import Json, Reply, dialect_server, plain, refusal
from tests.gateways.provider_double import KEY

PARAMETERS = Hyperparameters(
    base_model="Qwen/Qwen3-0.6B", n_epochs=3, learning_rate_multiplier=None, suffix="natasha-v1"
)
ANSWER = {
    "object": "engine.estimate",
    "model": "Qwen/Qwen3-0.6B",
    "backend": "lora",
    "device": "cuda:0",
    "hyperparameters": {"n_epochs": 3, "batch_size": 4, "learning_rate_multiplier": 1.0},
    "learning_rate": 0.0005,
    "auto_learning_rate": 0.0005,
    "seconds": 720.5,
    "memory_bytes": 6_300_000_000,
    "memory_available_bytes": 16_000_000_000,
    "fits": True,
    "jobs_ahead": 2,
}
TOLD = EngineEstimate(
    backend="lora",
    device="cuda:0",
    n_epochs=3,
    batch_size=4,
    learning_rate=0.0005,
    auto_learning_rate=0.0005,
    seconds=720.5,
    memory_bytes=6_300_000_000,
    memory_available_bytes=16_000_000_000,
    fits=True,
    jobs_ahead=2,
)


async def estimated(url: str, parameters: Hyperparameters = PARAMETERS) -> EngineEstimate | None:
    async with AsyncOpenAI(base_url=url, api_key=KEY, max_retries=2) as client:
        return await TrainingApi(lambda: client, secrets={KEY}).estimate(
            parameters,
            method=TrainingMethod.DPO,
            n_examples=321,
            example_tokens=100_700,
            longest_example=405,
        )


async def answered(reply: Reply) -> EngineEstimate | None:
    async with dialect_server(lambda _: reply) as server:
        return await estimated(server.url)


async def test_everything_that_is_known_is_asked_and_read():
    def play(_: Json) -> Reply:
        return plain(ANSWER)

    async with dialect_server(play) as server:
        assert await estimated(server.url) == TOLD
        await estimated(server.url, replace(PARAMETERS, learning_rate_multiplier=0.1))

    first, second = server.asked
    assert first == {
        "model": "Qwen/Qwen3-0.6B",
        "method": "dpo",
        "n_examples": 321,
        "example_tokens": 100_700,
        "longest_example": 405,
        "hyperparameters": {
            "n_epochs": 3,
            "batch_size": "auto",
            "learning_rate_multiplier": "auto",
        },
    }
    assert second["hyperparameters"]["learning_rate_multiplier"] == 0.1


@pytest.mark.parametrize(
    "reply",
    [
        plain({"detail": "Not Found"}, status=404),
        plain({"detail": "Method Not Allowed"}, status=405),
        refusal(404, "Invalid URL (POST /v1/engine/estimates)"),
        refusal(401, "Incorrect API key", code="invalid_api_key"),
        refusal(429, "Slow down"),
        refusal(500, "No"),
        refusal(422, "No"),
        Reply(body=b"<html>hello</html>", content_type="text/html"),
        Reply(body=b"", content_type="application/json"),
        Reply(body=b'{"object": "engine.est', content_type="application/json").cut,
        plain([]),
        plain("yes"),
        plain({"object": "list", "data": []}),
        plain(ANSWER | {"object": "estimate"}),
        plain(ANSWER | {"backend": "magic"}),
        plain(ANSWER | {"backend": ["lora"]}),
    ],
)
async def test_another_server_or_one_in_trouble_has_no_estimate(reply: Reply):
    """The plan comes without it; nothing is asked twice."""
    async with dialect_server(lambda _: reply) as server:
        assert await estimated(server.url) is None

    assert len(server.asked) == 1


async def test_model_that_the_engine_lacks():
    with pytest.raises(ModelUnknown) as caught:
        await answered(refusal(404, "The model does not exist", code="model_not_found"))

    assert caught.value.params["model"] == "Qwen/Qwen3-0.6B"


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("seconds", -1, None),
        ("seconds", "soon", None),
        ("seconds", 1e300, None),
        ("seconds", float("nan"), None),
        ("learning_rate", 0, None),
        ("learning_rate", True, None),
        ("auto_learning_rate", float("inf"), None),
        ("memory_bytes", -5, None),
        ("memory_bytes", 10**400, None),
        ("memory_available_bytes", {}, None),
        ("jobs_ahead", -3, 0),
        ("jobs_ahead", None, 0),
        ("fits", None, True),
        ("fits", "no", True),
        ("fits", False, False),
        ("device", None, ""),
        ("device", f"gpu {KEY}", "gpu ***"),
    ],
)
async def test_nonsense_is_read_as_not_told(field: str, value: Any, read: Any):
    found = await answered(plain(ANSWER | {field: value}))

    assert found == replace(TOLD, **{field: read})


@pytest.mark.parametrize("hyperparameters", [None, [], {"n_epochs": "auto", "batch_size": -4}])
async def test_numbers_that_were_not_chosen(hyperparameters: Any):
    found = await answered(plain(ANSWER | {"hyperparameters": hyperparameters}))

    assert found == replace(TOLD, n_epochs=None, batch_size=None)


async def test_server_that_never_answers_holds_up_no_plan():
    """It goes on waiting; the plan does not."""
    is_over = asyncio.Event()

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await is_over.wait()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(20):
            with pytest.raises(ProviderUnreachable):
                await estimated(f"http://127.0.0.1:{port}/v1")
        is_over.set()


async def test_server_that_is_away():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    with pytest.raises(ProviderUnreachable):
        await estimated(f"http://127.0.0.1:{port}/v1")
