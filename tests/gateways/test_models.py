"""Does a server have a model? Yes, no, or it can't say: the three are told apart."""

import httpx2
import pytest

from bot.gateways.chat import ChatApi
from tests.gateways.provider_double import Provider, html, page, refuses, says

NAME = "ft:gpt-4.1-mini:org:natasha-v1:1"
GONE = refuses(404, "model_not_found")
NO_ROUTE = says({"detail": "Not Found"}, 404)
BROKEN = httpx2.ConnectError("broken")


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([says({"id": NAME, "object": "model"})], True),
        # Servers without a page for each model
        ([GONE, page({"id": "a"}, {"id": NAME})], True),
        ([NO_ROUTE, page({"id": NAME})], True),
        ([says({"id": "the only one"}), page({"id": NAME})], True),
        ([GONE, page({"id": "a"}, {"id": "b"})], False),
        ([NO_ROUTE, page({"id": "a"}, {"name": "b"})], False),
        # Servers that can't say
        ([GONE, page()], None),
        ([NO_ROUTE, NO_ROUTE], None),
        ([GONE, html(200)], None),
        ([html(200), html(200)], None),
        ([says([1, 2]), says("x")], None),
        ([BROKEN], None),
        ([httpx2.ReadTimeout("slow")], None),
        ([refuses(401, "invalid_api_key")], None),
        ([refuses(429)], None),
        ([refuses(500)], None),
        ([GONE, BROKEN], None),
    ],
)
async def test_server_is_asked_for_the_model_then_for_its_list(
    chat: ChatApi, provider: Provider, answers, expected
):
    provider.will(*answers)

    assert await chat.has_model(NAME) is expected
    assert len(provider.requests) <= 2


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a b?c#d", "наташа", "<b>", "x" * 3000])
async def test_any_name_can_be_asked_for(chat: ChatApi, provider: Provider, name: str):
    """People type anything; nothing of it is a bug."""
    provider.will(GONE)

    assert await chat.has_model(name) is None
