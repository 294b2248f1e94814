"""What a person sent at once belongs together; what they sent one after the other does not."""

from typing import Any

import pytest

from bot.delivery.joining import (
    MOST_PARTS,
    WAIT_BEHIND_COMMENT_S,
    WAIT_FOR_ALBUM_S,
    WAIT_FOR_FORWARD_S,
    WAIT_FOR_TEXT_S,
    belongs,
    together,
    wait_s,
)
from bot.domain import JsonDict

FORWARDED: JsonDict = {"forward_origin": {"type": "hidden_user", "date": 1}}
PART = "слово " * 600
FULL = "а" * 4096


def message(text: str = "", date: int = 100, **fields: Any) -> JsonDict:
    words = {"text": text} if text else {}
    return {"message_id": 40, "date": date, "chat": {"id": 5}, **words, **fields}


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (message(FULL), message("хвост")),
        (message(PART), message("хвост", 102)),
        (message(FULL), message("/usr/bin и так далее")),
        (message(FULL), message("/bin и так далее")),
        (message(f"/use model\n{PART}"), message("хвост")),
        (message("Что скажешь?"), message("Чужое", **FORWARDED)),
        (message("Что скажешь?"), message(photo=[{}], **FORWARDED)),
        (message("Чужое", **FORWARDED), message("Ещё чужое", **FORWARDED)),
        (message("Чужое", **FORWARDED), message("Что скажешь?", 101)),
        (message(photo=[{}], media_group_id="1"), message(photo=[{}], media_group_id="1")),
        (message(FULL, message_thread_id=7), message("хвост", message_thread_id=7)),
    ],
)
def test_what_belongs_together(earlier: JsonDict, later: JsonDict):
    assert belongs(later, earlier)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (message("Привет"), message("Как дела?")),
        (message(PART), message("А ещё вот что", 110)),
        (message(PART), message("/new")),
        (message(FULL), message("Ответ", reply_to_message={"text": "x"})),
        (message(FULL), message("Чужое", 110, **FORWARDED)),
        (message(FULL, **FORWARDED), message("Привет", 110)),
        (message("/train"), message("Чужое", **FORWARDED)),
        (message("Да", reply_to_message={"text": "x"}), message("Чужое", **FORWARDED)),
        (message("Чужое", **FORWARDED), message("/new")),
        (message(photo=[{}], media_group_id="1"), message(photo=[{}], media_group_id="2")),
        (message(photo=[{}], media_group_id="1"), message("Это мы")),
        (message(photo=[{}]), message("Это мы")),
        (message(FULL, message_thread_id=7), message("хвост")),
        (message(FULL), message("хвост", 90)),
        (message(FULL), {}),
        ({}, message("хвост")),
    ],
)
def test_what_does_not(earlier: JsonDict, later: JsonDict):
    assert not belongs(later, earlier)


@pytest.mark.parametrize(
    ("last", "seconds"),
    [
        (message(FULL), WAIT_FOR_TEXT_S),
        (message(f"/use model\n{PART}"), WAIT_FOR_TEXT_S),
        (message(photo=[{}], media_group_id="1"), WAIT_FOR_ALBUM_S),
        (message("Чужое", **FORWARDED), WAIT_FOR_FORWARD_S),
        (message("Привет"), WAIT_BEHIND_COMMENT_S),
        (message("Да", reply_to_message={"text": "x"}), 0),
        (message("/train"), 0),
        (message(photo=[{}]), 0),
        ({}, 0),
    ],
)
def test_ordinary_messages_hardly_wait(last: JsonDict, seconds: float):
    assert wait_s(last) == seconds
    assert seconds <= 2


def test_no_number_of_parts_holds_a_lane_for_ever():
    assert together([message(FULL)] * 50) == MOST_PARTS
    assert together([message(FULL), message("хвост"), message("Ещё вопрос")]) == 2
    assert together([message("Привет")]) == 1


def test_files_of_an_album_stay_apart_among_commands():
    """An admin's files are datasets, and each gets its report."""
    files = [message(document={}, media_group_id="1")] * 2

    assert (together(files), together(files, is_talk=False)) == (2, 1)
    assert wait_s(files[0], is_talk=False) == 0
    assert together([message(FULL), message("хвост")], is_talk=False) == 2
    assert wait_s(message(FULL), is_talk=False) == WAIT_FOR_TEXT_S
