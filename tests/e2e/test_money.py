"""No money is spent by accident."""

import re
from pathlib import Path

from tests.e2e.chats import press
from tests.e2e.training import ENDLESS, MODEL, job_of, number_of, planned
from tests.telegram_people import words
from tests.world import World, eventually, world

HELD = "UPDATE settings SET value = value - 72000 WHERE key = 'heard_at'"
"""Since twenty hours Telegram has told the bot nothing."""
FULL = """
    CREATE TRIGGER disk_is_full BEFORE UPDATE ON inbox
    BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END
"""


def is_tried_again(everything: World) -> bool:
    """The log tells it once a minute, and how often it happened."""
    log = Path(everything.settings["LOG_PATH"]).read_text(encoding="utf-8")
    return re.search(r"trying again in .*( and [2-9]| and \d\d+) more", log) is not None


async def test_a_full_disk_costs_one_request_for_each_question(tmp_path):
    """Nothing can be stored, so the question is tried again and again; its answer is kept."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        everything.stored(FULL)
        await everything.tester.says("Как дела?")
        await eventually(lambda: is_tried_again(everything), timeout=150)
        assert len(everything.asked()) == 1

        everything.stored("DROP TRIGGER disk_is_full")
        await everything.settled(1)
        assert len(everything.asked()) == 1
        assert everything.stored("SELECT user_text FROM turns") == [("Как дела?",)]


async def test_a_press_of_yesterday_starts_nothing_before_it_is_asked_about(tmp_path):
    """Telegram kept it while the bot was stopped; also after a kill it is asked about. Then one."""
    async with world(tmp_path, CHAT_MODEL=MODEL, engine=ENDLESS) as everything:
        admin = everything.admin
        plan = await planned(admin)
        number = number_of(plan)
        await everything.stop_bot()
        await admin.presses(f"train:start:{number}", plan)
        await everything.people.raw_update(press(admin, "trials:now:1"))
        everything.stored(HELD)
        await everything.start_bot()
        asked = await admin.sees("больше десяти минут назад")
        assert f"План №{number} ещё не запущен" in words(asked)
        await admin.sees("Команда или кнопка дошла с опозданием")
        await everything.settled(3)
        assert everything.jobs_created() == []
        assert everything.asked() == []

        await everything.restart_bot()
        await admin.presses("🚀 Запустить сейчас", asked)
        await admin.sees(f"План №{number} запущен")
        await job_of(everything, number)
        await everything.settled(4)
        assert len(await everything.engine_jobs()) == 1


async def test_after_a_short_stop_a_press_starts_at_once(tmp_path):
    async with world(tmp_path, engine=ENDLESS) as everything:
        admin = everything.admin
        plan = await planned(admin)
        await everything.stop_bot()
        await admin.presses(f"train:start:{number_of(plan)}", plan)
        await everything.start_bot()
        await admin.sees(f"План №{number_of(plan)} запущен")
