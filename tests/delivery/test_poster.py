"""A screen comes into a chat once, whatever Telegram and the network make of it."""

import asyncio

import httpx
import pytest
from telegram.error import Forbidden, NetworkError, RetryAfter

from bot.delivery.lost_messages import (
    MOST_PROBED,
    SEARCH_S,
    SPARE_IDS,
    SPARE_IDS_AFTER_START,
)
from bot.delivery.outcomes import Refused, Uncertain, Unreadable
from bot.delivery.poster import Poster
from bot.delivery.rate_limits import RateLimits
from bot.delivery.screen import Button, Screen
from bot.domain import JsonDict
from tests.clocks import VirtualLoop, now, settle
from tests.fakes import Telegram

LOOP = VirtualLoop
HELLO = Screen(text="<b>Здравствуйте</b> &amp; добро пожаловать")
SHOWN = "Здравствуйте & добро пожаловать"


async def post(
    poster: Poster,
    screen: Screen = HELLO,
    *,
    chat_id: int = 5,
    edit_id: int | None = None,
    floor_id: int = 0,
    is_unsure: bool = False,
) -> int:
    async with poster.order(chat_id):
        return await poster.post(
            chat_id, screen, edit_id=edit_id, floor_id=floor_id, is_unsure=is_unsure
        )


async def lost(telegram: Telegram, poster: Poster, text: str = "начало …", chat_id: int = 5) -> int:
    """A message that Telegram has and whose id we never learnt; returns the floor below it."""
    floor_id = max(telegram.chats[chat_id])
    telegram.loses_answers(method="sendMessage", chat_id=chat_id)
    with pytest.raises(Uncertain):
        await post(poster, Screen(text=text), chat_id=chat_id, floor_id=floor_id)
    return floor_id


async def test_new_message(telegram: Telegram, poster: Poster):
    message_id = await post(poster)

    assert telegram.texts(5) == [SHOWN]
    assert telegram.ids(5) == [message_id]
    assert telegram.sent(5)[0].params["parse_mode"] == "HTML"


async def test_buttons_alone_change(telegram: Telegram, poster: Poster):
    """In one call, which says nothing anew; where the message is gone nothing comes of it."""
    message_id = await post(poster)
    buttons = Screen(text="", buttons=[[Button(text="👍 ✓", data="ratings:unrate:1")]])

    for edit_id in (message_id, message_id, message_id + 9):
        assert await post(poster, buttons, edit_id=edit_id, is_unsure=True) == edit_id

    assert telegram.texts(5) == [SHOWN]
    assert "ratings:unrate:1" in str(telegram.chats[5][message_id].markup)
    calls = telegram.sent(5)[1:]
    assert [call.method for call in calls] == ["editMessageReplyMarkup"] * 3
    assert "text" not in calls[0].params


async def test_buttons_and_entities_reach_telegram(telegram: Telegram, poster: Poster):
    """Text with entities is never read as HTML."""
    screen = Screen(
        text="<b>Лес</b>",
        entities=[{"type": "italic", "offset": 3, "length": 3}],
        buttons=[
            [Button(text="Обучить", data="training:plan:")],
            [Button(text="?", url="https://a.b")],
        ],
    )

    message_id = await post(poster, screen)

    message = telegram.chats[5][message_id]
    assert message.text == "<b>Лес</b>"
    assert message.entities == [{"type": "italic", "offset": 3, "length": 3}]
    assert message.markup["inline_keyboard"] == [
        [{"text": "Обучить", "callback_data": "training:plan:"}],
        [{"text": "?", "url": "https://a.b"}],
    ]


async def test_edit(telegram: Telegram, poster: Poster):
    message_id = await post(poster, Screen(text="раньше"))

    assert await post(poster, edit_id=message_id) == message_id
    assert telegram.texts(5) == [SHOWN]


async def test_edit_that_changes_nothing_is_fine(telegram: Telegram, poster: Poster):
    """A repeated edit has come to what it should."""
    message_id = await post(poster)

    assert await post(poster, edit_id=message_id) == message_id
    assert telegram.texts(5) == [SHOWN]


