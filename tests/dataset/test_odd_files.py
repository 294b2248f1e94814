"""A file never ends in nonsense: it is called what it is, and what is promised is done."""

import json
import tracemalloc
import zoneinfo
from pathlib import Path

import pytest

from bot.dataset.current import is_worth_keeping
from bot.dataset.recognition.source import BROKEN, KINDS, LEFT_OUT
from bot.dataset.repair import can_repair
from bot.dataset.repair.run import repair
from bot.domain.datasets import Level
from bot.errors import CannotRepair
from bot.terminal.dataset import report_lines
from bot.texts import Texts, validation_en, validation_ru
from tests.dataset.odd_files import ALL, ODD, PAIRS

FAULTS = Path(__file__).parents[3] / "shared" / "faults"
"""Files that people tried on the bot; where they are absent, those made up here have to do."""


@pytest.fixture
def mended(tmp_path):
    """Repair bytes; None where it refuses."""

    def run(data, **options):
        source, target = tmp_path / "source", tmp_path / "target"
        source.write_bytes(data)
        try:
            return repair(source, target, **options), target.read_bytes()
        except CannotRepair:
            assert not target.exists()
            return None

    return run


def said_in(data):
    rows = [json.loads(line)["messages"] for line in data.splitlines()]
    return [tuple(m["content"] for m in row if m["role"] != "system") for row in rows]


def test_every_kind_is_tried_here():
    assert {odd.rule for odd in ODD.values()} >= {*KINDS, *LEFT_OUT, *BROKEN}


@pytest.mark.parametrize("name", ODD)
def test_a_file_is_called_what_it_is(check, name):
    """Told once, at its place, with a sentence in both languages; never called ready."""
    odd = ODD[name]

    report = check(odd.data)

    finding = next(f for f in report.findings if f.rule == odd.rule)
    assert (finding.line, report.counts[odd.rule]) == (odd.line, 1)
    assert not report.is_valid
    assert report.kind == (odd.rule if odd.rule in KINDS else report.kind)
    for texts in (validation_ru.FINDINGS, validation_en.FINDINGS):
        assert texts[f"finding_{finding.rule}"].format(**finding.params)
    assert sum(f.level is Level.ERROR for f in report.findings) <= 2


@pytest.mark.parametrize("name", ODD)
def test_what_a_report_promises_is_done(check, mended, name):
    """As many examples as were promised, with their words, and nothing left to complain about."""
    odd = ODD[name]

    report = check(odd.data)
    done = mended(odd.data)

    assert can_repair(report) == (done is not None) == bool(odd.n)
    if done is None:
        return
    repaired, data = done
    assert report.n_convertible in (0, odd.n)
    assert repaired.n_after == odd.n
    assert repaired.n_left_out == repaired.n_before - repaired.n_after
    kept = {text for pair in said_in(data) for text in pair}
    ours = {text for pair in PAIRS for text in pair}
    assert kept == ours or name in ("Windows-1251", "KOI8-R")
    assert check(data).is_valid


@pytest.mark.parametrize("name", ODD)
def test_what_is_converted_is_shown_first(check, mended, name):
    """Three examples as they will be learnt: nobody is asked to say yes to what they can't see."""
    odd = ODD[name]
    done = mended(odd.data)
    if done is None or odd.rule in ("comma_ended", "cr"):
        return
    repaired, data = done

    first = [json.loads(line)["messages"] for line in data.splitlines()[:3]]
    assert [list(sample) for sample in repaired.samples] == [
        [(m["role"], m["content"]) for m in messages] for messages in first
    ]


