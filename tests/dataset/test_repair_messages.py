"""Whatever is odd in a message: what is offered is done, and once is enough."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dataset.repair import REPAIRABLE
from bot.dataset.repair.messages import mend_messages
from bot.dataset.repair.run import repair
from bot.dataset.validation.scan import validate
from bot.errors import CannotRepair

TEXTS = st.lists(
    st.sampled_from(
        [
            "Дыши", " ", r"\n", r"\n\n", r"\"", r"\u043f\u0440\u0438", "РџСЂРёРІРµС‚", "Ã©", "вЂ™",
            "Р ", "�", "<think>", "</think>", "x", "nan", "?", "\n", "«Да»", "рТЙЧЕФ",
            "Ïðèâåò, ìèð", "\\", "{", "é", "Ð", "╨Я╤А", "Hello", ".", "😊",
        ]
    ),
    max_size=8,
).map("".join)  # fmt: skip
ROLES = st.sampled_from(
    ["user", "assistant", "system", "tool", "User ", "us\u0435r", "bot", "[ai]", "narrator", "", 5]
)
WEIGHTS: st.SearchStrategy[object] = st.sampled_from(
    [0, 1, "1", "0", True, 1.0, 0.5, "high", None, [], 2]
)
KEYS = st.sampled_from(["content", "Content", "content ", "соntent", "CONTENT:"])
ROLE_KEYS = st.sampled_from(["role", "Role", "\ufeffrole"])


@st.composite
def messages(draw):
    message = {
        draw(ROLE_KEYS): draw(ROLES),
        draw(KEYS): draw(TEXTS | st.sampled_from([42, 4.5, None, True, [], {}])),
    }
    if draw(st.booleans()):
        message["weight"] = draw(WEIGHTS)
    if draw(st.booleans()):
        message[draw(st.sampled_from(["name", "refusal", "tool_calls", "x"]))] = None
    return message


ROWS = st.one_of(
    st.builds(lambda found: {"messages": found}, st.lists(messages(), max_size=4)),
    st.builds(
        lambda given, one, other: {
            "input": {"messages": given},
            "preferred_output": [one],
            "non_preferred_output": [other],
        },
        st.lists(messages(), max_size=2),
        messages(),
        messages(),
    ),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("mended")


def rules(path):
    return set(validate(path, encoding="o200k_base").counts) & REPAIRABLE


@settings(
    derandomize=True,
    deadline=None,
    max_examples=250,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(ROWS, min_size=1, max_size=4))
def test_after_a_repair_no_message_can_be_repaired(folder, rows):
    source, target, again = (folder / f"{n}.jsonl" for n in range(3))
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    try:
        repair(source, target)
    except CannotRepair:
        assert rules(source) == set()
        return

    assert rules(target) == set()
    with pytest.raises(CannotRepair):
        repair(target, again)


def test_each_change_is_told_with_the_name_of_its_rule():
    """So that every kind has a sentence."""
    row = {
        "Messages": [
            {"role": "User", "content": "РџСЂРёРІРµС‚", "weight": 1, "name": None},
            {"role": "bot", "content": r"<think>x</think>Да.\n\nЧто?", "weight": "0"},
            {"role": "user", "content": 42},
        ]
    }

    kinds = [change.kind for change in mend_messages(row)]

    assert set(kinds) <= REPAIRABLE
    assert kinds == [
        "misspelt_key", "null_field", "misspelt_role", "weight_not_assistant", "mojibake",
        "misspelt_role", "misspelt_weight", "escaped_twice", "reasoning", "content_number",
    ]  # fmt: skip
    assert row == {
        "messages": [
            {"role": "user", "content": "Привет"},
            {"role": "assistant", "content": "Да.\n\nЧто?", "weight": 0},
            {"role": "user", "content": "42"},
        ]
    }
