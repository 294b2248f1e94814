"""Roles, keys and weights that are misspelt: what is odd is named, what is certain is corrected."""

import json

import pytest

from bot.dataset.repair.run import repair
from bot.dataset.validation.spelling import meant_role, meant_weight, misspelt_keys, spelt
from bot.errors import CannotRepair
from bot.texts import validation_en, validation_ru
from tests.dataset.pair_files import LINE as PAIR_LINE
from tests.dataset.pair_files import changed as changed_pair
from tests.dataset.validation_files import encoded, example, found, good_lines

LINE = 5


def message(nth, **fields):
    row = example(LINE)
    row["messages"][nth].update(fields)
    return with_line(encoded(row))


def with_line(data):
    lines = good_lines()
    lines[LINE - 1] = data
    return lines


@pytest.fixture
def mended(tmp_path):
    """Repair lines: the kinds of changes, and the lines of the copy."""

    def run(lines):
        source, target = tmp_path / "source.jsonl", tmp_path / "target.jsonl"
        source.write_bytes(b"\n".join(lines) + b"\n")
        done = repair(source, target)
        return {change.kind for change in done.changes}, target.read_bytes().splitlines()

    return run


@pytest.mark.parametrize(
    ("role", "right"),
    [
        ("user ", "user"), (" user", "user"), ("user\u00a0", "user"), ("user\n", "user"),
        ("\ufeffuser", "user"), ("us\u200ber", "user"), ("us\u0435r", "user"), ("User", "user"),
        ("USER", "user"), ("ｕｓｅｒ", "user"), ("human", "user"), ("Пользователь", "user"),
        ("user:", "user"), ("Assistant:", "assistant"), ("аssistаnt", "assistant"),
        ("ASSISTANT", "assistant"), ("bot", "assistant"), ("ai", "assistant"), ("AI", "assistant"),
        ("gpt", "assistant"), ("model", "assistant"), ("Ассистент", "assistant"),
        ("система", "system"), ("System ", "system"), ("ѕystem", "system"), ("Tool", "tool"),
        ("DEVELOPER", "developer"), ("[user]", "user"),
        ("### User:", "user"), ("**Assistant**", "assistant"),
    ],
)  # fmt: skip
def test_roles_that_are_certain_are_corrected(check, mended, role, right):
    assert meant_role(role) == right
    if right not in ("user", "assistant"):
        return
    nth = 1 if right == "user" else 2

    report = check(message(nth, role=role))

    assert found(report) == [("misspelt_role", LINE)]
    assert report.findings[0].params["right"] == right
    assert mended(message(nth, role=role)) == ({"misspelt_role"}, good_lines())


@pytest.mark.parametrize(
    "role", ["narrator", "", " ", "users", "func", "function", "user assistant", "user" * 100, "я"]
)
def test_other_roles_stay(check, mended, role):
    lines = message(1, role=role)

    assert meant_role(role) is None
    assert found(check(lines)) == [("bad_role", LINE)]
    with pytest.raises(CannotRepair):
        mended(lines)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1", '"1"'),
        ("user ", '"user " (U+0020 SPACE)'),
        ("user\u00a0", '"user\u00a0" (U+00A0 NO-BREAK SPACE)'),
        ("us\u0435r", '"us\u0435r" (U+0435 CYRILLIC SMALL LETTER IE)'),
        ("us\u200ber", '"us�er" (U+200B ZERO WIDTH SPACE)'),
        ("\ud83d", '"�" (U+D83D)'),
        ("рассказчик", '"рассказчик"'),
        ("two words", '"two words"'),
    ],
)
def test_odd_characters_are_named(text, shown):
    assert spelt(text) == shown


@pytest.mark.parametrize(
    ("weight", "right"),
    [("1", 1), ("0", 0), (" 1 ", 1), ("1.0", 1), (1.0, 1), (0.0, 0), (True, 1), (False, 0),
     ("true", 1), ("False", 0)],
)  # fmt: skip
def test_weights_that_are_certain_are_corrected(check, mended, weight, right):
    row = example(LINE)
    row["messages"][1:1] = [
        {"role": "user", "content": "Ты здесь?"},
        {"role": "assistant", "content": row["messages"][2]["content"] + " Да?", "weight": weight},
    ]
    lines = with_line(encoded(row))
    row["messages"][2]["weight"] = right

    assert meant_weight(weight) == right
    assert found(check(lines)) == [("misspelt_weight", LINE)]
    assert mended(lines) == ({"misspelt_weight"}, with_line(encoded(row)))