HOSTILE = {
    "brackets": b"[" * 2_000_000,
    "an array of brackets": b"[{" * 1_000_000,
    "nested objects": b'{"a":' * 400_000,
    "quotes": b'"' * 2_000_000,
    "escaped quotes": b'{"a": "' + rb"\"" * 1_000_000,
    "lines of braces": b"{\n" * 1_000_000,
    "a number": b'[{"a": ' + b"1" * 2_000_000 + b"}]",
    "a number in a list": b'{"data": [{"a": ' + b"1" * 50_000 + b"}]}",
    "a list of nested lists": b'{"data": [' + b"[" * 100_000,
    "headers of a zip": b"PK\x03\x04" * 500_000,
    "names of a zip": b"PK\x03\x04" + b"\xff" * 2_000_000,
    "separators": b";" * 2_000_000,
    "an endless cell": "Вопрос;Ответ\nа;б\n".encode() + b'"' + b"a;\n" * 700_000,
    "returns": b"\r" * 2_000_000,
    "returns and blanks": b"\r " * 1_000_000,
    "every byte": bytes(range(256)) * 8_000,
    "half of UTF-16": b"\xff\xfe" + b"{" * 999_999,
    "halves of characters": b"\xff\xfe" + b"\x00\xd8" * 500_000,
    "halves in a table": "a;b\nc;d\n".encode("utf-16") + b"\x00\xd8a\0;\0b\0\n\0" * 9,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_file_is_too_odd_for_an_answer(check, mended, name):
    """Nothing raises, nothing is called ready, and a promise is still kept."""
    report = check(HOSTILE[name])

    assert not report.is_valid
    assert can_repair(report) == (mended(HOSTILE[name]) is not None)


def test_a_conversion_needs_no_more_memory_for_a_longer_file(tmp_path):
    """A table and an array of tens of megabytes, read as they come."""
    source, target = tmp_path / "source", tmp_path / "target"
    answer = "река " * 2_000
    with source.open("w", encoding="utf-8") as out:
        out.write("Вопрос;Ответ\n")
        out.writelines(f"Кто я, {n}?;{answer}{n}\n" for n in range(1_000))

    tracemalloc.start()
    table = repair(source, target)
    _, most_of_table = tracemalloc.get_traced_memory()
    source.write_bytes(b"[" + b",".join(target.read_bytes().splitlines()) + b"]")
    tracemalloc.reset_peak()
    array = repair(source, target)
    _, most_of_array = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (table.n_after, array.n_after) == (1_000, 1_000)
    assert source.stat().st_size > 15_000_000
    assert most_of_table < 8_000_000
    assert most_of_array < 8_000_000


@pytest.mark.skipif(not FAULTS.is_dir(), reason="the files that people tried are not here")
@pytest.mark.parametrize(
    ("number", "kind", "rule", "n"),
    [
        ("01", "json_objects", "json_objects", 12),
        ("03", "", "comma_ended", 12),
        ("09", "code_page", "code_page", 12),
        ("12", "chat_export", "chat_export", 0),
        ("15", "", "other_format", 12),
        ("17", "", "other_format", 12),
        ("23", "", "other_format", 12),
        ("31", "csv_table", "csv_table", 12),
        ("33", "csv_table", "csv_table", 12),
        ("35", "csv_table", "row_without_answer", 11),
        ("41", "csv_table", "csv_table", 12),
        ("44", "role_table_pairs", "role_table_pairs", 12),
        ("46", "csv_table", "csv_table", 12),
        ("48", "table_unclear", "table_unclear", 0),
        ("95", "spreadsheet_file", "spreadsheet_file", 0),
    ],
)
def test_what_people_tried_gets_the_right_answer(check, mended, number, kind, rule, n):
    (path,) = FAULTS.glob(f"{number}-*")

    report = check(path.read_bytes())
    done = mended(path.read_bytes())

    assert (report.kind, rule in report.counts) == (kind, True)
    assert (done[0].n_after if done else 0) == n
    if done:
        assert check(done[1]).is_valid
        words = json.loads(done[1].splitlines()[0])["messages"][-2]["content"]
        assert words == "Не могу простить отца"


@pytest.mark.parametrize(("name", "is_kept"), [("texts alone", False), ("Alpaca", True)])
def test_what_holds_no_example_is_not_kept(check, name, is_kept):
    """Lines of JSON are no dataset for that alone."""
    assert is_worth_keeping(check(ODD[name].data)) == is_kept


@pytest.mark.parametrize(
    ("name", "numbers"),
    [("Alpaca", ALL), ("a text with the marks of a model", ALL), ("texts alone", 0)],
)
def test_a_file_of_other_examples_is_told_as_a_document_is(check, name, numbers):
    """What it is comes first, then what a repair makes of it; nothing is counted that is not."""
    report = check(ODD[name].data)

    first, second, *rest = report_lines(Texts("ru", zoneinfo.ZoneInfo("UTC")), report)

    assert first.startswith("Это ")
    assert second == f"Примеров после починки: {numbers}"
    assert "Реплик" not in "".join(rest)
