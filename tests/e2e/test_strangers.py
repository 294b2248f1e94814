"""Strangers in numbers cost nothing to people who may use the bot, or who are in danger."""

import asyncio

from tests.e2e.dangers import SERIOUS, card
from tests.world import eventually, world

CROWD = range(5001, 5301)
IN_DANGER = 5999


async def test_a_crowd_of_strangers_waits(tmp_path):
    """Three hundred write at once, then a tester and somebody in danger, whom nobody knows.

    Told by the order of the answers, not a clock.
    """
    async with world(tmp_path, sandbox=("--limits",), LOG_LEVEL="INFO") as everything:
        people, tester = everything.people, everything.tester

        async def answered() -> list[int]:
            """The chats that got a message, in this order."""
            calls = await people.calls()
            return [call["params"]["chat_id"] for call in calls if call["method"] == "sendMessage"]

        in_danger = await people.person(IN_DANGER, "Некто")
        crowd = await asyncio.gather(*(people.person(n, f"Ч{n}") for n in CROWD))
        await asyncio.gather(*(stranger.says("/start") for stranger in crowd))
        n_before = len(await answered())
        n_waiting = len(CROWD) - n_before
        assert n_waiting > 100, "the crowd was answered before the tester wrote: a test of nothing"

        asked = await tester.says("/id")
        cried = await in_danger.says(SERIOUS)
        await tester.sees(str(tester.id), after=asked["message_id"])
        await card(in_danger, after=cried)

        for person in (tester, in_danger):
            between = (await answered()).index(person.id) - n_before
            assert between < n_waiting / 2  # about 10, a third of a second; otherwise all

        async def everybody() -> bool:
            return set(CROWD) <= set(await answered())

        await eventually(everybody, timeout=60)