@pytest.mark.parametrize("weight", [2, -1, 0.5, "0.5", "да", "", [], {}, 1e400])
def test_other_weights_stay(check, mended, weight):
    lines = message(2, weight=weight)

    assert meant_weight(weight) is None
    if weight != 1e400:  # which is no JSON
        assert found(check(lines)) == [("bad_weight", LINE)]
    with pytest.raises(CannotRepair):
        mended(lines)


def test_weights_of_other_roles_go(check, mended):
    lines = message(1, weight=1)

    assert found(check(lines)) == [("weight_not_assistant", LINE)]
    assert mended(lines) == ({"weight_not_assistant"}, good_lines())


@pytest.mark.parametrize("key", ["name", "weight", "tool_calls", "function_call", "audio"])
def test_fields_that_were_never_set_go(check, mended, key):
    """As libraries write them when they turn an answer into JSON."""
    lines = message(2, **{key: None})

    assert found(check(lines)) == [("null_field", LINE)]
    assert mended(lines) == ({"null_field"}, good_lines())


def test_null_that_says_something_stays(check):
    """An answer without words, where the provider's schema allows null."""
    assert found(check(message(2, refusal=None))) == []
    assert found(check(message(2, content=None))) == [("content_missing", LINE)]


@pytest.mark.parametrize(
    ("content", "rule"),
    [(42, "content_number"), (4.5, "content_not_text"), (True, "content_not_text"),
     (None, "content_missing"), ([], "content_not_text"), ({}, "content_not_text")],
)  # fmt: skip
def test_contents_that_are_no_text(check, content, rule):
    assert found(check(message(1, content=content))) == [(rule, LINE)]


def test_whole_numbers_become_text(mended):
    kinds, lines = mended(message(1, content=42))

    assert kinds == {"content_number"}
    assert json.loads(lines[LINE - 1])["messages"][1]["content"] == "42"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"messages"', '"Messages"'), ('"messages"', '"messages "'), ('"messages"', '"MESSAGES:"'),
        ('"content"', '"content "'), ('"content"', '"Content"'), ('"content"', '" content"'),
        ('"content"', '"сontent"'), ('"role"', '"Role"'), ('"role"', '"role\u00a0"'),
        ('"role"', '"\ufeffrole"'), ('"role"', '"гole"'.replace("г", "r\u200b")),
    ],
)  # fmt: skip
def test_keys_that_are_certain_are_corrected(check, mended, right, wrong):
    lines = with_line(encoded(example(LINE)).decode().replace(right, wrong).encode())

    report = check(lines)

    assert found(report) == [("misspelt_key", LINE)]
    assert report.findings[0].params["right"] == right[1:-1]
    assert mended(lines) == ({"misspelt_key"}, good_lines())


def test_keys_of_pairs_are_corrected_too(check, mended):
    lines = changed_pair(lambda row: row.update({"Input": row.pop("input")}))

    assert found(check(lines)) == [("misspelt_key", PAIR_LINE)]
    assert not check(mended(lines)[1]).counts


def test_a_key_beside_the_right_one_stays():
    """Of two values nobody can say which is meant."""
    known = {"role", "content"}

    assert misspelt_keys({"content": 1, "Content": 2}, known) == {}
    assert misspelt_keys({"Content": 1, "CONTENT": 2}, known) == {"Content": "content"}
    assert misspelt_keys({"text": 1, "роль": 2}, known) == {}


