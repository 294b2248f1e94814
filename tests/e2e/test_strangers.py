"""Strangers in numbers cost the people who may use the bot nothing."""

import asyncio

from tests.world import eventually, world

CROWD = range(5001, 5301)


async def test_a_tester_goes_before_a_crowd_of_strangers(tmp_path):
    """Three hundred write at once, then a tester. Told by the order of the answers, not a clock."""
    async with world(tmp_path, sandbox=("--limits",), LOG_LEVEL="INFO") as everything:
        people, tester = everything.people, everything.tester

        async def answered() -> list[int]:
            """The chats that got a message, in this order."""
            calls = await people.calls()
            return [call["params"]["chat_id"] for call in calls if call["method"] == "sendMessage"]

        crowd = await asyncio.gather(*(people.person(n, f"Ч{n}") for n in CROWD))
        await asyncio.gather(*(stranger.says("/start") for stranger in crowd))
        n_before = len(await answered())
        n_waiting = len(CROWD) - n_before
        assert n_waiting > 100, "the crowd was answered before the tester wrote: a test of nothing"

        asked = await tester.says("/id")
        await tester.sees(str(tester.id), after=asked["message_id"])

        between = (await answered()).index(tester.id) - n_before
        assert between < n_waiting / 2  # about 10, a third of a second; without precedence all

        async def everybody() -> bool:
            return set(CROWD) <= set(await answered())

        await eventually(everybody, timeout=60)
