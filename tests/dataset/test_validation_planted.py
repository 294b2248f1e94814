"""The shipped file with one planted defect: that finding on that line, and nothing else."""

import json
from copy import deepcopy

import pytest

from bot.dataset.validation import content_rules
from bot.dataset.validation.scan import validate
from bot.dataset.validation.similarity import Nearby
from bot.dataset.validation.tables import all_rules
from bot.domain.datasets import Level
from bot.texts import validation_en as findings_en
from bot.texts import validation_ru as findings_ru
from tests.dataset.odd_files import ODD
from tests.dataset.pair_files import PLANTS as PAIR_PLANTS
from tests.dataset.validation_files import encoded, found, shipped_lines

LINES = shipped_lines()
LINE = 87
"""Where a defect is planted: an example of one turn."""
ROW = json.loads(LINES[LINE - 1])
WHOLE = None
"""In place of a line: the finding is about the file."""
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def line(data):
    """The shipped file with another line 87."""
    return b"\n".join([*LINES[: LINE - 1], data, *LINES[LINE:]]) + b"\n"


def row(change):
    """The shipped file with the row of line 87 changed."""
    changed = deepcopy(ROW)
    instead = change(changed)
    return line(encoded(changed if instead is None else instead))


def message(nth, **fields):
    return row(lambda r: r["messages"][nth].update(fields))


def words(nth, added):
    """The shipped file with some words added to a message of line 87."""
    return message(nth, content=f"{ROW['messages'][nth]['content']} {added}")


def other(number):
    return deepcopy(json.loads(LINES[number - 1])["messages"])


def whole(change):
    """The shipped file with every example changed."""
    rows = [{"messages": other(number)} for number in range(1, len(LINES) + 1)]
    return b"\n".join(encoded(change(r) or r) for r in rows) + b"\n"


def without_prompt(r):
    r["messages"].pop(0)


def same_answer(r):
    r["messages"][1:] = r["messages"][-2:]
    r["messages"][2]["content"] = "Подыши и подумай об этом ещё раз, хорошо?"


def table():
    pairs = [(other(n)[1]["content"], other(n)[2]["content"]) for n in range(1, 322)]
    quoted = ['"' + '";"'.join(cell.replace('"', '""') for cell in pair) + '"' for pair in pairs]
    return "\r\n".join(["prompt;completion", *quoted]).encode()


def called(*messages):
    """The shipped file with calls of a tool and its answers before an answer of line 87."""
    calls = [
        {"role": "assistant", "tool_calls": [given]} if "function" in given else given
        for given in messages
    ]
    return row(lambda r: r["messages"].__setitem__(slice(2, 2), calls))


ROW_ANSWER = ROW["messages"][2]["content"]
TOOL = {"role": "tool", "tool_call_id": "call_1", "content": "7"}
LEGACY = {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}
NO_BLANK = "Расскажи мне про переезд"
"""In Windows-1251 the second byte of its first letter is a no-break space."""
EARLIER = other(7)
ENGLISH = (
    "You carry the whole house on your shoulders, and it has grown heavy. Whose bricks are these, "
    "and which of them could you put down today, before supper, while nobody is looking at you? "
) * 2
PASSPORT = "паспорт 45 08 123456"