async def test_message_that_is_gone_comes_anew(telegram: Telegram, poster: Poster):
    message_id = await post(poster)
    telegram.delete(5, message_id)

    again = await post(poster, edit_id=message_id)

    assert telegram.ids(5) == [again]
    assert telegram.texts(5) == [SHOWN]


@pytest.mark.parametrize(
    "words",
    [
        "message can't be edited",
        "message to edit not found",
        "MESSAGE_ID_INVALID",
        "there is no text in the message to edit",
    ],
)
async def test_message_that_can_not_be_edited_any_more_comes_anew(
    telegram: Telegram, poster: Poster, words: str
):
    message_id = await post(poster)
    telegram.answers(400, f"Bad Request: {words}", method="editMessageText")

    again = await post(poster, Screen(text="новое"), edit_id=message_id)

    assert again != message_id
    assert telegram.texts(5) == [SHOWN, "новое"]


@pytest.mark.parametrize("edits", [False, True])
async def test_html_that_telegram_refuses_is_sent_as_plain_text(
    telegram: Telegram, poster: Poster, edits: bool
):
    """A person reads a sentence with a mistake of ours rather than none."""
    edit_id = await post(poster) if edits else None

    await post(poster, Screen(text="<b>1 &lt; 2</i> и <i>всё</i>"), edit_id=edit_id)

    assert telegram.texts(5) == ["1 < 2 и всё"]


async def test_other_refusals_are_final(telegram: Telegram, poster: Poster):
    with pytest.raises(Refused, match="too long"):
        await post(poster, Screen(text="а" * 4097))
    with pytest.raises(Refused, match="empty"):
        await post(poster, Screen(text="  ", entities=[]))

    assert len(telegram.calls) == 2


@pytest.mark.parametrize("edits", [False, True])
async def test_who_takes_no_messages_is_told_apart(telegram: Telegram, poster: Poster, edits: bool):
    """Blocked, or never came: both may come back."""
    edit_id = await post(poster) if edits else None
    telegram.blocked.add(5)
    with pytest.raises(Forbidden):
        await post(poster, edit_id=edit_id)

    with pytest.raises(Forbidden):
        await post(poster, chat_id=404, edit_id=edit_id)


async def test_pause_that_telegram_asks_for_blocks_that_chat_only(
    telegram: Telegram, poster: Poster, pace: RateLimits
):
    telegram.answers(429, "Too Many Requests", retry_after=30, chat_id=5)
    with pytest.raises(RetryAfter):
        await post(poster)
    assert (pace.is_free(5), pace.is_free(6)) == (False, True)

    await asyncio.gather(post(poster), post(poster, chat_id=6))

    assert [(call.chat_id, round(call.at)) for call in telegram.calls[1:]] == [(6, 0), (5, 30)]


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
async def test_what_certainly_did_not_leave_is_no_doubt(telegram, poster, error):
    telegram.breaks(error)

    with pytest.raises(NetworkError):
        await post(poster)


@pytest.mark.parametrize(
    "trouble",
    [
        lambda t: t.loses_answers(),
        lambda t: t.breaks(httpx.ReadError),
        lambda t: t.breaks(httpx.ReadTimeout),
        lambda t: t.breaks(httpx.WriteError),
        lambda t: t.breaks(httpx.RemoteProtocolError),
        lambda t: t.answers(500, "Internal Server Error"),
        lambda t: t.answers(502, "Bad Gateway"),
        lambda t: t.answers(504, "Gateway Timeout"),
    ],
)
async def test_what_may_have_left_is_a_doubt(telegram, poster, trouble):
    """Then it was there, or it was not; nobody can tell by the error."""
    trouble(telegram)
    with pytest.raises(Uncertain):
        await post(poster)

    await post(poster, floor_id=3, is_unsure=True)

    assert telegram.texts(5) == [SHOWN]


