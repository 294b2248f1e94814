"""Whatever a file holds, validation tells of it and never fails; and its quick way is right."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dataset.validation import tables
from bot.dataset.validation.parsing import LineParser, plain_messages
from bot.dataset.validation.personal_data import personal_in
from bot.dataset.validation.scan import validate
from tests.dataset.validation_files import encoded, example, good_lines, pair_lines

FEW = settings(
    derandomize=True,
    deadline=None,
    max_examples=120,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# Words that the rules look for, among any others.
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "<|im_end|>", "[INST]", "<s>", " x ", "\n", "\u00a0", "a\0b", "\ud83d",
            'он сказал "да"',
            "\\", "\\\\", '\\"', "C:\\u0000", "😊", "я не могу предоставить", "+7 916 123-45-67",
            "4111 1111 1111 1111 1111", "a@b.ru", "@" * 70, "1" * 300, "паспорт 1234 567890", "?",
            "as an ai", "слово " * 30, "ИНН 7707083893", "١٢٣٤٥٦٧٨٩٠١",
        ]
    ),
)  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
ROLES = st.sampled_from(["system", "developer", "user", "assistant", "tool", "human"])
MESSAGES = st.fixed_dictionaries(
    {"role": ROLES | ANYTHING, "content": TEXTS | ANYTHING},
    optional={"name": ANYTHING, "weight": ANYTHING, "tool_calls": ANYTHING, "x": ANYTHING},
)
PLAIN = st.fixed_dictionaries({"role": ROLES, "content": TEXTS})
ROWS = st.one_of(
    ANYTHING,
    st.fixed_dictionaries({"messages": st.lists(PLAIN, min_size=1, max_size=4)}),
    st.fixed_dictionaries(
        {"messages": st.lists(MESSAGES | ANYTHING, max_size=4) | ANYTHING},
        optional={"tools": ANYTHING, "x": ANYTHING},
    ),
    st.fixed_dictionaries({"prompt": ANYTHING, "completion": ANYTHING}),
    st.fixed_dictionaries(
        {
            "input": st.fixed_dictionaries({"messages": st.lists(PLAIN, max_size=3)}) | ANYTHING,
            "preferred_output": st.lists(MESSAGES, max_size=2) | ANYTHING,
        },
        optional={"non_preferred_output": st.lists(PLAIN, max_size=2) | ANYTHING, "x": ANYTHING},
    ),
)


@st.composite
def lines(draw):
    """A line of JSON, spelled in one of many ways, perhaps damaged."""
    text = json.dumps(draw(ROWS), ensure_ascii=draw(st.booleans()))
    data = text.encode(errors="surrogatepass")
    match draw(st.integers(0, 9)):
        case 0:
            at = draw(st.integers(0, len(data)))
            data = data[:at] + draw(st.binary(max_size=3)) + data[at:]
        case 1:
            data = data.replace(b'"role"', b'"role": "user", "role"', 1)
        case 2:
            data = data.replace(b'"content"', b'"\\u0063ontent"', 1)
        case 3:
            data = draw(st.sampled_from([b" ", b"\t"])) + data + b" "
        case 4:
            data = data.replace(b'{"messages"', b'{"messages": 1, "messages"', 1)
        case 5:
            data = data.replace(b"<", b"\\u003c").replace(b"[", b"\\u005b", 0)
        case _:
            pass
    return data.replace(b"\n", b" ")


FILES = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=100).map(lambda text: text.encode(errors="replace")),
    st.lists(lines(), max_size=8).map(b"\n".join),
    st.lists(lines() | st.sampled_from(good_lines(5)), max_size=15).map(b"\r\n".join),
    st.lists(lines() | st.sampled_from(pair_lines(5)), max_size=15).map(b"\n".join),
    st.builds(bytes.__add__, st.sampled_from([b"[", b"[{", b'"', b"\xef\xbb\xbf"]), lines()),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("generated") / "data.jsonl"


@pytest.mark.slow
@FEW
@given(FILES)
def test_nothing_in_a_file_makes_validation_fail(path, data):
    path.write_bytes(data)

    report = validate(path, encoding="o200k_base")

    assert report.n_errors + report.n_warnings <= sum(report.counts.values())
    assert report.size_bytes == len(data)


@FEW
@given(st.integers(0, 300), st.integers(0, 5_000), st.binary(min_size=1, max_size=2))
def test_a_damaged_example_makes_nothing_fail(path, number, at, damage):
    line = encoded(example(number))
    at %= len(line)
    path.write_bytes(b"\n".join([*good_lines(3), line[:at] + damage + line[at + len(damage) :]]))

    report = validate(path, encoding="o200k_base")

    assert report.n_examples >= 3


@pytest.mark.slow
@settings(FEW, max_examples=800)
@given(lines())
def test_quick_and_slow_way_agree(line):
    """The quick way past the rules is taken only where these find nothing."""
    messages = plain_messages(line)

    if messages is not None:
        parsed = LineParser().parse(line)
        assert parsed.row == {"messages": messages}
        assert complaints(parsed, messages) == []


def complaints(parsed, messages):
    """What the tables say about a line."""
    subjects: list[Any] = [(tables.LINE_RULES, parsed), (tables.ROW_RULES, parsed.row)]
    each = (tables.ITEM_RULES, tables.MESSAGE_RULES)
    subjects += [(rules, message) for message in messages for rules in each]
    return [r.name for rules, subject in subjects for r in rules if r.check(subject) is not None]


def test_ordinary_lines_go_the_quick_way():
    assert all(plain_messages(line) for line in good_lines(50))
    assert plain_messages(json.dumps(example(3)).replace("\\ud", "").encode())


@FEW
@given(st.text(alphabet="0123456789 +-().@aя\n№", max_size=80))
def test_no_row_of_digits_makes_the_search_fail(text):
    """And nothing is shown unmasked."""
    shown = [value for values in personal_in(text).values() for value in values]

    assert all(sum(c.isalnum() for c in value) <= 2 for value in shown)
