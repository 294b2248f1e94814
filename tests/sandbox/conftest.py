"""One sandbox for all tests of this folder; each test has a bot and people of its own."""

import itertools
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.telegram_people import People, Person
from tests.telegram_schema import check_result

_numbers = itertools.count(1)


class BotClient:
    """A bot that calls the Bot API by hand, and checks each result with the official schema."""

    def __init__(self, url: str, bot_id: int) -> None:
        self.id = bot_id
        self.bot_token = f"{bot_id}:{'A' * 35}"
        self.url = url
        self.http = httpx.AsyncClient(base_url=url, trust_env=False, verify=False, timeout=60)

    async def raw(self, method: str, **params: Any) -> httpx.Response:
        """One call with a JSON body, whatever becomes of it."""
        return await self.http.post(f"/bot{self.bot_token}/{method}", json=params)

    async def call(self, method: str, **params: Any) -> Any:
        """One call that must succeed; its result."""
        return self.result(method, await self.raw(method, **params))

    async def upload(self, method: str, files: dict[str, tuple[str, bytes]], **params: Any) -> Any:
        """One call with files in a multipart form; its result."""
        response = await self.http.post(f"/bot{self.bot_token}/{method}", data=params, files=files)
        return self.result(method, response)

    async def refusal(self, method: str, **params: Any) -> tuple[int, str]:
        """One call that must fail; its code and description."""
        response = await self.raw(method, **params)
        answer = response.json()
        assert answer["ok"] is False, answer
        assert answer["error_code"] == response.status_code
        return answer["error_code"], answer["description"]

    def result(self, method: str, response: httpx.Response) -> Any:
        answer = response.json()
        assert answer["ok"], answer
        check_result(method, answer["result"])
        return answer["result"]


@pytest.fixture
async def bot(url: str) -> AsyncIterator[BotClient]:
    client = BotClient(url, 1000 + next(_numbers))
    async with client.http:
        await client.call("getMe")
        yield client


@pytest.fixture
async def people(url: str, bot: BotClient) -> AsyncIterator[People]:
    async with People(url, bot.id) as everyone:
        yield everyone


@pytest.fixture
async def anna(people: People) -> Person:
    """A person who has started the bot; the bot has seen that update."""
    person = await people.person(5_000_000 + next(_numbers), "Анна", username="anna")
    await person.says("/start")
    return person
