"""Clients as the settings ask for them."""

import pytest

from bot.config import Settings
from bot.gateways.openai_client import build_chat_client, build_training_client


def settings(**values: str) -> Settings:
    return Settings(_env_file=None, openai_api_key="sk-one", **values)  # type: ignore


@pytest.mark.parametrize("proxy", ["", "http://u:p@127.0.0.1:1", "socks5://127.0.0.1:1"])
async def test_clients_go_where_the_settings_say(proxy):
    """Each server gets its own key, with any kind of proxy."""
    where = settings(
        openai_base_url="http://tune.test/v1/",
        chat_base_url="http://chat.test/v1",
        chat_api_key="sk-two",
        openai_proxy=proxy,
    )

    training, chat = build_training_client(where), build_chat_client(where)

    assert (str(training.base_url), training.api_key) == ("http://tune.test/v1/", "sk-one")
    assert (str(chat.base_url), chat.api_key) == ("http://chat.test/v1/", "sk-two")
    await training.close()
    await chat.close()


async def test_chat_uses_the_training_server_unless_told_otherwise():
    """One server for both is the usual case."""
    chat = build_chat_client(settings())

    assert (str(chat.base_url), chat.api_key) == ("https://api.openai.com/v1/", "sk-one")
    await chat.close()
