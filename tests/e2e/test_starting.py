"""Starting while Telegram can't be reached."""

import asyncio
import signal
import sys

from bot.runtime.children import loopback_environment
from tests.e2e.commands import free_port
from tests.world import CODE, world


async def test_a_bot_that_waits_for_telegram_can_be_stopped(tmp_path):
    """Nobody answers at Telegram's address: the bot keeps trying, and SIGTERM still ends it."""
    nobody = f"http://127.0.0.1:{free_port()}"
    async with world(tmp_path, start_bot=False) as everything:
        settings = everything.settings | CODE | {"TELEGRAM_API_URL": nobody}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=tmp_path, env=loopback_environment(settings),
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stderr is not None
        async for line in process.stderr:
            if b"Telegram can't be reached" in line:
                break

        process.send_signal(signal.SIGTERM)

        assert await asyncio.wait_for(process.wait(), 20) == 0
