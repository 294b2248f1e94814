"""The sign that an answer is being made delays nothing and ends when it should."""

import asyncio

import pytest

from bot.delivery.typing import INTERVAL_S, Typing
from tests.clocks import VirtualLoop, now, settle
from tests.fakes import Telegram

LOOP = VirtualLoop


async def test_sign_is_shown_until_it_is_stopped(telegram: Telegram):
    typing = Typing(telegram.bot, 5)
    await asyncio.sleep(2 * INTERVAL_S + 1)
    typing.stop()
    await asyncio.sleep(60)

    assert [call.method for call in telegram.calls] == ["sendChatAction"] * 3
    assert telegram.calls[0].params == {"chat_id": 5, "action": "typing"}


@pytest.mark.parametrize(
    "trouble",
    [
        lambda t: t.answers(429, "Too Many Requests", retry_after=30),
        lambda t: t.answers(403, "Forbidden: bot was blocked by the user"),
        lambda t: t.answers(500, "Internal Server Error"),
    ],
)
async def test_trouble_is_nobodys_business(telegram: Telegram, trouble):
    trouble(telegram)
    typing = Typing(telegram.bot, 5)
    await asyncio.sleep(INTERVAL_S + 1)
    typing.stop()

    assert len(telegram.calls) == 2


async def test_hanging_call_ends_with_it(telegram: Telegram):
    telegram.holds()
    typing = Typing(telegram.bot, 5)
    await settle()

    typing.stop()
    await settle()

    assert typing._task.cancelled()
    assert now() == 0
