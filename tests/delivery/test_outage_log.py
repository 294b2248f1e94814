"""While Telegram is away, the log is a line a minute: whoever tries, and however often."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest

from bot.delivery.outbox import Outbox
from bot.delivery.outbox_store import OutboxRow, OutboxStore
from bot.delivery.polling import Polling
from bot.delivery.poster import Poster
from bot.delivery.screen import Screen
from bot.domain import JsonDict
from bot.runtime.once_per_minute import OncePerMinute
from bot.storage.database import Database, Transaction
from tests.clocks import now, until
from tests.fakes import Telegram
from tests.runtime.test_once_per_minute import Lines

pytestmark = pytest.mark.filterwarnings("ignore:.*Bot.getUpdates")
CHATS = range(100, 160)


@pytest.fixture
async def lines() -> AsyncIterator[Lines]:
    """What of the bot's records reaches the log, by the clock of this loop."""
    lines, logger = Lines(), logging.getLogger("bot")
    handler, level = OncePerMinute(lines, clock=asyncio.get_running_loop().time), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(level)
    handler.close()


async def ignored(updates: Sequence[JsonDict]) -> None:
    raise AssertionError("there are no updates")


async def nothing(*_: object) -> None:
    return None


async def no_ring(row: OutboxRow) -> bool:
    return False


@pytest.mark.parametrize("minutes", [2, pytest.param(60, marks=pytest.mark.slow)])
async def test_outage_is_a_line_a_minute_and_one_at_its_end(
    database: Database, telegram: Telegram, poster: Poster, lines: Lines, started, minutes
):
    """Sixty chats wait, and polling goes on; at most 200 lines an hour (Show 4 of issue 16)."""
    store = OutboxStore(database)
    outbox = Outbox(database=database, store=store, poster=poster, render=nothing, rings=no_ring)
    polling = Polling(telegram.bot, ignored, telegram.reachability, refusal_pause_s=60)
    for chat_id in CHATS:
        telegram.start(chat_id)
    telegram.breaks(httpx.ConnectError, times=1_000_000)

    async def everybody(tx: Transaction) -> None:
        for chat_id in CHATS:
            screen = Screen(text="слово").to_json()
            await store.post(tx, chat_id, key=str(chat_id), payload=screen, now=1)

    await database.write(everybody)
    started(polling.run())
    await asyncio.sleep(60 * minutes)
    told = list(lines.said)
    telegram.is_well_again()
    await until(lambda: all(telegram.texts(chat_id) for chat_id in CHATS), "the last message")
    await outbox.close()

    assert len(telegram.calls) > 60 * minutes
    assert all(line.startswith("Telegram can't be reached (ConnectError)") for line in told)
    assert len(told) <= minutes + 1
    assert "Telegram can be reached again, after" in "".join(lines.said[len(told) :])
    assert len(lines.said) <= 200 / 60 * now() / 60 + 3
