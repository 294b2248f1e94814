"""What is done about what came while the bot was away: one question, each wish once."""

import json
from collections.abc import Sequence

import pytest

from bot.delivery.backlog import MOST_MESSAGES, backlog
from bot.delivery.inbox_store import InboxRow
from bot.delivery.messages import new_or_edited, words_of
from bot.domain import JsonDict

CHAT = {"id": 5, "type": "private"}
BOT = {"id": 77, "is_bot": True}


def message(number: int, text: str, **fields: object) -> JsonDict:
    return {"message": {"message_id": number, "chat": CHAT, "date": 1, "text": text, **fields}}


def edit(number: int, text: str) -> JsonDict:
    return {"edited_message": message(number, text)["message"] | {"edit_date": 2}}


def press(data: str, message_id: int = 9) -> JsonDict:
    return {"callback_query": {"id": "1", "data": data, "message": {"message_id": message_id}}}


def rows(updates: Sequence[JsonDict]) -> list[InboxRow]:
    return [
        InboxRow(
            id=number, chat_id=5, lane="talk", payload=json.dumps(update), floor_id=0, attempts=0,
            frame_message_id=None, is_late=True,
        )
        for number, update in enumerate(updates, 1)
    ]  # fmt: skip


def worked_off(updates: Sequence[JsonDict], *, is_talk: bool) -> tuple[list[list[str]], list[int]]:
    """What is handled, one after the other, and the numbers of what is left."""
    open_rows, handled, left = rows(updates), [], []
    while open_rows:
        found = backlog(open_rows, is_talk=is_talk)
        handled.append([_said(json.loads(row.payload)) for row in found.handled])
        left += [row.id for row in found.left]
        gone = {row.id for row in (*found.handled, *found.left)}
        assert gone
        open_rows = [row for row in open_rows if row.id not in gone]
    return handled, left


def _said(update: JsonDict) -> str:
    return words_of(new_or_edited(update)) or update.get("callback_query", {}).get("data", "")


@pytest.mark.parametrize(
    ("updates", "handled", "left"),
    [
        ([message(1, "раз"), message(2, "два")], [["раз", "два"]], []),
        ([message(1, "раз"), message(2, "/new"), message(3, "два")], [["раз", "два"]], [2]),
        ([message(1, "раз"), press("chat:again:4")], [["раз"]], [2]),
        ([message(1, "/new"), press("chat:again:4"), message(2, "/retry")], [["/retry"]], [1, 2]),
        ([message(1, "рза"), edit(1, "раз"), message(2, "два")], [["раз", "два", ""]], []),
        ([message(1, "раз"), edit(1, "два"), edit(1, "три")], [["три", "", ""]], []),
        ([edit(1, "ещё до остановки")], [["ещё до остановки"]], []),
        (
            [message(1, "раз"), message(2, "верно", reply_to_message={"from": BOT})],
            [["раз"], ["верно"]],
            [],
        ),
        (
            [message(1, "раз", reply_to_message={"from": {"id": 5}}), message(2, "два")],
            [["раз", "два"]],
            [],
        ),
        (
            [
                message(1, "раз", message_thread_id=3, is_topic_message=True),
                message(2, "там", message_thread_id=4, is_topic_message=True),
                message(3, "два", message_thread_id=3, is_topic_message=True),
            ],
            [["раз", "два"], ["там"]],
            [],
        ),
    ],
)
def test_talk(updates: Sequence[JsonDict], handled: Sequence[Sequence[str]], left: Sequence[int]):
    assert worked_off(updates, is_talk=True) == (handled, left)


@pytest.mark.parametrize(
    ("updates", "handled", "left"),
    [
        ([message(n, "/help") for n in range(5)], [["/help"]], [1, 2, 3, 4]),
        ([message(1, "/help"), message(2, "/jobs")], [["/jobs"]], [1]),
        (
            [
                message(1, "/use а"),
                message(2, "/jobs"),
                message(3, "/use  а"),
                message(4, "/use б"),
            ],
            [["/jobs"], ["/use  а"], ["/use б"]],
            [1],
        ),
        (
            [press("ratings:up:1"), press("ratings:down:1"), press("ratings:up:1")],
            [["ratings:down:1"], ["ratings:up:1"]],
            [1],
        ),
        ([press("jobs:open:1", 8), press("jobs:open:1", 9)], [["jobs:open:1"]] * 2, []),
        ([{"my_chat_member": {"chat": CHAT}}] * 2, [[""], [""]], []),
    ],
)
def test_wishes(updates: Sequence[JsonDict], handled: Sequence[Sequence[str]], left: Sequence[int]):
    assert worked_off(updates, is_talk=False) == (handled, left)


def test_of_very_many_messages_the_newest_are_read():
    """All of them are parts of the question, so what was seen in any of them is not lost."""
    found = backlog(rows([message(n, f"слово {n}") for n in range(1000)]), is_talk=True)
    read = [_said(json.loads(row.payload)) for row in found.handled]
    assert read[:MOST_MESSAGES] == [f"слово {n}" for n in range(1000 - MOST_MESSAGES, 1000)]
    assert read[MOST_MESSAGES:] == [""] * (1000 - MOST_MESSAGES)
    assert found.left == []
