"""An answer is shown while it grows, and showing it holds nobody up."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from bot.delivery.poster import Poster
from bot.delivery.rate_limits import RateLimits
from bot.delivery.screen import Screen
from bot.delivery.streaming import FIRST_DELAY_S, INTERVAL_S, PATIENCE_S, StreamedAnswer
from tests.clocks import VirtualLoop, now, settle
from tests.fakes import Telegram

LOOP = VirtualLoop


class World:
    """What an answer is shown in."""

    def __init__(
        self, telegram: Telegram, poster: Poster, pace: RateLimits, known: set[int]
    ) -> None:
        self.telegram = telegram
        self.poster = poster
        self.pace = pace
        self.known = known
        self.told: list[int] = []
        """Message ids that were remembered."""
        self.has_waiting = False
        """Whether a message for the chat waits in the outbox."""

    def frames(self, message_id: int | None = None, *, is_replay: bool = False) -> StreamedAnswer:
        async def remember(message_id: int) -> None:
            self.told.append(message_id)
            self.known.add(message_id)

        async def is_blocked() -> bool:
            return self.has_waiting

        return StreamedAnswer(
            self.poster,
            self.pace,
            chat_id=5,
            floor_id=3,
            message_id=message_id,
            is_unsure=is_replay,
            is_blocked=is_blocked,
            on_first=remember,
        )


@pytest.fixture
def world(telegram: Telegram, poster: Poster, pace: RateLimits, known: set[int]) -> World:
    return World(telegram, poster, pace, known)


def screen(n: int) -> Callable[[], Screen]:
    return lambda: Screen(text=f"слово {n}", entities=[])


async def stream(frames: StreamedAnswer, n_words: int, pause_s: float = 0.1) -> None:
    for n in range(n_words):
        frames.show(screen(n))
        await asyncio.sleep(pause_s)


async def test_frames_replace_each_other_in_one_message(world: World):
    frames = world.frames()
    await stream(frames, 40)
    await frames.close()

    calls = world.telegram.calls
    assert [call.method for call in calls] == ["sendMessage", *["editMessageText"] * 3]
    assert [call.at for call in calls] == pytest.approx(
        [FIRST_DELAY_S + INTERVAL_S * n for n in range(4)], abs=0.1
    )
    assert len(world.telegram.texts(5)) == 1
    assert world.told == world.telegram.ids(5) == [frames.message_id]


async def test_the_latest_frame_wins(world: World):
    """What was overtaken is never sent."""
    frames = world.frames()
    await stream(frames, 40)
    await frames.close()

    shown = [int(call.params["text"].split()[1]) for call in world.telegram.calls]
    assert shown == pytest.approx([3, 15, 27, 39], abs=1)


async def test_frame_is_rendered_when_it_leaves(world: World):
    """So one that is overtaken costs nothing, and no word of the model is a rendering."""
    rendered: list[int] = []

    def render(n: int) -> Callable[[], Screen]:
        def made() -> Screen:
            rendered.append(n)
            return screen(n)()

        return made

    frames = world.frames()
    for n in range(40):
        frames.show(render(n))
        await asyncio.sleep(0.1)
    await frames.close()

    assert len(rendered) == len(world.telegram.calls) == frames.n_shown == 4


async def test_answer_that_is_whole_at_once_has_no_frames(world: World):
    frames = world.frames()
    await stream(frames, 2)
    await frames.close()
    await asyncio.sleep(10)

    assert world.telegram.calls == []
    assert frames.message_id is None


async def test_answer_that_grows_no_more_is_not_sent_again(world: World):
    frames = world.frames()
    frames.show(screen(1))
    await asyncio.sleep(60)
    await frames.close()

    assert len(world.telegram.calls) == 1


async def test_show_never_waits_and_one_send_is_in_flight(world: World):
    """Telegram takes its time; the model's stream is read on."""
    world.telegram.holds()
    frames = world.frames()
    for n in range(1000):
        began = now()
        frames.show(screen(n))
        assert now() == began
        await asyncio.sleep(0.01)

    assert len(world.telegram.calls) == 1
    frames._task.cancel()  # type: ignore[union-attr]


async def test_close_waits_for_the_frame_in_flight_and_its_id(world: World):
    """So the final text can't be overtaken, and goes into the same message."""
    held = world.telegram.holds()
    frames = world.frames()
    frames.show(screen(1))
    await asyncio.sleep(1)
    frames.show(screen(2))
    closing = asyncio.create_task(frames.close())
    await asyncio.sleep(PATIENCE_S - 0.1)
    assert not closing.done()

    held.set()
    await closing

    assert world.told == world.telegram.ids(5) == [frames.message_id]
    await asyncio.sleep(60)
    assert world.telegram.texts(5) == ["слово 1"]


@pytest.mark.parametrize("message_id", [None, 4])
async def test_whole_answer_waits_a_moment_for_a_frame_and_no_longer(
    world: World, message_id: int | None
):
    """A frame that hangs is given up; it may have been sent, which the whole answer is told."""
    world.telegram.holds()
    frames = world.frames(message_id)
    frames.show(screen(1))
    await asyncio.sleep(1)

    await frames.close()

    assert now() == pytest.approx(1 + PATIENCE_S)
    assert frames.is_unsure
    assert frames.message_id == message_id
    assert world.poster._locks == {}


