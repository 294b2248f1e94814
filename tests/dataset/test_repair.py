"""Repair: what is safe is mended, what is not stays byte for byte."""

import codecs
import json
import tracemalloc

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.dataset.recognition import Columns
from bot.dataset.repair import REPAIRABLE, can_repair
from bot.dataset.repair.changes import excerpt
from bot.dataset.repair.run import repair
from bot.dataset.validation.scan import validate
from bot.dataset.validation.tables import all_rules
from bot.errors import CannotRepair, DatasetMissing
from tests.dataset.validation_files import interrupt

GENEROUS = settings(
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def example(question="Как быть?", answer="Слушай реку.", system="Ты — Наташа."):
    said = (("system", system), ("user", question), ("assistant", answer))
    return {"messages": [{"role": role, "content": content} for role, content in said]}


def line(*args, **kwargs):
    return json.dumps(example(*args, **kwargs), ensure_ascii=False).encode() + b"\n"


def pair(question, answer):
    return {"messages": example(question, answer)["messages"][1:]}


GOOD = [line(f"Вопрос {n}: как мне быть?") for n in range(1, 4)]


@pytest.fixture
def mend(tmp_path):
    """Repair a file of these bytes: what was done, and the bytes of the copy."""

    def run(data, **options):
        source, target = tmp_path / "source.jsonl", tmp_path / "target.jsonl"
        source.write_bytes(data)
        done = repair(source, target, **options)
        return done, target.read_bytes()

    return run


@pytest.fixture
def rules(tmp_path):
    """Names of the rules that validation applies to these bytes."""

    def run(data):
        path = tmp_path / "asked.jsonl"
        path.write_bytes(data)
        return set(validate(path, encoding="o200k_base").counts)

    return run


@pytest.fixture
def promised(tmp_path):
    """Whether a report on these bytes offers a repair."""

    def run(data):
        path = tmp_path / "asked.jsonl"
        path.write_bytes(data)
        return can_repair(validate(path, encoding="o200k_base"))

    return run


def summary(done):
    return [(change.kind, change.n, change.line) for change in done.changes]


def rows(data):
    return [json.loads(text) for text in data.decode().splitlines()]


def test_every_repairable_rule_is_a_rule():
    assert set(all_rules()) >= REPAIRABLE


@pytest.mark.parametrize(
    ("damaged", "changes"),
    [
        (codecs.BOM_UTF8 + b"".join(GOOD), [("bom", 1, None)]),
        (b"".join(GOOD).replace(b"\n", b"\r\n"), [("crlf", 3, 1)]),
        (b"\n \n" + b"\t\r\n".join([b"", *GOOD]), [("blank_lines", 5, 1)]),
        (GOOD[0] + b"  " + GOOD[1] + GOOD[2][:-1] + b"\t\n", [("trailing_blanks", 2, 2)]),
        (b"".join([*GOOD, GOOD[1], GOOD[0]]), [("duplicate_example", 2, 4)]),
        (b"".join(GOOD).decode().encode("utf-16"), [("utf16", 1, None)]),
        (b"".join(GOOD).decode().encode("utf-16-be"), [("utf16", 1, None)]),
        (b"".join(GOOD).decode().encode("utf-16-le"), [("utf16", 1, None)]),
        (b"".join(GOOD).decode().encode("utf-32"), [("utf16", 1, None)]),
    ],
)
def test_wrapping_is_taken_off_and_lines_stay_as_they_are(mend, rules, damaged, changes):
    """What people's editors add goes; the examples are copied byte for byte."""
    done, data = mend(damaged)

    assert data == b"".join(GOOD)
    assert summary(done) == changes
    assert {change.kind for change in done.changes} <= rules(damaged)
    assert done.n_after == 3


def test_blanks_around_texts_go(mend, rules):
    """A model would learn them; "was -> became" shows them."""
    damaged = GOOD[0] + line("  Как быть?", "Слушай реку.\n\n") + GOOD[1]

    done, data = mend(damaged)

    assert data == GOOD[0] + line() + GOOD[1]
    assert summary(done) == [("trailing_blanks", 1, 2)]
    assert (done.changes[0].before, done.changes[0].after) == ("··Как быть?", "Как быть?")
    assert "trailing_blanks" not in rules(data)


def test_duplicates_are_known_however_they_are_spelled(mend):
    """The first one stays; blanks and JSON's escapes make no other example."""
    again = json.dumps(example(answer="Слушай реку. ")).encode() + b"\n"

    done, data = mend(line() + GOOD[0] + again)

    assert data == line() + GOOD[0]
    assert summary(done) == [("trailing_blanks", 1, 3), ("duplicate_example", 1, 3)]
    assert (done.n_before, done.n_after) == (3, 2)


def test_the_same_words_of_another_weight_stay(mend):
    def weighed(weight):
        row = example()
        row["messages"][-1]["weight"] = weight
        return json.dumps(row).encode() + b"\n"

    done, data = mend(weighed(0) + weighed(1) + weighed(0))

    assert data == weighed(0) + weighed(1)
    assert summary(done) == [("duplicate_example", 1, 3)]


@pytest.mark.parametrize("odd", [{"name": ["a"]}, {"name": ""}, {"weight": {}}, {"weight": 7}])
def test_odd_values_make_nothing_fail(mend, odd):
    row = example()
    row["messages"][2].update(odd)
    data = json.dumps(row).encode() + b"\n"

    assert mend(data + data)[1] == data


def test_prompts_and_completions_become_conversations(mend, rules):
    """The format of older models is turned into today's."""
    old = {"prompt": "Как быть? ", "completion": " Слушай реку.\n"}

    done, data = mend(GOOD[0] + json.dumps(old).encode() + b"\n")

    assert rows(data)[1] == pair("Как быть?", "Слушай реку.")
    assert summary(done) == [("other_format", 1, 2)]
    assert "other_format" not in rules(data)


TABLE = [("Кто я?", 'Река; или берег, "как" знать.'), ("Где дом?", "Там,\nгде ждут."), ("А", "Б")]


def table(delimiter, *, heads=None, encoding="utf-8", end="\r\n"):
    def cell(text):
        return '"' + text.replace('"', '""') + '"'

    rows = [*([heads] if heads else []), *TABLE]
    return end.join(delimiter.join(map(cell, row)) for row in [*rows, ()]).encode(encoding)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "heads", [None, ("prompt", "completion"), ("Вопрос", "Ответ"), ("user", "assistant")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_tables_become_conversations(mend, rules, delimiter, heads, encoding):
    """A spreadsheet's two columns, however it saves them, are questions and answers."""
    damaged = table(delimiter, heads=heads, encoding=encoding)

    done, data = mend(damaged, columns=None if heads else Columns(0, 1))

    assert rows(data) == [pair(*row) for row in TABLE]
    assert done.changes[-1].kind == "csv_table"
    assert (done.n_before, done.n_after, done.changes[-1].n) == (3, 3, 3)
    assert done.changes[-1].line == (2 if heads else 1)
    assert rules(damaged) & {*REPAIRABLE, "table_unclear"}
    assert not rules(data) & REPAIRABLE


def test_turned_columns_are_turned_back(mend):
    """The heads say which column is which."""
    _, data = mend("ответ,вопрос\nРека.,Кто я?\nДома.,Где ты?\n".encode())

    assert rows(data) == [pair("Кто я?", "Река."), pair("Где ты?", "Дома.")]


@pytest.mark.parametrize(
    "damaged",
    [
        "Кто я?,Река.\nГде ты?,Дома.\nА,Б,В\n",
        'Кто я?,Река.\nГде ты?,Дома.\nА,"Б" В\n',
        'Кто я?,Река.\nГде ты?,Дома.\nА,"Б\n',
    ],
    ids=["three columns", "a quote in the middle", "a quote left open"],
)
def test_doubtful_tables_are_left_alone(mend, damaged, tmp_path):
    """Where columns can't be told for sure, nobody guesses; no half of a copy is left."""
    with pytest.raises(CannotRepair):
        mend(damaged.encode())

    assert not (tmp_path / "target.jsonl").exists()


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_arrays_become_lines(mend, rules, indent):
    """Each object of a JSON array gets its line, its numbers and keys as they were spelled."""
    items = [example(f"Вопрос {n}?\nИ ещё?") | {"weight": 1.50, "big": 10**30} for n in range(4)]
    damaged = json.dumps(items, ensure_ascii=False, indent=indent).replace("\n", "\r\n").encode()

    done, data = mend(damaged)

    assert rows(data) == items
    assert summary(done)[0][:2] == ("json_array", 4)
    assert "json_array" in rules(damaged)
    assert not rules(data) & REPAIRABLE


def test_arrays_may_be_longer_than_a_chunk(mend):
    """Objects are read as they come, also over the borders of chunks."""
    items = [example(f"Вопрос {n}?", "река " * 900 + "!") for n in range(400)]

    _, data = mend(json.dumps(items, ensure_ascii=False, indent=1).encode())

    assert rows(data) == items


@pytest.mark.parametrize("tail", [b"", b",", b"]]", b"] x", b', "text"]', b", NaN]"])
def test_broken_arrays_are_left_alone(mend, tail):
    """An array that does not end as it should may have lost something."""
    damaged = json.dumps([example(), example("Кто я?")]).encode()[:-1] + tail

    with pytest.raises(CannotRepair):
        mend(damaged)


UNREADABLE = [
    b'{"messages": [{"role": "user", "content": "  cut',
    b'{"a": NaN, "messages": []}',
    b"\xff\xfe not text",
    b'{"prompt": 1, "completion": "text "}',
    b'{"prompt": "a ", "completion": "b", "label": false}',
    b'{"messages": [], "messages": [{"role": "user", "content": " a "}]}',
    b'{"messages": [{"role": "user", "content": " a "}], "x": 1e999}',
    b'{"messages": [{"role": "user", "content": "   "}]}',
    b'{"messages": [{"role": "user", "content": [" a "]}]}',
    b'{"messages": "  text  "}',
    b'[" a "]',
    b'" a "',
    b"{} \0 ",
    b'{"a":"' + b"x" * 10_000_100 + b'"} \r',
    b'{"messages": [{"role": "assistant", "content": " a ", "tool_calls": [{}]}]}',
    b'{"messages": [{"role": "tool", "content": " a ", "tool_call_id": "1"}]}',
]


@pytest.mark.parametrize("odd", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_cannot_be_read_stays(mend, odd):
    """Nobody guesses what was meant; the rest of the file is mended all the same."""
    done, data = mend(GOOD[0] + odd + b"\n" + b"\n" + GOOD[1])

    assert data == GOOD[0] + odd + b"\n" + GOOD[1]
    assert summary(done) == [("blank_lines", 1, 3)]
    assert (done.n_before, done.n_after) == (3, 3)


def test_half_a_character_is_kept(mend):
    """What UTF-8 can't spell stays an escape."""
    odd = json.dumps(example("  \ud83d", "Да.")).encode() + b"\n"

    _, data = mend(odd)

    assert rows(data) == [example("\ud83d", "Да.")]


@pytest.mark.parametrize("data", [b"".join(GOOD), b"".join(GOOD)[:-1], b"", b"PK\x03\x04 \n\n"])
def test_nothing_to_mend_is_said(mend, tmp_path, data):
    """Without a change there is no copy."""
    with pytest.raises(CannotRepair):
        mend(data)

    assert not (tmp_path / "target.jsonl").exists()


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(DatasetMissing):
        repair(tmp_path / "none.jsonl", tmp_path / "target.jsonl")


def test_progress_is_told_and_may_stop(mend, tmp_path):
    """About every megabyte and at the end; what it raises stops the work and leaves no copy."""
    told: list[int] = []
    data = b"".join(line(f"Вопрос {n}", "река " * 200 + "! ") for n in range(2_000))
    mend(data, progress=told.append)

    assert told == sorted(told)
    assert told[-1] == len(data)
    assert len(told) >= len(data) >> 20

    with pytest.raises(KeyboardInterrupt):
        mend(data, progress=interrupt)
    assert not (tmp_path / "target.jsonl").exists()


def test_memory_does_not_grow_with_the_file(tmp_path):
    """A file of tens of megabytes needs no more than one of a few."""
    source = tmp_path / "source.jsonl"
    with source.open("wb") as out:
        out.writelines(
            line(f"Вопрос {n % 50}", "река " * 2_000 + "!") + b"\n" for n in range(3_000)
        )

    tracemalloc.start()
    repair(source, tmp_path / "target.jsonl")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert source.stat().st_size > 40_000_000
    assert most < 8_000_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("a b", "a b"),
        (" \t\n", "·⇥↵"),
        ("a\nb ", "a↵b·"),
        ("x" * 100 + " ", "x" * 55 + "…" + "x" * 23 + "·"),
        ("\ud83d", "?"),
    ],
)
def test_excerpts_are_short_and_show_blanks(text, shown):
    assert excerpt(text) == shown
    assert len(excerpt(text)) <= 80


texts = st.text(st.sampled_from('аб \n\t\u00a0x"\\,;{}🙂'), max_size=6)
roles = st.sampled_from(["system", "developer", "user", "assistant"])
messages = st.lists(st.fixed_dictionaries({"role": roles, "content": texts}), max_size=3)
objects = st.one_of(
    st.builds(lambda found: {"messages": found}, messages),
    st.builds(
        lambda given, one, other: {
            "input": {"messages": given},
            "preferred_output": one,
            "non_preferred_output": other,
        },
        messages,
        messages,
        messages,
    ),
    st.fixed_dictionaries({"prompt": texts, "completion": texts}),
    st.dictionaries(texts, texts, max_size=2),
)
ends = st.sampled_from([b"\n", b"\r\n", b"\r\r\n", b" \n", b"\t\r\n", b"\n\n", b" \r \r\n"])
junk = st.sampled_from([b"", b" ", b"{", b'{"a', b"\xff", b"[1]", b"null", b"\x0b", b"1 2"])
good = st.builds(
    lambda row, is_ascii: json.dumps(row, ensure_ascii=is_ascii).encode(), objects, st.booleans()
)
files = st.lists(
    st.tuples(st.sampled_from([b"", b" ", b"\t"]), good | good | junk, ends), max_size=8
).map(lambda parts: b"".join(map(b"".join, parts)))


def parsed(data):
    """The rows that can be read, without blanks around their texts."""
    found = []
    for text in data.split(b"\n"):
        try:
            row = json.loads(text)
        except ValueError:
            continue
        if isinstance(row, dict) and row.keys() == {"messages"}:
            for message in row["messages"]:
                message["content"] = message["content"].strip() or message["content"]
            found.append(row)
    return found


@GENEROUS
@given(data=files, wrap=st.sampled_from(["", "bom", "utf-16"]))
def test_after_a_repair_nothing_is_left_to_repair(mend, rules, promised, data, wrap):
    """Whatever a file holds: what is promised is done, nothing is lost, twice is once."""
    damaged = codecs.BOM_UTF8 + data if wrap == "bom" else data
    if wrap == "utf-16":
        assume(b"\x0b" not in data)  # so few characters of which one is a control: no text
        damaged = data.decode("latin-1").encode("utf-16")
    try:
        done, mended = mend(damaged)
    except CannotRepair:
        assert not promised(damaged)
        return

    assert promised(damaged)
    assert not rules(mended) & REPAIRABLE
    assert done.n_before - done.n_after == sum(
        change.n for change in done.changes if change.kind == "duplicate_example"
    )
    if wrap != "utf-16":
        kept = parsed(mended)
        assert all(row in kept for row in parsed(data))
    with pytest.raises(CannotRepair):
        mend(mended)


@GENEROUS
@given(st.lists(objects, min_size=1, max_size=5), st.sampled_from([None, 1]))
def test_any_array_of_objects_is_unwrapped(mend, rules, items, indent):
    """Pretty or not, and whatever stands in it beside an example."""
    items = [*items, example()]
    _, mended = mend(json.dumps(items, ensure_ascii=False, indent=indent).encode())

    assert not rules(mended) & REPAIRABLE
