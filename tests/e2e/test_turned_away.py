"""Presses that are turned away, and an end that comes before anything has begun."""

import asyncio
import signal
import sys

from bot.delivery.lanes import MOST_WAITING
from bot.runtime.children import loopback_environment
from tests.e2e.chats import press
from tests.world import CODE, eventually, world

BUSY = "больше, чем я успеваю прочесть"
N_PRESSES = MOST_WAITING + 20


async def test_presses_turned_away_are_acknowledged(tmp_path):
    """The waiting sign ends on every button, and one message says what happened."""
    async with world(tmp_path, start_bot=False) as everything:
        tester, people = everything.tester, everything.people
        await tester.says("/start")
        for _ in range(N_PRESSES):
            await people.raw_update(press(tester, "chat:starter:weather"))
        await everything.start_bot()
        await tester.sees(BUSY)

        async def all_are_answered() -> bool:
            return len(await people.calls("answerCallbackQuery")) >= N_PRESSES

        await eventually(all_are_answered)


async def test_person_who_is_refused_a_button_reads_it_above_the_chat(tmp_path):
    """Also on a button of a message that was forwarded, or of the time as an admin."""
    async with world(tmp_path) as everything:
        tester = everything.tester
        await tester.says("/id")
        message = await tester.sees("Ваш ID в Telegram")
        query_id = await tester.presses_gone("job:pause:1", message)
        await tester.is_told("Это могут только администраторы", query_id)
        await everything.settled(2)
        assert len([m for m in await tester.chat() if m["from"]["is_bot"]]) == 1


async def test_sigterm_ends_it_before_its_parts_are_loaded(tmp_path):
    """The first process of a container ignores SIGTERM until it says what it does then."""
    settings = {
        "TELEGRAM_BOT_TOKEN": f"1:{'A' * 35}",
        "OPENAI_API_KEY": "sk-any",
        "ADMIN_IDS": "1",
        "TELEGRAM_API_URL": "http://127.0.0.1:9",
        "LOG_PATH": str(tmp_path / "bot.log"),
    }
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a child inherits that
    try:
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run",
            cwd=tmp_path, env=loopback_environment(CODE | settings),
        )  # fmt: skip
    finally:
        signal.signal(signal.SIGTERM, before)
    ended = asyncio.create_task(bot.wait())
    try:
        while not ended.done():
            bot.send_signal(signal.SIGTERM)
            await asyncio.wait([ended], timeout=0.05)
        assert await ended in (0, -signal.SIGTERM)  # the next one may find it half ended
        assert not (tmp_path / "bot.log").exists()
    finally:
        if bot.returncode is None:
            bot.kill()
            await ended
