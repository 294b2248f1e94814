"""Updates are confirmed once they are stored, and no trouble makes the bot deaf."""

import asyncio
import itertools
from collections.abc import Sequence

import httpx
import pytest
from telegram.error import InvalidToken

from bot.delivery.polling import (
    HOLD_S,
    LONGEST_PAUSE_S,
    LONGEST_REST_S,
    MOST_REFUSALS,
    REQUEST_S,
    Polling,
)
from bot.delivery.routing import ALLOWED_UPDATES
from bot.domain import JsonDict
from tests.clocks import VirtualLoop, now, settle
from tests.fakes import Telegram

LOOP = VirtualLoop

pytestmark = pytest.mark.filterwarnings("ignore:.*Bot.getUpdates")
A_WHILE = 3 * REQUEST_S
REFUSAL_PAUSE_S = 60


class Inbox:
    """Takes updates in, unless it is told to fail or to take its time."""

    def __init__(self) -> None:
        self.batches: list[list[JsonDict]] = []
        self.errors: list[Exception] = []
        self.is_open = asyncio.Event()
        self.is_open.set()

    async def accept(self, updates: Sequence[JsonDict]) -> None:
        await self.is_open.wait()
        if self.errors:
            raise self.errors.pop()
        self.batches.append(list(updates))

    @property
    def updates(self) -> list[JsonDict]:
        return [update for batch in self.batches for update in batch]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def polling(telegram: Telegram, inbox: Inbox) -> Polling:
    return Polling(
        telegram.bot, inbox.accept, telegram.reachability, refusal_pause_s=REFUSAL_PAUSE_S
    )


def update(update_id: int) -> JsonDict:
    return {"update_id": update_id, "message": {"text": "привет"}}


async def test_asks_for_what_we_handle_and_waits_for_it(telegram, polling, inbox, started):
    started(polling.run())
    await asyncio.sleep(10)
    telegram.brings(update(1))
    await settle()

    assert inbox.batches == [[], [update(1)]]  # it is told that nothing waits, too
    assert now() == 10
    asked = telegram.calls[0].params
    assert (asked["timeout"], asked["offset"]) == (HOLD_S, 0)
    assert asked["allowed_updates"].count('"') == 2 * len(ALLOWED_UPDATES)


async def test_confirms_only_what_is_stored(telegram, polling, inbox, started):
    """While it is being stored, Telegram is not told that we have it."""
    inbox.is_open.clear()
    telegram.brings(update(1), update(2))
    started(polling.run())
    await asyncio.sleep(600)
    assert [call.params["offset"] for call in telegram.calls] == [0]

    inbox.is_open.set()
    await settle()

    assert [call.params["offset"] for call in telegram.calls] == [0, 3]
    assert telegram.updates == []


async def test_what_could_not_be_stored_comes_again(telegram, polling, inbox, started):
    """The disk is full: nothing is confirmed, nothing is lost, and the bot is not down."""
    inbox.errors = [OSError("disk full"), ZeroDivisionError()]
    telegram.brings(update(1), update(2))
    started(polling.run())
    await asyncio.sleep(A_WHILE)

    assert inbox.updates == [update(1), update(2)]
    assert telegram.updates == []


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_update_without_an_id_does_not_lose_the_others(
    telegram, polling, inbox, started, place
):
    """Nor are they told twice, nor does the broken one stay in the way."""
    batch = [update(1), update(2), update(3)]
    batch[place] = {"message": {"text": "?"}}
    telegram.brings(*batch)
    started(polling.run())
    await asyncio.sleep(A_WHILE)
    telegram.brings(update(4))
    await asyncio.sleep(A_WHILE)

    good = [each for each in batch if "update_id" in each]
    assert [u for u in inbox.updates if "update_id" in u] == [*good, update(4)]


async def test_batch_without_any_id_does_not_make_the_bot_spin(telegram, polling, inbox, started):
    telegram.brings({"message": {}})
    started(polling.run())
    await asyncio.sleep(600)
    assert len(telegram.calls) < 40

    telegram.brings(update(2))
    await asyncio.sleep(2 * LONGEST_REST_S)

    assert [u for u in inbox.updates if u] == [{"message": {}}, update(2)]


@pytest.mark.parametrize("nonsense", [True, {}, {"a": 1}, "x", 7, [None], [[]], [True, "x"]])
async def test_nonsense_is_survived(telegram, polling, inbox, started, nonsense):
    """From a proxy or a server that only looks like Telegram's."""
    telegram.talks_nonsense(nonsense)
    telegram.brings(update(1))
    started(polling.run())
    await asyncio.sleep(A_WHILE)

    assert inbox.updates == [update(1)]


@pytest.mark.parametrize("times", [1, 7])
@pytest.mark.parametrize(
    "trouble",
    [
        lambda t, n: t.answers(409, "Conflict: terminated by other getUpdates request", times=n),
        lambda t, n: t.answers(500, "Internal Server Error", times=n),
        lambda t, n: t.answers(502, "Bad Gateway", times=n),
        lambda t, n: t.answers(400, "Bad Request: strange", times=n),
        lambda t, n: t.answers(403, "Forbidden: strange", times=n),
        lambda t, n: t.answers(429, "Too Many Requests", retry_after=5, times=n),
        lambda t, n: t.breaks(httpx.ConnectError, times=n),
        lambda t, n: t.breaks(httpx.ReadError, times=n),
        lambda t, n: t.breaks(httpx.ReadTimeout, times=n),
        lambda t, n: t.breaks(httpx.RemoteProtocolError, times=n),
        lambda t, n: t.loses_answers(times=n),
        lambda t, n: t.holds(times=n),
    ],
)  # fmt: skip
async def test_no_trouble_makes_the_bot_deaf(telegram, polling, inbox, started, trouble, times):
    """Updates that come during it arrive after it, once each."""
    trouble(telegram, times)
    started(polling.run())
    await asyncio.sleep(1)
    telegram.brings(update(1), update(2))
    await asyncio.sleep(times * (REQUEST_S + LONGEST_REST_S))
    telegram.brings(update(3))
    await settle()

    assert inbox.updates == [update(1), update(2), update(3)]