async def test_lost_message_is_found_again(telegram: Telegram, poster: Poster):
    """Between messages of the person and of other chats, and shows what it should show now."""
    floor_id = max(telegram.chats[5])
    telegram.start(5)
    telegram.start(6)
    await post(poster, Screen(text="чужое"), chat_id=6)
    await lost(telegram, poster)
    (lost_id,) = telegram.ids(5)

    found = await post(poster, floor_id=floor_id, is_unsure=True)

    assert found == lost_id
    assert telegram.texts(5) == [SHOWN]
    assert telegram.texts(6) == ["чужое"]


async def test_message_that_was_not_lost_is_sent(telegram: Telegram, poster: Poster):
    """After a bounded search; longer where an earlier process lost it, with others perhaps."""
    await post(poster, floor_id=3, is_unsure=True)

    assert telegram.texts(5) == [SHOWN]
    assert len(telegram.sent(5, "editMessageText")) == SPARE_IDS_AFTER_START

    telegram.breaks(httpx.ReadError, chat_id=6)
    with pytest.raises(Uncertain):
        await post(poster, chat_id=6, floor_id=3)
    await post(poster, chat_id=6, floor_id=3, is_unsure=True)

    assert telegram.texts(6) == [SHOWN]
    assert len(telegram.sent(6, "editMessageText")) == SPARE_IDS + 1


async def test_newer_message_of_another_chat_ends_the_search(telegram: Telegram, poster: Poster):
    """Ids have no gaps: nothing can be between the newest id before and the next one after."""
    telegram.breaks(httpx.ReadError)
    with pytest.raises(Uncertain):
        await post(poster, floor_id=3)
    await asyncio.sleep(1)
    await post(poster, chat_id=6)

    await post(poster, floor_id=3, is_unsure=True)

    assert telegram.texts(5) == [SHOWN]
    assert telegram.sent(5, "editMessageText") == []


async def answering(telegram: Telegram) -> None:
    """Telegram answers something once a second."""
    while True:
        await telegram.bot.get_me()
        await asyncio.sleep(1)


async def test_silence_is_worse_than_a_second_copy(telegram: Telegram, poster: Poster, started):
    """Telegram can be reached, but no edit comes through: the search ends, and it is sent again."""
    floor_id = await lost(telegram, poster)
    telegram.breaks(httpx.ReadError, method="editMessageText", times=2000)
    started(answering(telegram))
    began = now()

    await post(poster, floor_id=floor_id, is_unsure=True)

    assert telegram.texts(5) == ["начало …", SHOWN]
    assert SEARCH_S - 1 < now() - began < SEARCH_S + 2


@pytest.mark.parametrize("hole_s", [5, 60, 3600])
async def test_nothing_is_sent_again_into_a_hole(
    telegram: Telegram, poster: Poster, started, hole_s: int
):
    """While nobody has an answer of Telegram, a search waits: its time begins afterwards."""
    floor_id = await lost(telegram, poster)
    telegram.breaks(httpx.ReadError, times=4 * hole_s + 100)
    searching = started(post(poster, floor_id=floor_id, is_unsure=True))
    await asyncio.sleep(hole_s)
    assert len(telegram.sent(5, "sendMessage")) == 1
    n_probes = len(telegram.sent(5, "editMessageText"))
    assert n_probes < 10 + 2 * hole_s

    telegram._troubles.clear()
    telegram.breaks(httpx.ReadError, method="editMessageText", times=12)
    ended = now()
    await searching

    assert telegram.texts(5) == [SHOWN]
    assert now() - ended < 5


async def test_what_was_ruled_out_is_not_asked_again(telegram: Telegram, poster: Poster, started):
    """Not in the same search, nor in the next one."""
    telegram.breaks(httpx.ReadError)
    with pytest.raises(Uncertain):
        await post(poster, floor_id=3)
    telegram.answers(429, "Too Many Requests", retry_after=1, method="editMessageText")
    telegram.breaks(httpx.ReadError, method="editMessageText", times=2)
    with pytest.raises(RetryAfter):
        await post(poster, floor_id=3, is_unsure=True)

    await post(poster, floor_id=3, is_unsure=True)

    assert telegram.texts(5) == [SHOWN]
    assert len(telegram.sent(5, "editMessageText")) == SPARE_IDS + 1 + 3
    assert now() < SEARCH_S


