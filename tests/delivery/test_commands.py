"""One rule says what a command is; everything else that people write is words."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.commands import command_in, place_of
from bot.delivery.messages import said_in, words_of
from bot.delivery.routing import Lane, route
from bot.domain import JsonDict
from tests.composition import registry

REGISTRY = registry()
MANY = settings(derandomize=True, deadline=None, max_examples=400)
NAMES = st.sampled_from([*REGISTRY.commands, "nosuch", "a" * 32, "a" * 33, "1", "привет", ""])
TEXTS = st.one_of(
    st.text(max_size=20),
    st.builds(
        lambda start, name, bot, after: start + name + bot + after,
        st.sampled_from(["/", "//", " /", "\n/", "／", "", "\u200b/"]),
        st.one_of(NAMES, NAMES.map(str.upper), NAMES.map(str.title)),
        st.sampled_from(["", "@natasha_bot", "@Other_Bot", "@", "@наташа"]),
        st.sampled_from(["", " quick", "\nquick", ",", ":", "!", "-quick", "/passwd", "ёж", "\0"]),
    ),
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/train", "train"),
        ("/train quick", "train"),
        ("/train\nquick", "train"),
        ("/train\tquick", "train"),
        ("/train\N{NO-BREAK SPACE}quick", "train"),
        ("/train, quick", "train"),
        ("/train:", "train"),
        ("/help?!", "help"),
        ("/TRAIN quick", "train"),
        ("/Retry", "retry"),
        ("/train@natasha_bot quick", "train"),
        ("/Train@Natasha_Bot", "train"),
        ("/trainer", "trainer"),
        (" /train", "train"),
        ("\n/train", "train"),
        ("/1", "1"),
        ("/set_name", "set_name"),
        ("/" + "x" * 32, "x" * 32),
    ],
)
def test_commands_are_known_in_any_case(text: str, name: str):
    command = command_in(text)

    assert command is not None
    assert command.name == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "//",
        "//train",
        "/ - это дробная черта? Сколько будет 6/2",
        "/привет",
        "/newПривет",
        "/etc/passwd — что это?",
        "/train-quick",
        "/train(quick)",
        "/train@",
        "/train@наташа",
        "／train",
        "train",
        "не /train",
        "> /train",
        "/" + "x" * 33,
        "/тrain",
    ],
)
def test_everything_else_is_words(text: str):
    assert command_in(text) is None


def test_another_bot_is_named():
    command = command_in("/start@Other_Bot")

    assert command is not None
    assert command.bot == "other_bot"


def update(**fields: Any) -> JsonDict:
    message = {"message_id": 40, "date": 1, "chat": {"id": 5}, "from": {"id": 5}}
    return {"update_id": 1, "message": message | fields}


@MANY
@given(text=TEXTS, field=st.sampled_from(["text", "caption"]))
def test_any_text_is_a_command_or_words(text: str, field: str):
    """Routing and dispatch ask one function: words keep their order, commands have their name."""
    written = update(**{field: text})
    incoming, place = route(written, REGISTRY.lanes), place_of(written)
    command = command_in(said_in([written["message"]]).words)

    assert incoming is not None
    assert place == (f"/{command.name}" if command else "")
    if command is None:
        assert incoming.lane == Lane.TALK
    else:
        assert incoming.lane == REGISTRY.lanes.get(place, Lane.OTHER)


@MANY
@given(text=TEXTS)
def test_telegrams_entities_do_not_count(text: str):
    """A foreign server may send none, or wrong ones; the rule is on the text."""
    for entities in ([], [{"type": "bot_command", "offset": 0, "length": 3}], "nonsense", [1]):
        assert place_of(update(text=text, entities=entities)) == place_of(update(text=text))


@MANY
@given(text=TEXTS)
def test_a_forwarded_command_is_words(text: str):
    """Somebody else wrote it, or it was meant for another moment."""
    forwarded = update(text=text, forward_origin={"type": "hidden_user", "date": 1})

    assert place_of(forwarded) == ""
    incoming = route(forwarded, REGISTRY.lanes)
    assert incoming is not None
    assert incoming.lane == Lane.TALK


def test_commands_in_quotes_captions_and_formatted_messages():
    paragraph = {"type": "paragraph", "text": [{"type": "bot_command", "text": "/new"}, " и всё"]}

    assert place_of(update(text="А это?", quote={"text": "/new", "position": 0})) == ""
    assert place_of(update(text="А это?", reply_to_message={"text": "/new"})) == ""
    assert place_of(update(photo=[{}], caption="/Validate")) == "/validate"
    assert place_of(update(rich_message={"blocks": [paragraph]})) == "/new"
    assert place_of({"edited_message": {"text": "/new"}}) == "/new"


def test_a_button_that_runs_a_command_keeps_its_order():
    """It waits in the lane of the command, with words where the command does."""
    for name, lane in (("retry", Lane.TALK), ("train", Lane.OTHER)):
        pressed = {"update_id": 1, "callback_query": {"id": "1", "data": f"command:run:{name}"}}
        incoming = route(pressed, REGISTRY.lanes)
        assert place_of(pressed) == f"/{name}"
        assert incoming is not None
        assert incoming.lane == lane


@MANY
@given(
    message=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["text", "caption", "rich_message", "blocks", "items", "cells", "type", "label",
                 "quote", "reply_to_message", "forward_origin", "media_group_id", "message_id"]
            ),
            inner,
            max_size=4,
        ),
        max_leaves=20,
    )
)  # fmt: skip
def test_no_shape_of_a_message_stops_the_others(message: Any):
    """Whatever comes finds a lane and can be read."""
    for odd in (message, {"rich_message": {"blocks": [message]}}):
        assert route({"update_id": 1, "message": odd}, REGISTRY.lanes) is not None
        if isinstance(odd, dict):
            said_in([odd, odd])
            assert isinstance(words_of(odd), str)


def test_no_depth_of_a_message_stops_the_others():
    """The words above are read; what is nested deeper than any app does it is left out."""
    deep: Any = {"text": "дно"}
    for _ in range(400):
        deep = {"type": "details", "summary": "ещё", "blocks": [deep]}

    said = words_of({"rich_message": {"blocks": [deep]}})

    assert said.startswith("ещё\nещё")
    assert "дно" not in said