async def test_connection_that_is_held_open_is_given_up(telegram, polling, inbox, started):
    """The top complaint about such bots: alive, and deaf."""
    telegram.holds()
    telegram.brings(update(1))
    started(polling.run())

    await asyncio.sleep(REQUEST_S - 1)
    assert inbox.updates == []
    await asyncio.sleep(2)
    assert inbox.updates == [update(1)]


@pytest.mark.parametrize(
    ("code", "longest_s"), [(500, LONGEST_PAUSE_S), (502, LONGEST_PAUSE_S), (409, LONGEST_REST_S)]
)
async def test_pauses_grow_and_begin_anew_after_success(
    telegram, polling, inbox, started, code, longest_s
):
    """A server in trouble is not hammered; once it is well nobody waits."""
    telegram.answers(code, "down", times=20)
    started(polling.run())
    await asyncio.sleep(600)
    times = [call.at for call in telegram.calls[:21]]
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert pauses[:2] == pytest.approx([0.3, 0.6])
    assert max(pauses) == pytest.approx(longest_s)

    telegram.brings(update(1))
    await settle()
    telegram.answers(500, "down again")
    telegram.brings(update(2))
    await asyncio.sleep(1)

    assert inbox.updates == [update(1), update(2)]


@pytest.mark.parametrize("hole_s", [1, 20, 3600])
async def test_polling_is_back_within_two_seconds_of_the_network(
    telegram, polling, inbox, started, hole_s
):
    """However long nothing came through, and whatever the connections did meanwhile."""
    telegram.breaks(httpx.ConnectTimeout, times=4 * hole_s + 100)
    telegram.brings(update(1))
    started(polling.run())
    await asyncio.sleep(hole_s)
    assert inbox.updates == []

    telegram._troubles.clear()
    await asyncio.sleep(2)

    assert inbox.updates == [update(1)]


async def test_any_answer_of_telegram_ends_the_pause(telegram, polling, inbox, started):
    telegram.breaks(httpx.ConnectError, times=10)
    telegram.brings(update(1))
    started(polling.run())
    await asyncio.sleep(4.5)
    telegram._troubles.clear()
    n_before = len(telegram.calls)

    await telegram.bot.send_chat_action(5, "typing")
    await asyncio.sleep(0.35)

    assert inbox.updates == [update(1)]
    assert len(telegram.calls) == n_before + 3


@pytest.mark.parametrize("status", [200, 302, 401, 403, 404, 502])
async def test_stranger_in_telegrams_place_does_not_end_the_bot(
    telegram, polling, inbox, started, status
):
    """A login page or a proxy's error is no word of Telegram about the token."""
    telegram.is_spoken_for(status, "<html>Sign in</html>", times=50, is_done=False)
    telegram.brings(update(1))
    running = started(polling.run())
    await asyncio.sleep(100)

    assert not running.done()
    assert inbox.updates == [update(1)]


async def test_huge_pause_is_cut(telegram, polling, inbox, started):
    telegram.answers(429, "Too Many Requests", retry_after=10**6)
    telegram.brings(update(1))
    started(polling.run())
    await asyncio.sleep(LONGEST_REST_S + 1)

    assert inbox.updates == [update(1)]


async def test_pause_that_telegram_asks_for_is_kept(telegram, polling, started):
    telegram.answers(429, "Too Many Requests", retry_after=17)
    started(polling.run())
    await asyncio.sleep(20)

    assert [call.at for call in telegram.calls] == pytest.approx([0, 17])


@pytest.mark.parametrize("has_started", [False, True])
async def test_token_that_is_not_known_any_more_ends_it(telegram, polling, has_started):
    """Nothing that waiting could cure. It is believed when getMe says so three times."""
    if has_started:
        await telegram.bot.initialize()
    telegram.answers(401, "Unauthorized", times=1 + MOST_REFUSALS)

    with pytest.raises(InvalidToken):
        await polling.run()

    assert now() == 2 * REFUSAL_PAUSE_S
    assert len(telegram.sent(method="getMe")) == MOST_REFUSALS + has_started


@pytest.mark.parametrize("n", [1, 2, MOST_REFUSALS])
async def test_a_stumble_of_telegram_is_no_lost_token(telegram, polling, inbox, started, n):
    """What says 401 may be a server of Telegram's that is just starting."""
    telegram.answers(401, "Unauthorized", times=n)
    telegram.brings(update(1))
    started(polling.run())
    await asyncio.sleep(2 * REFUSAL_PAUSE_S + A_WHILE)

    assert inbox.updates == [update(1)]


async def test_a_second_server_is_known(telegram, polling, started):
    """They push each other out, but not with each request; one of them stops after a while."""
    for _ in range(3):
        telegram.answers(409, "Conflict: terminated by other getUpdates request")
        telegram.talks_nonsense([], method="getUpdates")
    telegram.answers(409, "Conflict: terminated by other getUpdates request", times=9)
    started(polling.run())
    await asyncio.sleep(1)
    assert 0 < telegram.reachability.conflict_s < 1

    await asyncio.sleep(75)
    assert 60 < telegram.reachability.conflict_s < 75

    await asyncio.sleep(200)
    assert telegram.reachability.conflict_s == 0
    assert telegram.reachability.news_age_s <= HOLD_S