@pytest.mark.parametrize("odd", ["\u00a0", "\ufeff", "\u200b", "\u2028", "\u3000"])
def test_invisible_characters_of_json_go(check, mended, odd):
    """Between fields they say nothing; within texts they stay."""
    row = example(LINE)
    row["messages"][1]["content"] += f"{odd}да"
    text = encoded(row).decode()
    lines = with_line(f"{odd}{text}".replace('": ', f'":{odd}').encode())

    report = check(lines)
    kinds, copy = mended(lines)

    assert ("odd_blank", LINE) in found(report)
    assert f"U+{ord(odd):04X}" in str(report.findings[0].params["value"])
    assert kinds == {"odd_blank"}
    assert json.loads(copy[LINE - 1]) == row


def test_broken_json_with_odd_blanks_is_broken_json(check, mended):
    lines = with_line(b"\xc2\xa0" + encoded(example(LINE))[:-1])

    assert found(check(lines)) == [("invalid_json", LINE)]
    with pytest.raises(CannotRepair):
        mended(lines)


@pytest.mark.parametrize("name", ["Мария Ивановна", "a|b", "<b>", "a\\b", "x\n"])
def test_names_that_requests_may_not_have(check, name):
    assert found(check(message(1, name=name))) == [("odd_name", LINE)]


def test_names_of_any_language_are_fine(check):
    assert found(check(message(1, name="Мария_1-х"))) == []


@pytest.mark.parametrize("texts", [validation_ru, validation_en])
def test_text_of_a_weight_is_told_from_a_number(check, texts):
    """A weight of "1" is not told as 1."""
    (finding,) = check(message(2, weight="1")).findings

    assert '"1"' in texts.FINDINGS["finding_misspelt_weight"].format(**finding.params)


CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def calls(*ids):
    return {"role": "assistant", "tool_calls": [CALL | {"id": one} for one in ids]}


def tool(one, content="7"):
    return {"role": "tool", "tool_call_id": one, "content": content}


USER = {"role": "user", "content": "И что там?"}
SAYS = {"role": "assistant", "content": "Слушай реку, она знает дорогу. Что ты слышишь в ней?" * 2}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([calls("a"), tool("a"), SAYS], []),
        ([calls("a", "b"), tool("b"), tool("a"), SAYS], []),
        ([calls("a"), tool("a"), calls("b"), tool("b"), SAYS], []),
        ([calls("a"), tool("a"), calls("b")], []),
        ([calls("a")], []),
        ([calls("a"), SAYS], [("call_unanswered", 3, "a")]),
        ([calls("a"), USER, tool("a"), SAYS],
         [("call_unanswered", 3, "a"), ("answer_without_call", 5, "a")]),
        ([calls("a", "b"), tool("a"), SAYS], [("call_unanswered", 3, "b")]),
        ([calls("a", "b"), tool("a")],
         [("last_not_assistant", None, None), ("call_unanswered", 3, "b")]),
        ([tool("a"), SAYS], [("answer_without_call", 3, "a")]),
        ([tool("a"), calls("a"), tool("a"), SAYS], [("answer_without_call", 3, "a")]),
        ([calls("a"), tool("a"), tool("a"), SAYS], [("answer_without_call", 5, "a")]),
        ([calls("a", "a"), tool("a"), tool("a"), SAYS], [("call_id_twice", 3, "a")]),
        ([calls("a"), tool("a"), USER, calls("a"), tool("a"), SAYS], [("call_id_twice", 6, "a")]),
        ([{"role": "assistant", "function_call": CALL["function"]}, SAYS],
         [("legacy_call", 3, None)]),
    ],
)  # fmt: skip
def test_calls_of_tools_and_their_answers_meet(check, said, told):
    row = example(LINE)
    row["messages"][2:] = said

    report = check(with_line(encoded(row)))

    assert [(f.rule, f.params.get("message"), f.params.get("ids")) for f in report.findings] == told
    assert report.is_valid


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"role": "tool", "content": "7"}, "bad_tool_call"),
        ({"role": "tool", "content": "7", "tool_call_id": None}, "bad_tool_call"),
        ({"role": "assistant", "content": None}, "content_missing"),
        ({"role": "assistant", "content": None, "tool_calls": []}, "bad_tool_call"),
    ],
)
def test_incomplete_calls_are_errors(check, said, rule):
    row = example(LINE)
    row["messages"][2:2] = [said]

    report = check(with_line(encoded(row)))

    assert (rule, LINE) in found(report)
    assert not report.is_valid
