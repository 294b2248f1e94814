"""Lines of dataset files: whatever ends them, and however long they are."""

import io

import pytest

from bot.gateways import dataset_file
from bot.gateways.dataset_file import lines_of


def read(data):
    return [(line.number, line.data) for line in lines_of(io.BytesIO(data))]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"a\nb", [b"a\n", b"b"]),
        (b"a\r\nb\r\n", [b"a\r\n", b"b\r\n"]),
        (b"a\rb\rc", [b"a\r", b"b\r", b"c"]),
        (b"a\rb\nc\r\nd\r", [b"a\r", b"b\n", b"c\r\n", b"d\r"]),
        (b"a\r\rb", [b"a\r", b"\r", b"b"]),
        (b"\ra", [b"\r", b"a"]),
        (b"a\r\r\nb", [b"a\r\r\n", b"b"]),
        (b" \r \r\n x", [b" \r \r\n", b" x"]),
        ("a\u2028b\x0bc\x85d\n".encode(), ["a\u2028b\x0bc\x85d\n".encode()]),
    ],
    ids=range(10),
)
def test_a_line_ends_where_editors_end_it(data, lines):
    assert read(data) == list(enumerate(lines, 1))


def test_lines_over_the_limit_come_in_parts(monkeypatch):
    monkeypatch.setattr(dataset_file, "MAX_LINE_BYTES", 5)

    assert read(b"aa\rbb\rcc\rdd\ree\rff") == list(
        enumerate([b"aa\r", b"bb\r", b"cc\r", b"dd\r", b"ee\r", b"ff"], 1)
    )
    found = [
        (line.number, line.data, line.is_whole, line.is_rest)
        for line in lines_of(io.BytesIO(b"aaa\rbbbb\rcccccccccccc\nd"))
    ]
    assert found == [
        (1, b"aaa\r", True, False),
        (2, b"bbbb\r", True, False),
        (3, b"cccccc", False, False),
        (3, b"cccccc\n", False, True),
        (4, b"d", True, False),
    ]


@pytest.mark.parametrize("n", [1, 7, 20_000])
def test_no_byte_is_lost(n):
    data = b"a\r" * n + b"\r\n" * n + b"\r" * n + b"b\n" * n

    assert b"".join(part for _, part in read(data)) == data
