"""What the outbox holds arrives: in order, once, and no chat waits for another."""

import asyncio
import itertools
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from bot.delivery.lost_messages import SPARE_IDS
from bot.delivery.outbox import LATER_S, MOST_FAILED, MOST_TRIES, MOST_UNREADABLE, Outbox
from bot.delivery.outbox_store import OutboxRow, OutboxStore
from bot.delivery.poster import Poster
from bot.delivery.rate_limits import RateLimits
from bot.delivery.screen import Attachment, Screen
from bot.domain import JsonDict
from bot.domain.models import Topic
from bot.domain.people import Urgency
from bot.jobs.store import JobStore
from bot.storage.database import Database
from tests.clocks import in_real_time, now, settle, until
from tests.fakes import Telegram, job_of

INTERVAL_S = 3.0


@dataclass
class Post:
    """The outbox of a bot that may be killed and started anew on the same database."""

    database: Database
    telegram: Telegram
    pace: RateLimits
    states: dict[str, str | None] = field(default_factory=dict)
    """What a job's card says now; None: there is nothing to show."""
    broken: set[str] = field(default_factory=set)
    """Kinds of news that can't be put into words."""
    is_silent: bool = False
    """There are no words for a message that was refused."""
    outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A new process."""
        store = OutboxStore(self.database)
        poster = Poster(
            self.telegram.bot,
            self.pace,
            lambda above: store.known_ids(above=above),
            self.telegram.reachability,
        )
        self.outbox = Outbox(
            database=self.database,
            store=store,
            poster=poster,
            render=self.render,
            rings=self.rings,
            card_interval_s=INTERVAL_S,
        )

    async def kill(self) -> None:
        """What is in flight is left as it is, whatever comes of it."""
        await self.outbox._workers.close()
        await self.outbox.poster.close()

    async def restart(self) -> None:
        await self.kill()
        self.begin()
        await self.outbox.start()

    async def render(self, kind: str, payload: JsonDict, chat_id: int) -> Screen | None:
        if kind in self.broken:
            raise ZeroDivisionError
        if kind == "card":
            state = self.states.get(payload["job_id"], "начало")
            return None if state is None else Screen(text=f"{payload['job_id']}: {state}")
        if kind == "refused":
            return None if self.is_silent else Screen(text=f"не принято, код {payload['incident']}")
        return Screen(text=f"{kind} для {chat_id}")

    async def rings(self, row: OutboxRow) -> bool:
        return row.urgency is Urgency.IMPORTANT

    async def says(self, text: str, chat_id: int = 5, **options: Any) -> None:
        """A message is put in."""
        payload = Screen(text=text).to_json()
        await self.posts(f"{chat_id}:{text}", payload, chat_id, **options)

    async def posts(self, key: str, payload: JsonDict, chat_id: int = 5, **options: Any) -> None:
        add = self.outbox.store.tell if "kind" in options else self.outbox.store.post
        await self.database.write(
            lambda tx: add(tx, chat_id, key=key, payload=payload, now=1, **options)
        )

    async def moves(self, state: str | None, *chats: int, job_id: str = "job") -> None:
        """A job moves."""
        self.states[job_id] = state
        await self.database.write(
            lambda tx: self.outbox.store.cards.touch(tx, job_id, chats or (5,))
        )

    async def writes(self, work: Callable[..., Awaitable[Any]], *args: Any) -> None:
        """One method of the store, in a transaction."""
        await self.database.write(lambda tx: work(tx, *args))

    async def is_empty(self) -> bool:
        return await self.outbox.store.waiting() == []

    async def arrived(self) -> None:
        """Wait until nothing waits, and nobody is at work."""
        await until(self.is_empty, "the last message")
        for chat_id in self.telegram.chats:
            await self.outbox._workers.idle(chat_id)


@pytest.fixture
async def post(database: Database, telegram: Telegram, pace: RateLimits) -> AsyncIterator[Post]:
    jobs = JobStore(database)
    await database.write(lambda tx: jobs.save(tx, job_of("job")))
    await database.write(lambda tx: jobs.save(tx, job_of("other")))
    found = Post(database, telegram, pace)
    yield found
    await found.kill()


# Messages


async def test_messages_leave_as_soon_as_they_are_committed(post: Post, telegram: Telegram):
    await post.says("раз")
    await post.arrived()

    assert telegram.texts(5) == ["раз"]
    (row,) = await post.database.rows("SELECT message_id, payload FROM outbox")
    assert tuple(row) == (telegram.ids(5)[0], "{}")


async def test_order_of_each_chat_is_kept(post: Post, telegram: Telegram):
    """Also with troubles on the way."""
    telegram.answers(502, "Bad Gateway", chat_id=5)
    telegram.answers(429, "Too Many Requests", retry_after=1, chat_id=6)
    telegram.loses_answers(chat_id=7)
    for n in range(6):
        for chat_id in (5, 6, 7):
            await post.says(str(n), chat_id)
    await post.arrived()

    for chat_id in (5, 6, 7):
        assert telegram.texts(chat_id) == list("012345")
    assert telegram.most_in_flight == 1


async def test_messages_of_a_former_process_leave_at_the_start(post: Post, telegram: Telegram):
    await post.kill()
    await post.says("раз")
    await post.says("два", 6)
    post.begin()
    assert telegram.texts(5) == []

    await post.outbox.start()
    await post.arrived()

    assert (telegram.texts(5), telegram.texts(6)) == (["раз"], ["два"])


async def test_chat_in_trouble_delays_no_other(post: Post, telegram: Telegram):
    """One hangs, one is in a pause of an hour, one is down for good; the fourth gets its word."""
    telegram.start(8)
    telegram.holds(chat_id=5)
    telegram.answers(429, "Too Many Requests", retry_after=3600, chat_id=6)
    telegram.answers(500, "down", chat_id=7, times=1000)
    for chat_id in (5, 6, 7):
        await post.says("застряло", chat_id)
    await settle()
    await until(lambda: {call.chat_id for call in telegram.calls} == {5, 6, 7})

    await post.says("раз", 8)

    await until(lambda: telegram.texts(8) == ["раз"])
    assert [telegram.texts(chat_id) for chat_id in (5, 6, 7)] == [[], [], []]


async def test_pause_that_telegram_asks_for_is_kept(post: Post, telegram: Telegram):
    telegram.answers(429, "Too Many Requests", retry_after=20, chat_id=5)
    await post.says("раз")
    await post.arrived()

    first, second = [call.at for call in telegram.sent(5)]
    assert second - first >= 20
    assert telegram.texts(5) == ["раз"]


async def test_who_blocked_us_hears_it_when_they_come_back(post: Post, telegram: Telegram):
    """Nothing is tried meanwhile; nothing is lost; the order is kept."""
    telegram.blocked.add(5)
    await post.says("раз")
    await post.says("два")
    await post.arrived()
    n_calls = len(telegram.calls)
    await post.restart()
    await post.says("три", 6)
    await post.arrived()
    assert len(telegram.sent(5)) == n_calls == 1

    telegram.blocked.clear()
    await post.writes(post.outbox.store.unpark, 5)
    await post.says("три")
    await post.arrived()

    assert telegram.texts(5) == ["раз", "два", "три"]


async def test_admin_who_has_not_come_yet_hears_it_once_they_do(post: Post, telegram: Telegram):
    """Messages and cards: Telegram does not know the chat before /start."""
    await post.moves("конец", 404)
    await post.says("готово", 404)
    await post.arrived()

    telegram.start(404)
    await post.writes(post.outbox.store.unpark, 404)
    await post.arrived()

    assert telegram.texts(404) == ["готово", "job: конец"]


async def test_message_that_telegram_never_takes_is_spoken_of_in_its_place(
    post: Post, telegram: Telegram, caplog: pytest.LogCaptureFixture
):
    """The person has a code which the operator finds in the log; what stands behind arrives."""
    await post.says("а" * 5000)
    await post.says("раз")
    await post.arrived()

    apology, after = telegram.texts(5)
    assert (apology[:-6], after) == ("не принято, код ", "раз")
    (logged,) = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert apology[-6:] in logged


async def test_news_that_telegram_refuses_is_spoken_of_too(post: Post, telegram: Telegram):
    telegram.answers(400, "Bad Request: message is too long")
    await post.posts("a", {}, kind="job_finished")
    await post.arrived()

    (apology,) = telegram.texts(5)
    assert apology.startswith("не принято")


async def test_refused_answer_does_not_leave_its_beginning_behind(post: Post, telegram: Telegram):
    """The message that should have shown it shows the apology."""
    await post.says("начало ▌")
    await post.arrived()
    await post.says("а" * 5000, edit_id=telegram.ids(5)[0])
    await post.arrived()

    (apology,) = telegram.texts(5)
    assert apology.startswith("не принято")


async def test_refused_file_leaves_the_message_with_its_button(post: Post, telegram: Telegram):
    """A file would not have taken the place of that message, so its apology does not either."""
    await post.says("кнопка")
    await post.arrived()
    gone = Screen(text="отчёт", attachment=Attachment(name="a.csv", path="/nowhere/a.csv"))
    await post.posts("a", gone.to_json(), edit_id=telegram.ids(5)[0])
    await post.arrived()

    kept, apology = telegram.texts(5)
    assert (kept, apology[:10]) == ("кнопка", "не принято")


@pytest.mark.parametrize("is_silent", [False, True])
async def test_apology_that_is_refused_as_well_is_the_end_of_it(
    post: Post, telegram: Telegram, is_silent: bool
):
    """Logged twice at most, and nothing is tried for ever."""
    post.is_silent = is_silent
    telegram.answers(400, "Bad Request: CHAT_RESTRICTED", times=2 - is_silent)
    await post.says("раз")
    await post.says("два")
    await post.arrived()

    assert telegram.texts(5) == ["два"]
    assert len(telegram.calls) == 3 - is_silent


async def test_code_of_a_refused_message_outlives_a_kill(
    post: Post, telegram: Telegram, caplog: pytest.LogCaptureFixture
):
    """It is in the log once, and the person is told that one, once."""
    telegram.answers(400, "Bad Request: CHAT_RESTRICTED")
    telegram.swallows_answers()
    await post.says("раз")
    await until(lambda: telegram.texts(5))

    await post.restart()
    await post.arrived()

    (apology,) = telegram.texts(5)
    (logged,) = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert apology[-6:] in logged


async def test_edits_go_where_they_should(post: Post, telegram: Telegram):
    """And come anew where that message is gone."""
    await post.says("раз")
    await post.arrived()
    (first,) = telegram.ids(5)
    await post.says("два", edit_id=first)
    await post.arrived()
    assert telegram.texts(5) == ["два"]

    telegram.delete(5, first)
    await post.says("три", edit_id=first)
    await post.arrived()

    assert telegram.texts(5) == ["три"]


async def test_buttons_stand_below_the_last_two_answers(post: Post):
    """Whatever holds older ones is edited, also days later; a message has those of one answer."""
    store = post.outbox.store

    async def answers(turn_id: int, text: str, **options: Any) -> None:
        await post.says(text, **options)
        await post.writes(lambda tx: store.give_buttons(tx, Topic(5), f"5:{text}", of=turn_id))
        await post.arrived()
        await post.writes(lambda tx: store.take_old_buttons(tx, Topic(5), now=1))
        await post.arrived()

    async def holders() -> list[tuple[str, int]]:
        query = "SELECT key, buttons_of FROM outbox WHERE buttons_of IS NOT NULL ORDER BY id"
        return [(row["key"], row["buttons_of"]) for row in await post.database.rows(query)]

    await answers(1, "раз")
    await answers(2, "два")
    await answers(2, "и ещё")  # the rest of it
    assert await holders() == [("5:раз", 1), ("5:и ещё", 2)]
    await answers(3, "иначе", edit_id=post.telegram.ids(5)[-1])  # in the place of the rest
    assert await holders() == [("5:раз", 1), ("5:иначе", 3)]
    bared = [c for c in post.telegram.calls if "ReplyMarkup" in str(c)]
    assert len(bared) == 1

    await post.writes(lambda tx: store.prune(tx, before=2**40))
    await answers(4, "пять")
    assert await holders() == [("5:иначе", 3), ("5:пять", 4)]
    assert len([c for c in post.telegram.calls if "ReplyMarkup" in str(c)]) == 2


async def test_news_is_put_into_words_when_it_leaves(post: Post, telegram: Telegram):
    await post.posts("a", {}, kind="job_finished")
    await post.arrived()

    assert telegram.texts(5) == ["job_finished для 5"]


async def test_news_that_can_not_be_put_into_words_lets_the_others_pass(
    post: Post, telegram: Telegram, caplog: pytest.LogCaptureFixture
):
    """A bug in one view: tried, logged, tried again later, and lost never, also after a restart."""
    post.broken = {"job_finished", "card"}
    await post.posts("a", {}, kind="job_finished")
    await post.moves("конец")
    await post.says("раз")
    await until(lambda: telegram.texts(5))
    await until(lambda: len([r for r in caplog.records if r.exc_info]) >= 2 * MOST_TRIES)
    assert telegram.texts(5) == ["раз"]
    assert not await post.outbox.has_waiting(5)  # it holds up no frames

    post.broken = set()
    await post.restart()
    await post.arrived()
    assert telegram.texts(5) == ["раз", "job_finished для 5"]


async def test_news_without_words_is_tried_again_by_itself(post: Post, telegram: Telegram):
    post.broken = {"job_finished"}
    await post.posts("a", {}, kind="job_finished")
    await until(lambda: post.outbox._later)
    began, post.broken = now(), set()
    await post.arrived()

    assert telegram.texts(5) == ["job_finished для 5"]
    assert now() - began > LATER_S / 2


async def test_news_recovers_when_its_words_come_back(post: Post, telegram: Telegram):
    """A trouble that passes loses nothing."""
    post.broken = {"job_finished"}
    await post.posts("a", {}, kind="job_finished")
    await until(lambda: post.outbox._failures)
    post.broken = set()
    await post.arrived()

    assert telegram.texts(5) == ["job_finished для 5"]


# Answers that say nothing


@pytest.mark.parametrize("status", [500, 418])
async def test_message_at_which_telegram_fails_again_and_again_gives_way(
    post: Post, telegram: Telegram, caplog: pytest.LogCaptureFixture, status: int
):
    """The person reads an apology with a code, and what stands behind it."""
    telegram.answers(status, "Failed", method="sendMessage", chat_id=5, times=MOST_FAILED)
    await post.says("раз")
    await post.says("два")
    await post.arrived()

    apology, after = telegram.texts(5)
    assert (apology[:-6], after) == ("не принято, код ", "два")
    (logged,) = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert apology[-6:] in logged


async def test_apology_at_which_it_fails_as_well_is_the_end_of_it(post: Post, telegram: Telegram):
    telegram.answers(500, "Failed", method="sendMessage", chat_id=5, times=2 * MOST_FAILED)
    await post.says("раз")
    await post.says("два")
    await post.arrived()

    assert telegram.texts(5) == ["два"]


async def test_absent_telegram_never_counts(post: Post, telegram: Telegram):
    """Nor does what it answered before it went away."""
    telegram.answers(500, "Failed", method="sendMessage", times=MOST_FAILED - 1)
    telegram.breaks(httpx.ConnectError, method="sendMessage", times=2 * MOST_FAILED)
    telegram.answers(500, "Failed", method="sendMessage", times=MOST_FAILED - 1)
    await post.says("раз")
    await post.arrived()

    assert telegram.texts(5) == ["раз"]


@pytest.mark.parametrize(
    "body", [{"ok": True, "result": True}, {"ok": True, "result": {}}, "<html>?</html>", ""]
)
async def test_message_whose_answers_say_nothing_is_given_up(
    post: Post, telegram: Telegram, caplog: pytest.LogCaptureFixture, body: Any
):
    """Telegram can be reached, and has not carried it out: tried a few times, then in the log."""
    telegram.is_spoken_for(200, body, method="sendMessage", times=MOST_UNREADABLE, is_done=False)
    await post.says("раз")
    await post.says("два")
    await post.arrived()

    assert telegram.texts(5) == ["два"]
    assert len(telegram.sent(5, "sendMessage")) == MOST_UNREADABLE + 1
    (given_up,) = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert "given up" in given_up


async def test_message_waits_for_a_gateway_that_does_not_reach_telegram(
    post: Post, telegram: Telegram
):
    page = "<html>Bad Gateway</html>"
    times = 2 * MOST_FAILED
    telegram.is_spoken_for(502, page, method="sendMessage", times=times, is_done=False)
    await post.says("раз")
    await post.arrived()

    assert telegram.texts(5) == ["раз"]


async def test_edit_whose_answers_say_nothing_is_given_up(post: Post, telegram: Telegram):
    """It is where it should be, as far as anybody knows; no second message comes of it."""
    await post.says("раз")
    await post.arrived()
    telegram.is_spoken_for(
        200,
        {"ok": True, "result": {}},
        method="editMessageText",
        times=MOST_UNREADABLE,
        is_done=False,
    )
    await post.says("два", edit_id=telegram.ids(5)[0])
    await post.says("три")
    await post.arrived()

    assert telegram.texts(5) == ["раз", "три"]
    assert len(telegram.sent(5, "editMessageText")) == MOST_UNREADABLE


async def test_card_whose_answers_say_nothing_is_given_up_until_the_job_moves(
    post: Post, telegram: Telegram
):
    telegram.is_spoken_for(
        200,
        {"ok": True, "result": []},
        method="sendMessage",
        times=MOST_UNREADABLE,
        is_done=False,
    )
    await post.moves("начало")
    await post.arrived()
    assert telegram.texts(5) == []

    await post.moves("конец")
    await post.arrived()

    assert telegram.texts(5) == ["job: конец"]


@pytest.mark.parametrize("status", [200, 302, 403, 404, 502])
async def test_nothing_is_given_up_while_a_stranger_answers_everything(
    post: Post, telegram: Telegram, status: int
):
    """A login page in Telegram's place, for minutes: messages, edits and cards wait for its end."""
    await post.says("начало ▌")
    await post.arrived()
    telegram.is_spoken_for(status, "<html>Sign in</html>", times=10_000, is_done=False)
    await post.says("всё", edit_id=telegram.ids(5)[0])
    await post.says("раз", 6)
    await post.moves("конец", 7)
    began = now()
    await until(lambda: now() > began + 200)
    assert len(telegram.sent(6, "sendMessage")) == 1

    telegram._troubles.clear()
    await post.arrived()

    assert telegram.texts(5) == ["всё"]
    assert telegram.texts(6) == ["раз"]
    assert telegram.texts(7) == ["job: конец"]