PLANTS = {
    # The file
    "file_too_big": (WHOLE, None),
    "csv_table": (WHOLE, table()),
    "empty_file": (WHOLE, b" \n"),
    "too_few_examples": (WHOLE, b"\n".join(LINES[:9]) + b"\n"),
    "bom": (WHOLE, b"\xef\xbb\xbf" + b"\n".join(LINES) + b"\n"),
    "system_prompt_absent": (WHOLE, whole(without_prompt)),
    "system_prompt_missing": (LINE, row(without_prompt)),
    "system_prompt_differs": (LINE, message(0, content="Ты — Вера.")),
    "blank_lines": (LINE + 1, line(LINES[LINE - 1] + b"\n")),
    "crlf": (LINE, line(LINES[LINE - 1] + b"\r")),
    "trailing_blanks": (LINE, line(LINES[LINE - 1] + b" \t")),
    "identical_answers": (WHOLE, whole(same_answer)),
    "sampled": (WHOLE, b"\n".join(LINES) + b"\n"),
    # A line
    "line_too_long": (LINE, line(b"x" * 10_000_001)),
    "nul_bytes": (LINE, line(LINES[LINE - 1] + b"\0")),
    "not_utf8": (LINE, line(LINES[LINE - 1].decode().encode("cp1251", errors="replace"))),
    "invalid_json": (LINE, line(LINES[LINE - 1][:-1])),
    "nested_too_deep": (LINE, line(b"[" * 100_000)),
    "not_a_number": (LINE, line(LINES[LINE - 1][:-1] + b', "x": NaN}')),
    "duplicate_keys": (LINE, line(b'{"messages": "x", ' + LINES[LINE - 1][1:])),
    "not_object": (LINE, line(b"5")),
    "odd_blank": (LINE, line(LINES[LINE - 1].replace(b": [", ":\u00a0[".encode(), 1))),
    "misspelt_key": (LINE, line(LINES[LINE - 1].replace(b'"messages"', b'"Messages"', 1))),
    "other_format": (LINE, row(lambda r: {"prompt": "Кто я?", "completion": "Ты — это ты."})),
    "no_examples": (WHOLE, b'{"text": "a"}\n' * 20),
    "comma_ended": (LINE, line(LINES[LINE - 1] + b" ,")),
    "cr": (LINE, line(LINES[LINE - 1]).replace(LINES[LINE - 1] + b"\n", LINES[LINE - 1] + b"\r")),
    "messages_missing": (LINE, row(lambda r: {"message": r["messages"]})),
    "messages_not_list": (LINE, row(lambda r: {"messages": {}})),
    "unknown_field": (LINE, row(lambda r: r.update(id=7))),
    "bad_tools": (LINE, row(lambda r: r.update(tools={}))),
    # A message
    "message_not_object": (LINE, row(lambda r: r["messages"].append("text"))),
    "bad_role": (LINE, message(1, role="narrator")),
    "unknown_key": (LINE, message(1, text="x")),
    "content_missing": (LINE, message(2, content=None)),
    "content_not_text": (LINE, message(1, content=["x"])),
    "content_empty": (LINE, message(2, content=" \n")),
    "broken_character": (LINE, line(LINES[LINE - 1].replace("—".encode(), b"\\ud83d", 1))),
    "special_token": (LINE, words(2, "<|endoftext|>")),
    "bad_name": (LINE, message(1, name="")),
    "bad_weight": (LINE, message(2, weight=0.5)),
    "weight_not_assistant": (LINE, message(1, weight=1)),
    "bad_tool_call": (LINE, message(2, tool_calls="x")),
    "misspelt_role": (LINE, message(1, role="us\u0435r ")),
    "misspelt_weight": (LINE, message(2, weight="1")),
    "null_field": (LINE, message(2, name=None)),
    "content_number": (LINE, message(1, content=42)),
    "odd_name": (LINE, message(1, name="Мария Ивановна")),
    # The text of a message
    "mojibake": (LINE, message(1, content="Боюсь менять работу".encode().decode("cp1251"))),
    "broken_mojibake": (
        LINE, message(1, content=NO_BLANK.encode().decode("cp1251").replace("\u00a0", " ")),
    ),
    "lost_characters": (LINE, words(2, "две\ufffdь скрипит")),
    "escaped_twice": (LINE, words(2, "\\n\\nЧто слышишь?")),
    "no_value": (LINE, message(1, content="NaN")),
    "reasoning": (LINE, message(2, content=f"<think>\nМягко.\n</think>\n\n{ROW_ANSWER}")),
    "reasoning_inside": (LINE, words(2, "<think>мягко</think> И?")),
    # Tools
    "call_unanswered": (LINE, called(CALL)),
    "answer_without_call": (LINE, row(lambda r: r["messages"].insert(2, TOOL))),
    "call_id_twice": (LINE, called(CALL, TOOL, CALL, TOOL)),
    "legacy_call": (LINE, row(lambda r: r["messages"].insert(2, LEGACY))),
    # An example
    "no_assistant": (LINE, row(lambda r: r["messages"].pop() and None)),
    "last_not_assistant": (
        LINE,
        row(lambda r: r["messages"].append({"role": "user", "content": "И ещё"})),
    ),
    "no_user": (LINE, row(lambda r: r["messages"].pop(1) and None)),
    "same_role_twice": (
        LINE, row(lambda r: r["messages"].insert(1, {"role": "user", "content": "Добрый вечер"})),
    ),
    "system_not_first": (
        LINE, row(lambda r: r["messages"].insert(2, {"role": "system", "content": "Коротко."})),
    ),
    "example_too_long": (LINE, words(2, "слово " * 240 + "вот")),
    "duplicate_example": (LINE, line(LINES[6])),
    "near_duplicate": (LINE, message(1, content=f"{other(20)[1]['content'][:-1]}, скажи")),
    "different_answers": (LINE, message(1, content=EARLIER[1]["content"].upper())),
    "repeated_answer": (LINE, message(2, content=EARLIER[2]["content"].replace(",", " –"))),
    "refusal": (LINE, words(2, "Извините, но я не могу помочь с этим запросом.")),
    "short_answer": (LINE, message(2, content="Подыши.")),
    "long_answer": (LINE, words(2, " ".join(f"слово{n}" for n in range(450)))),
    "other_language": (LINE, row(lambda r: r["messages"].__setitem__(
        slice(1, 3),
        [
            {"role": "user", "content": "Why am I so tired of all this?"},
            {"role": "assistant", "content": ENGLISH.strip()},
        ],
    ))),
    # Personal data
    "personal_email": (LINE, words(1, "Пишите: maria.k@example.ru")),
    "personal_phone": (LINE, words(1, "Мой номер +7 916 123-45-67")),
    "personal_card": (LINE, words(2, "Карта 4111 1111 1111 1111")),
    "personal_passport": (LINE, words(1, PASSPORT)),
    "personal_snils": (LINE, words(1, "СНИЛС 112-233-445 95")),
    "personal_inn": (LINE, words(1, "ИНН 500100732259")),
    "secret_key": (LINE, words(1, f"Мой ключ sk-proj-{'aB3' * 12}")),
}  # fmt: skip
MOST_TOKENS = {"example_too_long": 500}