async def test_whole_answer_does_not_wait_for_a_search(world: World):
    """A lost frame is looked for in a network where nothing comes back."""
    world.telegram.breaks(httpx.ReadTimeout, times=1000)
    frames = world.frames()
    await stream(frames, 60)
    began = now()

    await frames.close()

    assert now() - began <= PATIENCE_S
    assert (frames.is_unsure, frames.message_id) == (True, None)


async def test_no_frame_after_close(world: World):
    """Not one that waits for its turn, and nobody waits for it; not one that comes late."""
    frames = world.frames()
    async with world.poster.order(5):
        frames.show(screen(1))
        await asyncio.sleep(1)
        await frames.close()
        assert now() == 1
    frames.show(screen(2))
    await asyncio.sleep(60)

    assert world.telegram.calls == []


async def test_close_without_a_frame(world: World):
    frames = world.frames()

    await frames.close()
    frames.show(screen(1))
    await asyncio.sleep(60)

    assert world.telegram.calls == []


async def test_replay_goes_on_in_the_message_that_is_known(world: World):
    message_id = (await world.telegram.bot.send_message(5, "начало …")).message_id
    frames = world.frames(message_id, is_replay=True)
    await stream(frames, 5)
    await frames.close()

    assert world.telegram.ids(5) == [message_id] == [frames.message_id]
    assert world.told == []


async def test_replay_finds_the_message_that_a_killed_bot_left(world: World):
    """It was sent, and the bot was killed before it learnt the id."""
    message_id = (await world.telegram.bot.send_message(5, "начало …")).message_id
    frames = world.frames(is_replay=True)
    assert frames.is_unsure
    await stream(frames, 5)
    await frames.close()

    assert world.telegram.ids(5) == [message_id]
    assert world.told == [message_id]
    assert not frames.is_unsure


async def test_frame_whose_answer_got_lost_is_found_by_the_next(world: World):
    world.telegram.loses_answers()
    frames = world.frames()
    await stream(frames, 30)
    await frames.close()

    assert len(world.telegram.ids(5)) == 1
    assert world.told == world.telegram.ids(5)
    assert not frames.is_unsure


async def test_doubt_is_left_to_the_final_text(world: World):
    """The only frame got lost: whoever sends the whole answer must look for it."""
    world.telegram.loses_answers()
    frames = world.frames()
    await stream(frames, 5)
    await frames.close()

    assert (frames.is_unsure, frames.message_id) == (True, None)


@pytest.mark.parametrize(
    "trouble",
    [
        lambda t: t.answers(429, "Too Many Requests", retry_after=2),
        lambda t: t.answers(400, "Bad Request: strange"),
        lambda t: t.answers(403, "Forbidden: bot was blocked by the user"),
        lambda t: t.answers(500, "Internal Server Error"),
    ],
)
async def test_frame_that_fails_is_dropped(world: World, trouble: Callable[[Telegram], None]):
    """The next one shows more anyway."""
    trouble(world.telegram)
    frames = world.frames()
    await stream(frames, 60)
    await frames.close()

    assert len(world.telegram.texts(5)) == 1


async def test_frame_that_can_not_be_drawn_costs_only_itself(world: World, caplog):
    """The next one is shown, and the bug is in the log."""
    answer = world.frames()

    def broken() -> Screen:
        raise ZeroDivisionError

    answer.show(broken)
    await asyncio.sleep(2)
    answer.show(screen(2))
    await asyncio.sleep(2)
    await answer.close()

    assert (answer.n_shown, answer.is_unsure) == (1, False)
    assert "can't be drawn" in caplog.text


async def test_pause_that_telegram_asks_for_is_kept(world: World):
    world.telegram.answers(429, "Too Many Requests", retry_after=10)
    frames = world.frames()
    await stream(frames, 200)
    await frames.close()

    first, second, *_ = [call.at for call in world.telegram.calls]
    assert second - first >= 10


async def test_frames_give_way_to_messages(world: World):
    """Something for this chat waits in the outbox, or the chat's pace is used up."""
    world.has_waiting = True
    frames = world.frames()
    await stream(frames, 50)
    assert world.telegram.calls == []

    world.has_waiting = False
    world.pace.block(5, 3)
    await stream(frames, 20)
    assert world.telegram.calls == []

    await stream(frames, 50)
    await frames.close()
    assert world.telegram.texts(5) != []


async def test_message_that_the_person_deletes_comes_anew(world: World):
    frames = world.frames()
    await stream(frames, 10)
    assert frames.message_id is not None
    world.telegram.delete(5, frames.message_id)
    await stream(frames, 20)
    await frames.close()

    assert world.telegram.ids(5) == [frames.message_id] == world.told[1:]


async def test_end_of_the_bot_does_not_wait_for_telegram(world: World):
    """Cancelled while a frame is in flight: the frame is given up."""
    world.telegram.holds()
    frames = world.frames()
    frames.show(screen(1))
    await asyncio.sleep(1)
    closing = asyncio.create_task(frames.close())
    await settle()

    closing.cancel()
    await asyncio.gather(closing, return_exceptions=True)
    await settle()

    assert frames._task is not None
    assert frames._task.cancelled()