# Once, whatever breaks


async def test_killed_between_telegrams_yes_and_ours(post: Post, telegram: Telegram):
    """The message stands in the chat, and we do not know: it is found, not sent again."""
    telegram.swallows_answers(chat_id=5)
    await post.says("раз")
    await post.says("два")
    await until(lambda: telegram.texts(5))

    await post.restart()
    await post.arrived()

    assert telegram.texts(5) == ["раз", "два"]


async def test_killed_before_telegram_has_it(post: Post, telegram: Telegram):
    telegram.holds(chat_id=5)
    await post.says("раз")
    await until(lambda: telegram.calls)

    await post.restart()
    await post.arrived()

    assert telegram.texts(5) == ["раз"]


@pytest.mark.parametrize(
    "trouble",
    [
        lambda t: t.loses_answers(times=2),
        lambda t: t.breaks(httpx.ReadTimeout, times=2),
        lambda t: t.breaks(httpx.ConnectError, times=2),
        lambda t: t.answers(500, "Internal Server Error", times=2),
        lambda t: t.answers(429, "Too Many Requests", retry_after=1, times=2),
    ],
)
async def test_troubles_neither_lose_nor_double(post: Post, telegram: Telegram, trouble):
    trouble(telegram)
    for text in ("раз", "два", "три"):
        await post.says(text)
    await post.arrived()

    assert telegram.texts(5) == ["раз", "два", "три"]


