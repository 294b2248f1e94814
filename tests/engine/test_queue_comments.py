"""Who waits for an answer reads in its stream how many are before them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from engine.backends import Answer, Piece
from engine.routes.chat import QUEUE_INTERVAL_S, _Completion
from tests.clocks import VirtualLoop

LOOP = VirtualLoop


async def frames(waits: list[float], *, breaks: bool = False) -> list[str]:
    """The stream of an answer whose pieces come after these pauses."""

    async def pieces() -> AsyncIterator[Piece]:
        for n, pause_s in enumerate(waits, start=1):
            await asyncio.sleep(pause_s)
            if breaks:
                raise RuntimeError
            yield Piece(text=str(n), n_tokens=1, finish_reason="stop" if n == len(waits) else None)

    before = iter(range(9, 0, -1))
    answer = Answer(prompt_tokens=3, pieces=pieces(), n_before=lambda: next(before))  # type: ignore[arg-type]
    completion = _Completion("chatcmpl-1", 0, "m", 3)
    return [frame async for frame in completion.frames(answer, wants_usage=True)]


async def test_queue_is_told_until_the_first_piece():
    found = await frames([2.5 * QUEUE_INTERVAL_S, 10 * QUEUE_INTERVAL_S])

    comments = [frame for frame in found if frame.startswith(":")]
    assert comments == [": queue 9\n\n", ": queue 8\n\n"]
    assert found[1:3] == comments  # after the role, before the words
    assert found[-1] == "data: [DONE]\n\n"
    assert '"completion_tokens":2' in found[-2]


async def test_nothing_is_told_of_no_queue():
    assert [frame for frame in await frames([0, 0]) if frame.startswith(":")] == []


@pytest.mark.parametrize("pause_s", [0, 1.5 * QUEUE_INTERVAL_S])
async def test_break_in_the_queue_is_told(pause_s: float):
    assert '"error"' in (await frames([pause_s], breaks=True))[-1]


async def test_no_pieces_at_all():
    assert (await frames([]))[-1] == "data: [DONE]\n\n"
