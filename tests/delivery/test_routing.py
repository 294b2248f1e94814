"""Which chat and lane an update belongs to, whatever its shape."""

import json

import pytest

from bot.delivery.routing import route, route_all, update_id_of
from bot.domain import JsonDict
from tests.composition import registry

LANES = registry().lanes


def message(text: str | None = "привет", **fields: object) -> JsonDict:
    content = {"message_id": 40, "chat": {"id": 5}, "from": {"id": 5}} | fields
    return content if text is None else content | {"text": text}


def lane_of(**update: object) -> tuple[int, str, int]:
    incoming = route({"update_id": 1, **update}, LANES)
    assert incoming is not None
    return incoming.chat_id, incoming.lane, incoming.message_id


@pytest.mark.parametrize(
    ("text", "lane"),
    [
        ("Как начать свой бизнес?", "talk"),
        ("/new", "talk"),
        ("/NEW", "talk"),
        ("/new@natasha_bot", "talk"),
        ("/Retry", "talk"),
        ("/new и ещё слова", "talk"),
        ("/newest", "desk"),
        ("/train quick", "desk"),
        ("/status@natasha_bot", "desk"),
        ("/", "talk"),
        ("/ - это дробная черта?", "talk"),
        ("/привет", "talk"),
        ("/etc/passwd", "talk"),
        ("не /train", "talk"),
        ("", "talk"),
    ],
)
def test_words_are_talk_commands_are_desk(text: str, lane: str):
    """Whatever words begin with, they keep their order; so do /new and /retry among them."""
    assert lane_of(message=message(text)) == (5, lane, 40)


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ({"edited_message": message()}, (5, "talk", 40)),
        ({"message": message(None, photo=[])}, (5, "talk", 40)),
        ({"message": message(None, photo=[], caption="Это я")}, (5, "talk", 40)),
        ({"message": message(None, photo=[], caption="/status")}, (5, "desk", 40)),
        ({"message": message(None, voice={})}, (5, "talk", 40)),
        ({"message": message(None, document={"file_id": "x"})}, (5, "desk", 40)),
        ({"message": message(None, document={}, caption="Привет, Наташа")}, (5, "desk", 40)),
        ({"message": message(None, document={}, caption="/new")}, (5, "desk", 40)),
        ({"callback_query": {"id": "1", "message": message()}}, (5, "desk", 0)),
        ({"callback_query": {"id": "1"}}, (0, "desk", 0)),
        ({"callback_query": {"data": "chat:stop:7", "message": message()}}, (5, "stop", 0)),
        ({"callback_query": {"data": "chat:again:7", "message": message()}}, (5, "talk", 0)),
        ({"callback_query": {"data": "chat:anew:7", "message": message()}}, (5, "talk", 0)),
        (
            {"callback_query": {"data": "ratings:correction_write:7", "message": message()}},
            (5, "talk", 0),
        ),
        (
            {"callback_query": {"data": "comparison:vote_same:7", "message": message()}},
            (5, "talk", 0),
        ),
        ({"callback_query": {"data": "comparison:stop:7", "message": message()}}, (5, "desk", 0)),
        ({"callback_query": {"data": "ratings:up:7", "message": message()}}, (5, "desk", 0)),
        ({"callback_query": {"data": "talk:", "message": message()}}, (5, "desk", 0)),
        ({"callback_query": {"data": ["chat:stop:7"], "message": message()}}, (5, "desk", 0)),
        ({"message": message("chat:stop:7")}, (5, "talk", 40)),
        ({"my_chat_member": {"chat": {"id": 5}}}, (5, "desk", 0)),
        ({"something_new": {"chat": {"id": 5}}}, (0, "desk", 0)),
        ({}, (0, "desk", 0)),
        ({"message": "nonsense"}, (0, "desk", 0)),
        ({"message": {"chat": "nonsense", "text": 7}}, (0, "talk", 0)),
        ({"message": {"chat": {"id": True}, "message_id": 1.5}}, (0, "talk", 0)),
        ({"message": {"chat": {"id": 2**80}, "message_id": -(2**80)}}, (0, "talk", 0)),
        ({"callback_query": []}, (0, "desk", 0)),
        ({"message": None, "edited_message": message()}, (5, "talk", 40)),
    ],
)
def test_any_shape_finds_its_place(update: JsonDict, expected: tuple[int, str, int]):
    """Chat 0 takes what can't be told. A button's message is ours, so its id says nothing new."""
    assert lane_of(**update) == expected


@pytest.mark.parametrize("text", ["ёлка 🎄 \x00 \ud83d", '"<b>&', "a" * 5000])
def test_payload_is_the_update_and_can_be_stored(text: str):
    """Also half a character, which JSON can spell and UTF-8 can't."""
    update = {"update_id": 3, "message": message(text)}

    incoming = route(update, LANES)

    assert incoming is not None
    assert incoming.payload.encode()
    assert json.loads(incoming.payload) == update


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"update_id": None},
        {"update_id": "x"},
        {"update_id": True},
        {"update_id": 2**70},
        {"update_id": 0},
    ],
)
def test_update_without_an_id_costs_only_itself(broken: JsonDict):
    """The others of its batch are stored, in their order."""
    first, last = {"update_id": 1, "message": message("a")}, {"update_id": 2}

    routed = route_all([first, broken, last], LANES)

    assert [incoming.update_id for incoming in routed] == [1, 2]
    assert update_id_of(broken) is None


@pytest.mark.parametrize("broken", [None, 7, "x", [], True])
def test_what_is_no_update_at_all_is_left_out(broken: object):
    routed = route_all([broken, {"update_id": 2}], LANES)  # type: ignore[list-item]

    assert [incoming.update_id for incoming in routed] == [2]


def test_file_stays_in_order_with_the_commands_that_speak_of_it():
    """A file, then /validate: the same lane, whose rows are worked off as they came."""
    file = {"update_id": 1, "message": message(None, document={"file_id": "x"})}
    command = {"update_id": 2, "message": message("/validate")}
    button = {"update_id": 3, "callback_query": {"id": "1", "message": message(None, document={})}}

    routed = route_all([file, command, button], LANES)

    assert [(incoming.update_id, incoming.lane) for incoming in routed] == [
        (1, "desk"), (2, "desk"), (3, "desk"),
    ]  # fmt: skip


@pytest.mark.parametrize("caption", [{}, {"caption": "Что скажешь?"}])
def test_only_files_of_admins_are_datasets(caption: JsonDict):
    """Anybody else's file is a part of the conversation, and its caption a question."""
    file = {"update_id": 1, "message": message(None, document={"file_id": "x"}, **caption)}

    moving = message(None, document={"file_id": "x"}, animation={"file_id": "x"})
    assert lane_of(message=moving)[1] == "talk"
    for admin_ids, lane in (({5, 6}, "desk"), ({6}, "talk")):
        (incoming,) = route_all([file], LANES, admin_ids)
        assert incoming.lane == lane