@pytest.fixture
def planted(tmp_path, monkeypatch):
    """Validate the shipped file with the defect that a rule is about."""
    # The shortest questions take none of the room for texts, so more than 100 examples are kept.

    def run(rule):
        path = tmp_path / "data.jsonl"
        data = PLANTS[rule][1]
        if data is not None:
            path.write_bytes(data)
        else:
            with path.open("wb") as stream:
                stream.truncate(512 * 1024 * 1024 + 1)
        if rule == "sampled":
            monkeypatch.setattr(content_rules, "MOST_TEXTS", 100)
        return validate(path, encoding="o200k_base", max_example_tokens=MOST_TOKENS.get(rule))

    return run


def test_every_rule_has_its_plant():
    """A new rule is not complete without a defect that it finds."""
    elsewhere = {odd.rule for odd in ODD.values()}
    assert PLANTS.keys() | PAIR_PLANTS.keys() | elsewhere == all_rules().keys()


@pytest.mark.parametrize("rule", PLANTS)
def test_planted_defect_is_all_that_is_found(planted, rule):
    where, _ = PLANTS[rule]

    report = planted(rule)

    level = all_rules()[rule]
    assert found(report) == [(rule, where)]
    assert report.findings[0].level is level
    assert report.counts == {rule: 1}
    assert (report.n_errors, report.n_warnings) == (level is Level.ERROR, level is Level.WARNING)
    for texts in (findings_ru.FINDINGS, findings_en.FINDINGS):
        # Said with the parameters of the finding: none is missing.
        assert texts[f"finding_{rule}"].format(**report.findings[0].params)


def test_every_rule_has_its_sentence_in_both_languages():
    keys = {f"finding_{rule}" for rule in all_rules()}

    assert findings_ru.FINDINGS.keys() == keys
    assert findings_en.FINDINGS.keys() == keys


def test_shipped_file_has_nothing_to_find(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\n".join(LINES) + b"\n")

    report = validate(path, encoding="o200k_base")

    assert (report.findings, report.counts) == ([], {})


@pytest.mark.parametrize(
    ("rule", "params"),
    [
        ("near_duplicate", {"first": 20}),
        ("different_answers", {"first": 7}),
        ("repeated_answer", {"first": 7}),
        ("duplicate_example", {"first": 7}),
        ("crlf", {"n": 1}),
        ("trailing_blanks", {"n": 1}),
        ("sampled", {"n": 321, "most": 106}),
        ("personal_email", {"message": 2, "value": "m•••••••••••u"}),
        ("personal_phone", {"message": 2, "value": "+•••••••••••7"}),
        ("personal_card", {"message": 3, "value": "4•••••••••••1"}),
        ("personal_passport", {"message": 2, "value": "4••••••••6"}),
        ("secret_key", {"message": 2, "value": "sk-proj-•••"}),
        ("same_role_twice", {"message": 3, "role": "user"}),
        ("system_not_first", {"message": 3, "role": "system"}),
    ],
)
def test_findings_say_where_and_what(planted, rule, params):
    """What is personal is masked: a report must not spread it."""
    assert planted(rule).findings[0].params == params


@pytest.mark.parametrize(
    "rule",
    [rule for rule in PLANTS if rule.startswith(("personal_", "near_", "other_l", "refusal"))]
    + ["different_answers", "repeated_answer", "duplicate_example", "short_answer"],
)
def test_a_quick_look_asks_only_what_a_provider_asks(tmp_path, rule):
    path = tmp_path / "data.jsonl"
    path.write_bytes(PLANTS[rule][1])

    report = validate(path, encoding="o200k_base", is_deep=False)

    assert found(report) == []
    assert report.n_compared == 0


def test_later_examples_are_compared_with_those_kept():
    nearby = Nearby(most_texts=1)
    nearby.add("Муж третий день ни слова не говорит", 1)
    nearby.add("Подруга вернулась с Бали и прямо светится", 2)

    assert (len(nearby), nearby.is_full) == (1, True)
    assert nearby.find("Муж третий день не говорит ни слова") == 1
    assert nearby.find("Подруга вернулась с Бали и прямо светится") is None
