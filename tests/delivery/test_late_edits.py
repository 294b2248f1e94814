"""What a message should show in the end stands there in the end, though an edit comes late."""

import asyncio

import httpx
import pytest

from bot.delivery.late_edits import LATE_S, REPEATED_AFTER_S
from bot.delivery.outcomes import Uncertain
from bot.delivery.poster import Poster
from bot.delivery.screen import Screen
from tests.clocks import VirtualLoop
from tests.fakes import Telegram

LOOP = VirtualLoop


async def show(poster: Poster, text: str, message_id: int | None = None) -> int:
    async with poster.order(5):
        return await poster.post(
            5, Screen(text=text), edit_id=message_id, floor_id=3, is_unsure=False
        )


async def late(telegram: Telegram, poster: Poster, text: str) -> int:
    """A message whose edit to *text* had no answer."""
    message_id = await show(poster, "начало")
    telegram.breaks(httpx.ReadTimeout, method="editMessageText")
    with pytest.raises(Uncertain):
        await show(poster, text, message_id)
    return message_id


@pytest.mark.parametrize("after_s", [0.1, 5, 29])
async def test_edit_that_comes_late_does_not_stay(telegram, poster, after_s):
    """A frame that was given up overwrites the whole answer; soon the answer is there again."""
    message_id = await late(telegram, poster, "половина ▌")
    await show(poster, "всё", message_id)
    await asyncio.sleep(after_s)

    telegram.chats[5][message_id].text = "половина ▌"
    await asyncio.sleep(25)

    assert telegram.texts(5) == ["всё"]


async def test_nothing_is_repeated_without_a_doubt(telegram, poster):
    """Nor where the edit that may come late says the same."""
    message_id = await late(telegram, poster, "всё")
    await show(poster, "всё", message_id)
    other = await show(poster, "другое")
    await show(poster, "иначе", other)
    n_calls = len(telegram.calls)

    await asyncio.sleep(600)

    assert len(telegram.calls) == n_calls


async def test_newer_text_ends_the_repetition_of_the_older(telegram, poster):
    message_id = await late(telegram, poster, "половина ▌")
    await show(poster, "всё", message_id)
    await asyncio.sleep(1)
    await show(poster, "ещё лучше", message_id)
    await asyncio.sleep(600)

    texts = [call.params["text"] for call in telegram.sent(5, "editMessageText")]
    assert texts == ["половина ▌", "всё", *["ещё лучше"] * (1 + len(REPEATED_AFTER_S))]


async def test_trouble_with_a_repetition_ends_nothing(telegram, poster):
    """The next one comes in its time."""
    message_id = await late(telegram, poster, "половина ▌")
    await show(poster, "всё", message_id)
    telegram.breaks(httpx.ReadError)
    telegram.answers(429, "Too Many Requests", retry_after=1)
    telegram.chats[5][message_id].text = "половина ▌"

    await asyncio.sleep(40)

    assert telegram.texts(5) == ["всё"]


async def test_after_a_minute_nothing_is_expected_any_more(telegram, poster):
    message_id = await late(telegram, poster, "половина ▌")
    await asyncio.sleep(LATE_S)
    await show(poster, "всё", message_id)
    n_calls = len(telegram.calls)

    await asyncio.sleep(600)

    assert len(telegram.calls) == n_calls


async def test_end_of_the_bot_ends_it(telegram, poster):
    message_id = await late(telegram, poster, "половина ▌")
    await show(poster, "всё", message_id)
    n_calls = len(telegram.calls)

    await poster.close()
    await asyncio.sleep(600)

    assert len(telegram.calls) == n_calls