async def test_what_turns_out_to_be_another_message_is_not_asked(
    telegram: Telegram, poster: Poster, pace: RateLimits, known: set[int], started
):
    """After a hole updates come in while probes wait for their turn: these ids need none."""
    telegram.breaks(httpx.ReadError)
    with pytest.raises(Uncertain):
        await post(poster, floor_id=3)

    async def always() -> bool:
        return True

    others = [started(pace.turn_to_search(always)) for _ in range(40)]
    search = started(post(poster, floor_id=3, is_unsure=True))
    await asyncio.sleep(0.5)
    known.update(range(4, 4 + SPARE_IDS + 1))

    await search

    assert telegram.texts(5) == [SHOWN]
    assert telegram.sent(5, "editMessageText") == []
    assert all(other.done() for other in others)


async def test_second_loss_is_looked_for_where_the_first_was_ruled_out(
    telegram: Telegram, poster: Poster
):
    """An id that did not exist at the first search may be the second copy's."""
    telegram.breaks(httpx.ReadError, method="sendMessage")
    with pytest.raises(Uncertain):
        await post(poster, floor_id=3)
    telegram.loses_answers(method="sendMessage")
    with pytest.raises(Uncertain):
        await post(poster, floor_id=3, is_unsure=True)

    await post(poster, floor_id=3, is_unsure=True)

    assert telegram.texts(5) == [SHOWN]


NONSENSE = [
    (200, {"ok": True, "result": True}),
    (200, {"ok": True, "result": {}}),
    (200, {"ok": True, "result": []}),
    (200, {"ok": True, "result": [{"message_id": 5}]}),
    (200, {"ok": True, "result": "sent"}),
    (200, {"ok": True, "result": 7}),
    (200, {"ok": True, "result": {"message_id": 5}}),
    (200, {"ok": True, "result": {"message_id": "5", "date": "now", "chat": 5}}),
    (200, {"ok": True, "result": None}),
    (200, {"ok": True}),
    (200, {"ok": False, "error_code": 200, "description": "?"}),
    (200, {}),
    (200, "[]"),
    (200, "null"),
    (200, ""),
    (200, '{"ok":true,"result":{"message_id":5,"da'),
    (200, "[" * 100_000),
    (200, "<html><title>Sign in to Wi-Fi</title></html>"),
    (204, ""),
    (302, "<html>Moved</html>"),
    (403, "<html>Blocked by policy</html>"),
    (403, {"ok": False, "error": "blocked"}),
    (401, "<html>Proxy authentication</html>"),
    (404, "<html>nginx</html>"),
    (502, "<html>Bad Gateway</html>"),
]
"""What may come in the place of Telegram's answer: a status and a body."""


def outcome_of(status: int) -> type[Uncertain]:
    """A gateway that does not get through to Telegram is as good as silence."""
    return Uncertain if status == 502 else Unreadable


@pytest.mark.parametrize(("status", "body"), NONSENSE)
@pytest.mark.parametrize("is_done", [True, False])
async def test_answer_that_says_nothing_is_a_lost_answer(
    telegram: Telegram, poster: Poster, status: int, body: str | JsonDict, is_done: bool
):
    """The message is there, or not; it is looked for, and comes once."""
    telegram.is_spoken_for(status, body, method="sendMessage", is_done=is_done)
    with pytest.raises(outcome_of(status)) as raised:
        await post(poster, Screen(text="начало …"), floor_id=3)
    assert raised.type is outcome_of(status)

    await post(poster, floor_id=3, is_unsure=True)

    assert telegram.texts(5) == [SHOWN]
    assert len(telegram.sent(5, "sendMessage")) == 2 - is_done


