"""An answer that is being made ends at once when the person has heard enough."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from bot.chat.generations import Generations
from tests.clocks import VirtualLoop

LOOP = VirtualLoop


class Model:
    """Speaks a word a second."""

    def __init__(self) -> None:
        self.is_closed = False

    async def speak(self) -> AsyncGenerator[str, None]:
        try:
            for n in range(10):
                await asyncio.sleep(1)
                yield f"слово {n}"
        finally:
            await asyncio.sleep(0.5)  # hanging up takes its time
            self.is_closed = True


async def heard(
    generations: Generations, model: Model, request_id: int = 7
) -> tuple[list[str], bool]:
    """What was said in chat 5, and whether it was stopped."""
    words = []
    async with (
        generations.stoppable(5, request_id) as generation,
        aclosing(model.speak()) as pieces,
    ):
        async for piece in pieces:
            words.append(piece)
    return words, generation.is_stopped


async def test_what_came_is_kept_and_the_model_is_hung_up_on():
    generations, model = Generations(), Model()
    task = asyncio.create_task(heard(generations, model))
    await asyncio.sleep(2.5)

    generations.stop(5, 7)
    await asyncio.sleep(0.2)
    generations.stop(5, 7)  # a double tap
    words, is_stopped = await task

    assert (words, is_stopped) == (["слово 0", "слово 1"], True)
    assert model.is_closed
    assert asyncio.get_running_loop().time() == 3.0


async def test_what_is_ended_is_not_kept():
    """Nor what was whole a moment before, and is about to be stored; the next answer is."""
    generations, model = Generations(), Model()
    async with generations.stoppable(5, 7) as first:
        pass
    generations.end(5)
    assert (first.is_stopped, first.is_unwelcome) == (False, True)

    async with generations.stoppable(5, 8) as second, aclosing(model.speak()) as pieces:
        await anext(pieces)
        generations.end(5)
        await anext(pieces)
    assert (second.is_stopped, second.is_unwelcome) == (True, True)

    async with generations.stoppable(5, 9) as third:
        pass
    assert not third.is_unwelcome


async def test_nobody_stops_what_is_not_theirs():
    """Neither another chat, nor a button of an earlier answer."""
    generations, model = Generations(), Model()
    task = asyncio.create_task(heard(generations, model))
    await asyncio.sleep(2.5)

    generations.stop(6, 7)
    generations.stop(5, 6)
    words, is_stopped = await task

    assert (len(words), is_stopped) == (10, False)


async def test_stopped_before_it_begins():
    """After a restart the button is pressed before the answer is taken up again."""
    generations, model = Generations(), Model()
    generations.stop(5, 7)

    assert await heard(generations, model) == ([], True)
    assert await heard(generations, Model(), 8) == ([f"слово {n}" for n in range(10)], False)


async def test_wish_that_came_too_late_stops_no_other_answer():
    generations = Generations()
    generations.stop(5, 7)

    assert not (await heard(generations, Model(), 8))[1]
    assert not (await heard(generations, Model(), 7))[1]


async def test_end_of_the_bot_is_no_stop():
    """The answer is not stored as if the person had wanted it so."""
    generations, model = Generations(), Model()
    task = asyncio.create_task(heard(generations, model))
    await asyncio.sleep(2.5)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert model.is_closed


async def test_timeout_of_something_else_is_no_stop():
    generations = Generations()

    with pytest.raises(TimeoutError):
        async with generations.stoppable(5, 7):
            raise TimeoutError


async def test_second_answer_in_a_chat_waits_for_the_first():
    """Wherever it comes from: neither breaks the other, and each can be stopped."""
    generations, model = Generations(), Model()
    first = asyncio.create_task(heard(generations, model, 7))
    await asyncio.sleep(0.5)
    second = asyncio.create_task(heard(generations, Model(), 8))
    third = asyncio.create_task(heard(generations, Model(), 9))
    await asyncio.sleep(2)
    was_closed = model.is_closed

    generations.stop(5, 7)
    assert await first == (["слово 0", "слово 1"], True)
    assert (was_closed, model.is_closed) == (False, True)
    generations.stop(5, 9)
    assert await second == ([f"слово {n}" for n in range(10)], False)
    assert await third == ([], True)


async def test_answer_that_waits_is_ended_too():
    """Who has lost access gets neither the answer that grows nor the one behind it."""
    generations = Generations()
    first = asyncio.create_task(heard(generations, Model(), 7))
    await asyncio.sleep(1.5)
    second = asyncio.create_task(heard(generations, Model(), 8))
    await asyncio.sleep(1)

    generations.end(5)

    assert await first == (["слово 0", "слово 1"], True)
    assert await second == ([], True)


async def test_other_chats_do_not_wait():
    generations = Generations()
    async with generations.stoppable(5, 7), generations.stoppable(6, 8) as other:
        assert not other.is_stopped
