"""No money is spent by accident."""

from pathlib import Path

from tests.e2e.training import MODEL
from tests.world import World, eventually, world

PATIENT = 60
FULL = """
    CREATE TRIGGER disk_is_full BEFORE UPDATE ON inbox
    BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END
"""


def n_tries(everything: World) -> int:
    log = Path(everything.settings["LOG_PATH"]).read_text(encoding="utf-8")
    return log.count("trying again in")


async def test_a_full_disk_costs_one_request_for_each_question(tmp_path):
    """Nothing can be stored, so the question is tried again and again; its answer is kept."""
    async with world(tmp_path, CHAT_MODEL=MODEL) as everything:
        everything.stored(FULL)
        await everything.tester.says("Как дела?")
        await eventually(lambda: n_tries(everything) >= 3)
        assert len(everything.asked()) == 1

        everything.stored("DROP TRIGGER disk_is_full")
        await everything.settled(1)
        assert len(everything.asked()) == 1
        assert everything.stored("SELECT user_text FROM turns") == [("Как дела?",)]
