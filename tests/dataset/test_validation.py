"""Validation: one planted defect, one finding on its line."""

import hashlib
import json
import os
import threading
from copy import deepcopy
from typing import Any

import pytest

from bot.dataset.validation.rules import MAX_LISTED
from bot.dataset.validation.scan import validate
from bot.dataset.validation.tables import all_rules
from bot.domain.datasets import Level
from bot.errors import DatasetMissing
from tests.dataset.validation_files import encoded, example, found, good_lines

LINE = 5
"""The line where a defect is planted."""


def changed(change):
    """The good file with the row on LINE changed."""
    row = deepcopy(example(LINE))
    replaced = change(row)
    lines = good_lines()
    lines[LINE - 1] = encoded(row if replaced is None else replaced)
    return lines


def replaced(line):
    lines = good_lines()
    lines[LINE - 1] = line
    return lines


def message(nth, **fields):
    return changed(lambda row: row["messages"][nth].update(fields))


def without(nth, key):
    return changed(lambda row: row["messages"][nth].pop(key) and None)


def test_good_file_has_no_findings(check):
    report = check(good_lines(), progress=None)

    data = b"\n".join(good_lines()) + b"\n"
    assert report.findings == []
    assert (report.n_errors, report.n_warnings, report.counts) == (0, 0, {})
    assert report.is_valid
    assert (report.n_examples, report.n_messages) == (12, 36)
    assert report.system_prompts == {"Ты — Наташа.": 12}
    assert report.system_prompt == "Ты — Наташа."
    assert report.size_bytes == len(data)
    assert report.sha256 == hashlib.sha256(data).hexdigest()


def test_token_statistics(check):
    report = check(good_lines())

    tokens = report.tokens
    assert tokens.encoding == "o200k_base"
    assert tokens.smallest <= tokens.median <= tokens.largest
    assert tokens.total == pytest.approx(12 * tokens.median, rel=0.1)


CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def answered(row, **caller):
    """Put a call of a tool and its answer before the last message."""
    call = {"role": "assistant", "tool_calls": [CALL], **caller}
    call_id = call["tool_calls"][0]["id"]
    row["messages"][2:2] = [call, {"role": "tool", "content": "7", "tool_call_id": call_id}]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(message(2, weight=1), id="weight"),
        pytest.param(
            changed(
                lambda r: r["messages"].__setitem__(
                    slice(2, 2),
                    [
                        {"role": "assistant", "content": "Нет.", "weight": 0},
                        {"role": "user", "content": "А если да?"},
                    ],
                )
            ),
            id="no weight",
        ),
        pytest.param(
            changed(lambda r: answered(r, tool_calls=[{**CALL, "id": "8 916 123-45-67"}])),
            id="tool call without content",
        ),
        pytest.param(
            changed(
                lambda r: r["messages"].__setitem__(2, {"role": "assistant", "tool_calls": [CALL]})
            ),
            id="tool call at the end",
        ),
        pytest.param(message(1, name="Maria"), id="name"),
        pytest.param(changed(lambda r: r["messages"][0].update(role="developer")), id="developer"),
        pytest.param(changed(lambda r: r.update(tools=[], parallel_tool_calls=True)), id="tools"),
        pytest.param(changed(lambda r: answered(r, content=None)), id="tool call"),
        pytest.param(message(1, content="цена <s>100</s> 90 [1] a < b |x|"), id="strike-through"),
        pytest.param(b"\n".join(good_lines()), id="no last newline"),
        pytest.param([json.dumps(example(n)).encode() for n in range(12)], id="escaped"),
        pytest.param(message(1, content="Эмодзи 😊 и 👨‍👩‍👧, ёлка, נ, 中"), id="any script"),
    ],
)
def test_what_the_provider_takes_is_fine(check, lines):
    assert found(check(lines)) == []


DASH = "—".encode()
"""Stands in every good line, in its text."""