async def test_disk_that_fails_after_telegrams_yes_does_not_repeat_the_message(
    post: Post, telegram: Telegram
):
    """Until it can be noted that the message was sent, it is not sent again and again."""
    await post.writes(
        lambda tx: tx.execute(
            "CREATE TRIGGER full BEFORE UPDATE OF sent_at ON outbox "
            "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    )
    await post.says("раз")
    await until(lambda: telegram.texts(5))
    began = now()
    await until(lambda: now() > began + 20)
    await post.writes(lambda tx: tx.execute("DROP TRIGGER full"))
    await post.arrived()

    assert telegram.texts(5) == ["раз"]
    assert len(telegram.calls) == 1


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_killed_again_and_again(post: Post, telegram: Telegram, seed: int):
    """At random moments, with answers that get lost: each message stands there once, in order."""
    rng = random.Random(seed)
    texts = [str(n) for n in range(12)]
    for text in texts:
        for chat_id in (5, 6, 7):
            await post.says(text, chat_id)
    for _ in range(12):
        chat_id = rng.choice([5, 6, 7])
        trouble = rng.choice(["swallows_answers", "loses_answers", "holds"])
        getattr(telegram, trouble)(chat_id=chat_id, method="sendMessage")
        await asyncio.sleep(rng.random() * 3)
        if rng.random() < 0.5:
            telegram.start(rng.choice([5, 6, 7]))
        await post.restart()
    telegram._troubles.clear()
    await post.restart()
    await post.arrived()

    for chat_id in (5, 6, 7):
        assert telegram.texts(chat_id) == texts


@in_real_time
async def test_close_lets_what_is_on_its_way_arrive(post: Post, telegram: Telegram):
    held = telegram.holds(chat_id=5)
    await post.says("раз")
    await until(lambda: telegram.calls)
    asyncio.get_running_loop().call_later(0.1, held.set)

    await post.outbox.close()

    rows = await post.database.rows("SELECT message_id FROM outbox WHERE sent_at IS NOT NULL")
    assert [row[0] for row in rows] == telegram.ids(5) != []


async def test_whether_something_waits_is_known(post: Post, telegram: Telegram):
    """Frames give way to it."""
    held = telegram.holds(chat_id=5)
    assert not await post.outbox.has_waiting(5)
    await post.says("раз")
    assert await post.outbox.has_waiting(5)
    assert not await post.outbox.has_waiting(6)

    held.set()
    await post.arrived()

    assert not await post.outbox.has_waiting(5)


# Cards


async def test_card_is_one_message_that_moves(post: Post, telegram: Telegram):
    for state in ("начало", "половина", "конец"):
        await post.moves(state)
        await post.arrived()

    assert telegram.texts(5) == ["job: конец"]
    assert [call.method for call in telegram.calls] == ["sendMessage", *["editMessageText"] * 2]


async def test_card_that_shows_it_already_is_not_edited(post: Post, telegram: Telegram):
    """Not one call for what nobody could see."""
    for _ in range(5):
        await post.moves("половина")
        await post.arrived()

    assert len(telegram.calls) == 1


async def test_at_most_one_edit_in_an_interval_and_the_newest_state_wins(
    post: Post, telegram: Telegram
):
    await post.moves("0 %")
    await until(lambda: telegram.texts(5))
    began = now()
    for n in range(1, 40):
        await post.moves(f"{n} %")
    spent = now() - began
    await post.arrived()

    times = [call.at for call in telegram.sent(5)]
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert telegram.texts(5) == ["job: 39 %"]
    assert len(times) <= 2 + spent / INTERVAL_S
    assert min(pauses) >= INTERVAL_S * 0.98


async def test_messages_do_not_wait_for_the_rest_of_cards(post: Post, telegram: Telegram):
    """An admin chats while a job moves."""
    post.outbox.card_interval_s = 1_000_000
    await post.moves("0 %")
    await until(lambda: telegram.texts(5))
    await post.outbox._workers.idle(5)
    await post.moves("1 %")
    await settle()
    await post.says("раз")
    await until(lambda: len(telegram.texts(5)) == 2)

    async with asyncio.timeout(1000), post.outbox.poster.order(5):
        pass  # nor do frames: nobody holds the chat
    assert telegram.texts(5) == ["job: 0 %", "раз"]


async def test_messages_go_before_cards(post: Post, telegram: Telegram):
    await post.kill()
    await post.moves("конец")
    await post.says("раз")
    await post.restart()
    await post.arrived()

    assert telegram.texts(5) == ["раз", "job: конец"]


async def test_card_that_is_gone_is_sent_anew(post: Post, telegram: Telegram):
    await post.moves("начало")
    await post.arrived()
    telegram.delete(5, telegram.ids(5)[0])

    await post.moves("конец")
    await post.arrived()

    assert telegram.texts(5) == ["job: конец"]


async def test_card_that_is_gone_and_shows_the_same_is_left_alone(post: Post, telegram: Telegram):
    await post.moves("начало")
    await post.arrived()
    telegram.delete(5, telegram.ids(5)[0])

    await post.moves("начало")
    await post.arrived()

    assert telegram.texts(5) == []


async def test_status_sends_the_card_anew_at_the_bottom(post: Post, telegram: Telegram):
    await post.moves("начало")
    await post.arrived()
    telegram.start(5)

    await post.writes(post.outbox.store.cards.renew, "job", 5)
    await post.arrived()
    await post.moves("конец")
    await post.arrived()

    assert telegram.texts(5) == ["job: начало", "job: конец"]


async def test_status_while_the_old_card_is_edited_is_answered(post: Post, telegram: Telegram):
    await post.moves("начало")
    await post.arrived()
    held = telegram.holds(chat_id=5)
    await post.moves("конец")
    await until(lambda: len(telegram.calls) == 2)

    await post.writes(post.outbox.store.cards.renew, "job", 5)
    held.set()
    await post.arrived()

    assert telegram.texts(5) == ["job: конец"] * 2


@pytest.mark.parametrize("moves_on", [False, True])
async def test_new_card_that_was_sent_before_the_kill_is_found(
    post: Post, telegram: Telegram, moves_on: bool
):
    telegram.swallows_answers(chat_id=5)
    await post.moves("начало")
    await until(lambda: telegram.texts(5))
    await post.kill()
    if moves_on:
        await post.moves("конец")

    await post.restart()
    await post.arrived()

    assert telegram.texts(5) == ["job: конец" if moves_on else "job: начало"]


async def test_last_state_is_shown_though_the_bot_was_killed_on_the_way(
    post: Post, telegram: Telegram
):
    """The job is over and moves no more: nobody would touch the card again."""
    await post.moves("начало")
    await post.arrived()
    telegram.holds(chat_id=5)
    await post.moves("конец")
    await until(lambda: len(telegram.calls) == 2)

    await post.restart()
    await post.arrived()

    assert telegram.texts(5) == ["job: конец"]


@pytest.mark.parametrize(
    ("trouble", "n_calls"),
    [
        (lambda t: t.answers(429, "Too Many Requests", retry_after=1), 2),
        (lambda t: t.breaks(httpx.ConnectError), 2),
        (lambda t: t.breaks(httpx.ReadError), 2 + SPARE_IDS + 1),
    ],
)
async def test_new_card_is_looked_for_only_when_it_may_have_left(
    post: Post, telegram: Telegram, trouble, n_calls: int
):
    """Calls for nothing would cost the next people their answers."""
    trouble(telegram)
    await post.moves("начало")
    await post.arrived()

    assert telegram.texts(5) == ["job: начало"]
    assert len(telegram.calls) == n_calls


async def test_job_that_is_gone_shows_nothing(post: Post, telegram: Telegram):
    await post.moves(None)
    await post.arrived()

    assert telegram.calls == []


async def test_card_that_telegram_refuses_holds_up_no_other(post: Post, telegram: Telegram):
    await post.moves("а" * 5000)
    await post.moves("начало", job_id="other")
    await post.arrived()

    assert telegram.texts(5) == ["other: начало"]


@pytest.mark.parametrize("kills", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_last_state_is_shown_whatever_breaks(
    post: Post, telegram: Telegram, seed: int, kills: bool
):
    """It moves while it is being shown, looked for, or waits: one card, with the last state."""

    def writes() -> None:
        """On a slow machine more than a search allows for would pile up before the bot speaks."""
        ids = [message_id for chat in telegram.chats.values() for message_id in chat]
        spoken = [message_id for chat in telegram.chats for message_id in telegram.ids(chat)]
        if max(ids, default=0) - max(spoken, default=0) < SPARE_IDS:
            telegram.start(5)

    rng = random.Random(seed)
    troubles: list[Callable[[], Any]] = [
        lambda: telegram.loses_answers(chat_id=5),
        lambda: telegram.answers(500, "Internal Server Error", chat_id=5),
        lambda: telegram.answers(429, "Too Many Requests", retry_after=1, chat_id=5),
        lambda: telegram.breaks(httpx.ConnectError, chat_id=5),
        lambda: telegram.breaks(httpx.ReadError, chat_id=5),
        lambda: telegram.swallows_answers(chat_id=5) if kills else None,
        writes,
    ]
    for n in range(25):
        rng.choice(troubles)()
        await post.moves(f"{n} %")
        if rng.random() < 0.3:
            await post.says(str(n))
        await asyncio.sleep(rng.random() * 4)
        if kills and rng.random() < 0.4:
            await post.restart()
    telegram._troubles.clear()
    if kills:
        await post.restart()
    await post.moves("конец")
    await post.arrived()

    cards = [text for text in telegram.texts(5) if text.startswith("job")]
    assert cards == ["job: конец"]


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_renewed_card_shows_the_last_state_whatever_breaks(
    post: Post, telegram: Telegram, seed: int
):
    """/status again and again, at any moment: the newest card is the one that follows the job."""
    rng = random.Random(seed)
    for n in range(25):
        rng.choice([telegram.loses_answers, lambda: telegram.answers(500, "down"), lambda: None])()
        await post.moves(f"{n} %")
        for _ in range(rng.randrange(8)):
            await asyncio.sleep(0)
        if rng.random() < 0.5:
            await post.writes(post.outbox.store.cards.renew, "job", 5)
        await asyncio.sleep(rng.random() * 4)
    telegram._troubles.clear()
    await post.moves("конец")
    await post.arrived()

    assert "job: конец" in telegram.texts(5)


# Changes of earlier messages, whose ids are not known when they are put in


async def changes(post: Post, earlier: str, text: str) -> None:
    payload = Screen(text=text).to_json()
    await post.database.write(
        lambda tx: post.outbox.store.change(
            tx, 5, key=f"change:{text}", payload=payload, now=1, edit_key=earlier
        )
    )


async def test_earlier_message_is_changed_wherever_it_is(post: Post, telegram: Telegram):
    """The change was put in before the message had an id, and survives a kill before it."""
    telegram.start(5)
    await post.says("карточка")
    await post.says("ответ")
    await changes(post, "5:карточка", "строка")
    await post.restart()
    await post.arrived()

    assert telegram.texts(5) == ["строка", "ответ"]


async def test_change_of_a_message_that_is_gone_says_nothing(post: Post, telegram: Telegram):
    """Neither of one that the person has deleted, nor of one that was never sent."""
    telegram.start(5)
    await post.says("карточка")
    await post.outbox.start()
    await post.arrived()
    telegram.delete(5, telegram.ids(5)[0])
    await changes(post, "5:карточка", "строка")
    await changes(post, "5:другая", "вторая строка")
    await post.says("ответ")
    await post.arrived()

    assert telegram.texts(5) == ["ответ"]