@pytest.mark.parametrize(
    ("status", "body"), [each for each in NONSENSE if each[1] != NONSENSE[0][1]]
)
async def test_edit_whose_answer_says_nothing_is_no_refusal(
    telegram: Telegram, poster: Poster, status: int, body: str | JsonDict
):
    """It can be repeated; no second message comes of it. (`true` is an answer to an edit.)"""
    message_id = await post(poster, Screen(text="раньше"))
    telegram.is_spoken_for(status, body, method="editMessageText", is_done=False)
    with pytest.raises(outcome_of(status)) as raised:
        await post(poster, edit_id=message_id)
    assert raised.type is outcome_of(status)

    assert await post(poster, edit_id=message_id) == message_id
    assert telegram.texts(5) == [SHOWN]


@pytest.mark.parametrize("body", ["<html>slow down</html>", {"ok": False}, ""])
async def test_slow_down_without_a_number_is_a_short_pause(
    telegram: Telegram, poster: Poster, pace: RateLimits, body: str | JsonDict
):
    """Whoever says so has not carried the call out."""
    telegram.is_spoken_for(429, body, is_done=False)
    with pytest.raises(RetryAfter):
        await post(poster)
    assert not pace.is_free(5)

    await post(poster)

    assert telegram.texts(5) == [SHOWN]
    assert 0 < now() < 10


@pytest.mark.parametrize("seconds", [10**4, 10**9, 10**30])
async def test_huge_pause_is_cut(telegram: Telegram, poster: Poster, seconds: int):
    """Nobody waits for days; asking again does no harm."""
    telegram.answers(429, "Too Many Requests", retry_after=seconds)
    with pytest.raises(RetryAfter):
        await post(poster)

    await post(poster)

    assert telegram.texts(5) == [SHOWN]
    assert now() <= 301


async def test_messages_that_we_know_are_never_overwritten(
    telegram: Telegram, poster: Poster, known: set[int]
):
    """Though they stand above the floor and would let themselves be edited."""
    floor_id = max(telegram.chats[5])
    for text in ("первое", "второе"):
        known.add(await post(poster, Screen(text=text)))
    await lost(telegram, poster)
    known.add(await post(poster, Screen(text="третье")))

    await post(poster, floor_id=floor_id, is_unsure=True)
    await post(poster, Screen(text="четвёртое"), floor_id=max(known), is_unsure=True)

    assert telegram.texts(5) == ["первое", "второе", SHOWN, "третье", "четвёртое"]


async def test_lost_message_is_found_above_many_that_are_known(
    telegram: Telegram, poster: Poster, known: set[int]
):
    """Other chats were busy meanwhile: ids are counted over all of them."""
    floor_id = max(telegram.chats[5])
    known.update(telegram.start(6) for _ in range(200))
    await lost(telegram, poster)

    await post(poster, floor_id=floor_id, is_unsure=True)

    assert telegram.texts(5) == [SHOWN]


async def test_search_has_an_end(telegram: Telegram, poster: Poster, known: set[int]):
    """An old floor far below what is known now."""
    known.add(100_000)

    await post(poster, floor_id=3, is_unsure=True)

    assert len(telegram.sent(5, "editMessageText")) == MOST_PROBED + SPARE_IDS_AFTER_START
    assert telegram.texts(5) == [SHOWN]


async def test_messages_below_the_floor_are_not_touched(telegram: Telegram, poster: Poster):
    await post(poster, Screen(text="старое"))

    await post(poster, floor_id=max(telegram.chats[5]), is_unsure=True)

    assert telegram.texts(5) == ["старое", SHOWN]


async def test_what_people_wrote_is_never_touched(telegram: Telegram, poster: Poster):
    for _ in range(5):
        telegram.start(5)

    await post(poster, floor_id=0, is_unsure=True)

    assert [m.text for m in telegram.chats[5].values() if not m.is_mine] == ["привет"] * 6