PLANTED = [
    ("not_utf8", replaced(good_lines()[0].replace(DASH, "ю".encode("cp1251")))),
    ("nul_bytes", replaced(good_lines()[LINE - 1].replace(b"s", b"\0", 1) + b"\0")),
    ("invalid_json", replaced(good_lines()[LINE - 1][:-1])),
    ("invalid_json", replaced(good_lines()[LINE - 1] * 2)),
    ("invalid_json", replaced(b"hello")),
    ("invalid_json", replaced(b"{'messages': []}")),
    ("invalid_json", replaced(b'{"n": ' + b"1" * 5_000 + b"}")),
    ("invalid_json", replaced(good_lines()[LINE - 1].replace(DASH, b"\t"))),
    ("nested_too_deep", replaced(b"[" * 100_000)),
    ("nested_too_deep", replaced(b'{"messages":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001)),
    ("not_a_number", replaced(good_lines()[LINE - 1][:-1] + b', "x": NaN}')),
    ("not_a_number", replaced(good_lines()[LINE - 1][:-1] + b', "x": -Infinity}')),
    ("line_too_long", replaced(b"x" * 10_000_001)),
    ("line_too_long", replaced(b"y" * 25_000_000)),
    ("duplicate_keys", replaced(b'{"messages": 1, ' + good_lines()[LINE - 1][1:])),
    (
        "duplicate_keys",
        replaced(good_lines()[LINE - 1].replace(b'"role"', b'"role": "x", "role"', 1)),
    ),
    ("not_object", changed(lambda row: [row])),
    ("not_object", replaced(b"null")),
    ("not_object", replaced(b"5")),
    ("not_object", replaced(b'"messages"')),
    ("messages_missing", changed(lambda row: {"prompt": "a"})),
    ("format_unclear", changed(lambda row: {"prompt": "a", "completion": None})),
    ("other_format", changed(lambda row: {"prompt": "a", "completion": "b"})),
    ("other_format", changed(lambda row: {"prompt": "a", "answer": "b"})),
    ("other_format", message(1, content=[{"type": "text", "text": "x"}])),
    ("messages_missing", replaced(b"{}")),
    ("messages_not_list", changed(lambda row: {"messages": {}})),
    ("messages_not_list", changed(lambda row: {"messages": "text"})),
    ("messages_not_list", changed(lambda row: {"messages": []})),
    ("messages_not_list", changed(lambda row: {"messages": None})),
    ("unknown_field", changed(lambda row: row.update(id=7))),
    ("bad_tools", changed(lambda row: row.update(tools={}))),
    ("bad_tools", changed(lambda row: row.update(tools=[{}]))),
    ("bad_tools", changed(lambda row: row.update(functions=[]))),
    ("bad_tools", changed(lambda row: row.update(functions=[{"name": "f", "parameters": 1}]))),
    ("bad_tools", changed(lambda row: row.update(parallel_tool_calls=1))),
    ("message_not_object", changed(lambda row: row["messages"].append("text"))),
    ("message_not_object", changed(lambda row: row["messages"].insert(0, None))),
    ("misspelt_role", message(1, role="human")),
    ("misspelt_role", message(2, role="Assistant")),
    ("bad_role", message(1, role="narrator")),
    ("bad_role", message(1, role=["user"])),
    ("bad_role", message(1, role=None)),
    ("bad_role", without(1, "role")),
    ("unknown_key", message(1, text="x")),
    ("unknown_key", message(1, tool_calls=[CALL])),
    ("unknown_key", message(2, tool_call_id="x")),
    ("content_missing", without(2, "content")),
    ("content_missing", message(0, content=None)),
    ("content_number", message(1, content=5)),
    ("content_not_text", message(1, content=5.5)),
    ("content_not_text", message(1, content=[{"type": "image_url", "image_url": {}}])),
    ("content_not_text", message(0, content={})),
    ("content_not_text", message(2, content=False)),
    ("content_not_text", message(2, refusal=5)),
    ("content_empty", message(2, content="")),
    ("content_empty", message(1, content=" \n\t\u00a0")),
    ("broken_character", replaced(good_lines()[LINE - 1].replace(DASH, b"\\ud83d"))),
    ("broken_character", replaced(good_lines()[LINE - 1].replace(DASH, b"\\u0000"))),
    (
        "broken_character",
        replaced(message(1, name="HALF")[LINE - 1].replace(b"HALF", b"\\ud83d")),
    ),
    ("special_token", message(2, content="конец<|endoftext|>")),
    ("special_token", message(0, content="<|im_start|>system")),
    ("special_token", message(1, content="[INST] вопрос")),
    ("bad_name", message(1, name=5)),
    ("bad_name", message(1, name="")),
    ("bad_weight", message(2, weight=2)),
    ("bad_weight", message(2, weight=0.5)),
    ("misspelt_weight", message(2, weight=True)),
    ("misspelt_weight", message(2, weight="1")),
    ("null_field", message(2, weight=None)),
    ("bad_weight", message(2, weight=[])),
    ("weight_not_assistant", message(1, weight=1)),
    ("weight_not_assistant", message(0, weight=7)),
    ("bad_tool_call", message(2, tool_calls="x")),
    ("bad_tool_call", message(2, tool_calls=[5])),
    ("bad_tool_call", message(2, tool_calls=[{}])),
    ("bad_tool_call", message(2, tool_calls=[{"id": "c", "type": "function", "function": {}}])),
    ("bad_tool_call", message(2, tool_calls=[{"id": "c", "type": [], "function": {}}])),
    ("bad_tool_call", message(2, function_call="x")),
    ("bad_tool_call", message(2, function_call={"name": "f"})),
    (
        "bad_tool_call",
        changed(lambda row: row["messages"].insert(2, {"role": "tool", "content": "7"})),
    ),
    ("no_assistant", changed(lambda row: row["messages"].pop() and None)),
    ("no_assistant", message(2, weight=0)),
    (
        "last_not_assistant",
        changed(lambda row: row["messages"].append({"role": "user", "content": "И ещё"})),
    ),
    ("duplicate_example", replaced(good_lines()[1])),
    ("duplicate_example", replaced(json.dumps(example(2), indent=None).encode())),
    (
        "duplicate_example",
        changed(
            lambda row: {"messages": [dict(reversed(m.items())) for m in example(2)["messages"]]}
        ),
    ),
    ("system_prompt_differs", message(0, content="Ты — Вера.")),
    ("system_prompt_missing", changed(lambda row: row["messages"].pop(0) and None)),
    ("blank_lines", replaced(good_lines()[LINE - 1] + b"\n\n")),
]
FIRST_BLANK = LINE + 1


@pytest.mark.parametrize(
    ("rule", "lines"),
    [pytest.param(rule, lines, id=f"{rule}-{n}") for n, (rule, lines) in enumerate(PLANTED)],
)
def test_one_defect_gives_one_finding_on_its_line(check, rule, lines):
    report = check(lines)

    line = FIRST_BLANK if rule == "blank_lines" else LINE
    assert found(report) == [(rule, line)]
    assert report.counts == {rule: 1}
    level = all_rules()[rule]
    assert report.findings[0].level is level
    assert (report.n_errors, report.n_warnings) == (level is Level.ERROR, level is Level.WARNING)
    assert report.is_valid == (level is not Level.ERROR)


UTF16 = b"\n".join(good_lines()).decode()

WHOLE: list[tuple[str, Any, dict[str, Any]]] = [
    ("empty_file", b"", {}),
    ("empty_file", b"\n\r\n  \n", {}),
    ("empty_file", b"\xef\xbb\xbf", {}),
    ("too_few_examples", good_lines(9), {}),
    ("utf16", UTF16.encode("utf-16"), {}),
    ("utf16", UTF16.encode("utf-16-le"), {}),
    ("utf16", UTF16.encode("utf-16-be"), {}),
    ("utf16", UTF16.encode("utf-32"), {}),
    ("archive", b"PK\x03\x04" + os.urandom(5_000), {}),
    ("archive", b"\x1f\x8b\x08" + os.urandom(5_000), {}),
    ("media_file", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, {}),
    ("binary", bytes(5_000), {}),
    (
        "system_prompt_absent",
        [encoded({"messages": example(n)["messages"][1:]}) for n in range(12)],
        {},
    ),
]


@pytest.mark.parametrize(
    ("rule", "data", "options"),
    [pytest.param(*case, id=f"{case[0]}-{n}") for n, case in enumerate(WHOLE)],
)
def test_defect_of_the_whole_file_has_no_line(check, rule, data, options):
    report = check(data, **options)

    expected = [(rule, None)]
    listed = [item for item in found(report) if item[0] != "bom"]
    assert listed == expected


def test_unreadable_file_is_still_known_by_its_hash(check):
    data = UTF16.encode("utf-16")

    report = check(data)

    assert report.sha256 == hashlib.sha256(data).hexdigest()
    assert (report.size_bytes, report.n_examples, report.tokens) == (len(data), 0, None)


def test_bom_is_accepted_with_a_warning(check):
    report = check(b"\xef\xbb\xbf" + b"\n".join(good_lines()))

    assert found(report) == [("bom", None)]
    assert report.is_valid
    assert report.n_warnings == 1


def test_too_big_a_file_is_not_even_read(tmp_path):
    path = tmp_path / "big.jsonl"
    with path.open("wb") as stream:
        stream.truncate(512 * 1024 * 1024 + 1)

    report = validate(path, encoding="o200k_base")

    assert found(report) == [("file_too_big", None)]
    assert (report.sha256, report.size_bytes) == ("", 512 * 1024 * 1024 + 1)


def test_long_example_is_named_with_its_limit(check):
    report = check(message(2, content=" ".join(["слово"] * 320)), max_example_tokens=315)

    assert found(report) == [("example_too_long", LINE)]
    assert report.findings[0].params["limit"] == 315
    assert report.findings[0].params["tokens"] > 315


@pytest.mark.parametrize("name", ["missing.jsonl", ".", "x" * 5_000, "a\0b"])
def test_missing_dataset(tmp_path, name):
    with pytest.raises(DatasetMissing):
        validate(tmp_path / name, encoding="o200k_base")


def test_pipe_is_no_dataset(tmp_path):
    """A pipe without a writer would wait for ever."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(DatasetMissing):
        validate(tmp_path / "pipe", encoding="o200k_base")


def test_defects_of_one_line_are_all_named(check):
    row = example(LINE)
    row["messages"][0]["role"] = "narrator"
    row["messages"][1] = "text"
    row["messages"][2]["content"] = "[INST]<|im_end|>"
    row["id"] = 1

    report = check(replaced(encoded(row)))

    assert {(f.rule, f.params.get("message")) for f in report.findings} == {
        ("unknown_field", None),
        ("bad_role", 1),
        ("message_not_object", 2),
        ("special_token", 3),
    }
    assert report.findings[-1].params["tokens"] == "[INST], <|im_end|>"


def test_a_mistake_made_often_hides_no_other(check):
    """All are counted, few are listed, and each kind is among them."""
    rows = [example(n) for n in range(1_000)]
    for row in rows:
        row["messages"][1]["content"] = ""
    rows[990]["messages"][1]["content"] = "<|im_end|>"
    rows[995]["messages"].append({"role": "user", "content": "И ещё"})

    report = check([encoded(row) for row in rows])

    assert report.n_errors == 1_000
    assert report.counts == {"content_empty": 999, "special_token": 1}
    assert len(report.findings) == MAX_LISTED
    assert ("special_token", 991) in found(report)


def test_findings_stand_in_order(check):
    lines = good_lines()
    lines[2] = lines[0]
    lines[7] = b"x"
    lines[3] = b"y"

    assert found(check(lines)) == [
        ("invalid_json", 4),
        ("invalid_json", 8),
        ("duplicate_example", 3),
    ]


@pytest.mark.slow
def test_progress_is_told_and_may_stop_the_reading(check):
    told: list[int] = []
    lines = good_lines(20_000)

    report = check(lines, progress=told.append)

    assert told == sorted(told)
    assert told[-1] == report.size_bytes
    assert len(told) > 3

    def stop(_):
        raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        check(lines, progress=stop)


def test_threads_do_not_disturb_each_other(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\n".join(good_lines(500)))
    totals = []

    def work():
        tokens = validate(path, encoding="o200k_base").tokens
        assert tokens is not None
        totals.append(tokens.total)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(totals) == 4
    assert len(set(totals)) == 1
