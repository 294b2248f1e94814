"""Telegram's limits are kept before it has to complain."""

import asyncio

import pytest

from bot.delivery.rate_limits import RateLimits
from tests.clocks import VirtualLoop, now

LOOP = VirtualLoop


async def turns(pace: RateLimits, *chats: int) -> list[float]:
    """When each of these messages may leave, all wanted at once."""

    async def turn(chat_id: int) -> float:
        await pace.turn(chat_id)
        return now()

    return await asyncio.gather(*(turn(chat_id) for chat_id in chats))


async def test_a_chat_gets_four_at_once_then_one_a_second(pace: RateLimits):
    times = await turns(pace, *[5] * 8)

    assert times[:4] == pytest.approx([0] * 4, abs=0.15)
    assert times[4:] == pytest.approx([1, 2, 3, 4])


async def test_a_chat_that_rested_gets_its_four_again(pace: RateLimits):
    await turns(pace, *[5] * 8)
    await asyncio.sleep(100)

    times = [time - 104 for time in await turns(pace, *[5] * 5)]

    assert times == pytest.approx([0, 0, 0, 0, 1], abs=0.15)


async def test_no_second_sees_more_than_thirty(pace: RateLimits):
    """Whatever the number of chats; and the pace is used to the full, 28 a second."""
    times = await turns(pace, *range(200))

    busiest = max(sum(start <= time < start + 1 for time in times) for start in times)
    assert busiest <= 30
    assert max(times) == pytest.approx(200 / 28, abs=0.2)


async def test_strangers_wait_for_everybody_else_and_for_nobody_twice():
    """Three hundred wait already: who may use the bot goes next, and no turn stays unused."""
    strangers = range(1000, 1300)

    async def gives_way(chat_id: int) -> bool:
        return chat_id in strangers

    pace = RateLimits(asyncio.get_running_loop().time, gives_way)
    crowd = asyncio.create_task(turns(pace, *strangers))
    await asyncio.sleep(3)

    ours = await turns(pace, 5, 6, 5)

    assert max(ours) - 3 < 0.2
    times = await crowd
    assert times == sorted(times)
    assert max(times) == pytest.approx(303 / 27, abs=0.5)
    times = sorted([*times, *ours])
    assert max(sum(start <= time < start + 1 for time in times) for start in times) <= 30


async def test_busy_chat_holds_up_no_other(pace: RateLimits):
    """Ten messages of one chat wait; another chat's goes at once."""
    *_, other = await turns(pace, *[5] * 10, 6)

    assert other < 0.5


async def test_blocked_chat_waits_alone(pace: RateLimits):
    """Telegram asked for a pause in one chat (429)."""
    pace.block(5, 30)

    assert await turns(pace, 6, 5) == pytest.approx([0, 30])
    assert (pace.is_free(5), pace.is_free(6)) == (True, True)


async def test_free_says_whether_one_could_go_at_once_and_takes_nothing(pace: RateLimits):
    for _ in range(100):
        assert pace.is_free(5)
    await turns(pace, *[5] * 4)
    await asyncio.sleep(0.5)
    assert (pace.is_free(5), pace.is_free(6)) == (False, True)

    await asyncio.sleep(0.5)

    assert pace.is_free(5)


async def test_nothing_is_free_while_the_whole_bot_is_busy(pace: RateLimits):
    """Frames give way to messages."""
    waiting = asyncio.gather(*(pace.turn(chat_id) for chat_id in range(100, 130)))
    await asyncio.sleep(0)
    assert not pace.is_free(5)

    await waiting
    await asyncio.sleep(0.1)

    assert pace.is_free(5)


async def test_blocked_chats_are_not_forgotten_among_thousands(pace: RateLimits):
    pace.block(5, 3600)
    pace.block(6, 1)
    await asyncio.sleep(2)

    for chat_id in range(100, 25_000):
        pace.is_free(chat_id)

    assert not pace.is_free(5)
    assert len(pace._chats) <= 10_000
    assert pace._blocked_until.keys() == {5}


async def test_searches_leave_room_for_new_messages(pace: RateLimits):
    """A hundred edits that search for lost messages delay a new message by less than a second."""

    async def always() -> bool:
        return True

    async def search() -> float:
        await pace.turn_to_search(always)
        return now()

    searches = [asyncio.create_task(search()) for _ in range(100)]
    await asyncio.sleep(1)
    began = now()
    messages = await turns(pace, *range(10))
    times = [*messages, *await asyncio.gather(*searches)]

    assert max(messages) - began < 1.2
    assert max(sum(start <= time < start + 1 for time in times) for start in times) <= 30


async def test_needless_searches_cost_no_turn(pace: RateLimits):
    """What became known while it waited makes room for the others at once."""

    async def never() -> bool:
        return False

    async def always() -> bool:
        return True

    began = now()
    assert await asyncio.gather(*(pace.turn_to_search(never) for _ in range(100))) == [False] * 100
    assert await pace.turn_to_search(always)
    assert now() == began