async def test_message_that_took_the_place_of_a_deleted_one_may_be_lost_too(
    telegram: Telegram, poster: Poster
):
    """It is looked for like any other, not sent twice."""
    message_id = await post(poster)
    telegram.delete(5, message_id)
    telegram.loses_answers(method="sendMessage")
    with pytest.raises(Uncertain):
        await post(poster, edit_id=message_id, floor_id=message_id)

    await post(poster, edit_id=message_id, floor_id=message_id, is_unsure=True)

    assert telegram.texts(5) == [SHOWN]


async def test_trouble_while_searching_is_no_answer(telegram: Telegram, poster: Poster):
    """What is in doubt stays in doubt, and nothing is sent on a guess."""
    floor_id = await lost(telegram, poster)
    telegram.answers(429, "Too Many Requests", retry_after=3, method="editMessageText", times=9)
    with pytest.raises(RetryAfter):
        await post(poster, floor_id=floor_id, is_unsure=True)
    telegram._troubles.clear()
    assert len(telegram.sent(5, "sendMessage")) == 1
    telegram.answers(502, "Bad Gateway", method="editMessageText", times=7)
    telegram.holds(method="editMessageText", times=2)

    await post(poster, floor_id=floor_id, is_unsure=True)

    assert telegram.texts(5) == [SHOWN]


async def test_pace_is_kept(telegram: Telegram, poster: Poster):
    """Edits count like new messages."""
    message_id = await post(poster)
    for n in range(7):
        await post(poster, Screen(text=str(n)), edit_id=message_id)

    assert now() == pytest.approx(4)


async def test_one_at_a_time_in_a_chat_and_no_chat_waits_for_another(
    telegram: Telegram, poster: Poster
):
    held = telegram.holds(chat_id=5)
    first = asyncio.create_task(post(poster, Screen(text="a")))
    await settle()
    second = asyncio.create_task(post(poster, Screen(text="b")))
    await post(poster, chat_id=6)
    assert telegram.texts(6) == [SHOWN]
    assert telegram.texts(5) == []

    held.set()
    await asyncio.gather(first, second)

    assert telegram.texts(5) == ["a", "b"]
    assert telegram.most_in_flight == 1


async def test_order_is_given_back_by_whoever_is_cancelled(telegram: Telegram, poster: Poster):
    """And nothing is kept of a chat that rests."""
    telegram.holds(chat_id=5)
    tasks = [asyncio.create_task(post(poster)) for _ in range(3)]
    await settle()
    for task in tasks[:2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert telegram.texts(5) == [SHOWN]
    assert (poster._locks, poster._waiting) == ({}, {})


@pytest.mark.parametrize(
    "reason",
    [
        "Bad Request: can't parse entities: unsupported start tag",
        "Bad Request: ENTITY_TEXTURL_INVALID",
        "Bad Request: ENTITIES_TOO_LONG",
        "Bad Request: wrong HTTP URL specified",
    ],
)
async def test_answer_whose_formatting_is_refused_comes_as_plain_text(
    telegram: Telegram, poster: Poster, reason: str
):
    """Sent or edited, with its buttons: rather without formatting than without a word."""
    screen = Screen(
        text="в лесу",
        entities=[{"type": "bold", "offset": 0, "length": 1}],
        buttons=[[Button(text="🔁", data="chat:again:1")]],
    )
    telegram.answers(400, reason, method="sendMessage")
    sent = await post(poster, screen)
    telegram.answers(400, reason, method="editMessageText")
    await post(poster, screen, edit_id=sent)

    assert telegram.ids(5) == [sent]
    message = telegram.chats[5][sent]
    assert (message.text, message.entities) == ("в лесу", [])
    assert message.markup


async def test_plain_text_that_is_refused_is_not_tried_for_ever(telegram: Telegram, poster: Poster):
    telegram.answers(400, "Bad Request: ENTITIES_TOO_LONG", times=5)

    with pytest.raises(Refused):
        await post(poster, Screen(text="в лесу", entities=[]))

    assert len(telegram.calls) == 1
