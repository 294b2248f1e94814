"""The body of an answer gives the same, wherever the network cuts it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateways import answer_body
from bot.gateways.answer_body import AnswerBody
from bot.gateways.sound_text import SoundText, sound_text
from tests.gateways.provider_double import DEEP

BODIES = (
    ': ping\r\n\r\ndata: {"a": "é"}\r\n\r\nevent: error\r\ndata: {"b": 2}\r\n\r\ndata: [DONE]\r\n',
    'data: {"a":\ndata: "é"}\n\ndata: [{"b": 2}, 3]\ndata: 4\n\ndata:[DONE]\n\n',
    '\ufeffdata: {"a": "é"}\r\rdata: {"b": "[DONE]"}\r\r',
    '{"a":\n\n "é",\n "b": [{}]}',
    '{"a": "é"}\n{"b": 2}\n[DONE]',
    '{\n"a": [\n[],\n"}\\"]",\n"{\n"]\n}\n[\n{"b":\n2}\n]\n{"c": "\\\\"\n}',
)  # fmt: skip

LINE_END = answer_body._LINE_END
KEPT = "👩\u200d👧 \u200fשלום\u200e \u2067x\u2069 \u00ad\u2028й"


def objects_in(*pieces: bytes) -> tuple[list[object], bool]:
    body = AnswerBody()
    found: list[object] = [fields for piece in pieces for fields in body.feed(piece)]
    return [*found, *body.finish()], body.is_done


@given(which=st.sampled_from(BODIES), cuts=st.sets(st.integers(0, 130), max_size=9))
def test_any_cuts_give_the_same_objects(which: str, cuts: set[int]):
    """Letters of several bytes, line ends and fields may be cut anywhere."""
    body = which.encode()
    places = sorted(cuts | {0, len(body)})
    pieces = [body[a:b] for a, b in zip(places, [*places[1:], len(body)], strict=True)]

    assert objects_in(*pieces) == objects_in(body)


@pytest.mark.parametrize(
    ("body", "objects", "is_done"),
    [
        (BODIES[0], [{"a": "é"}, {"b": 2, "error": {"b": 2}}], True),
        (BODIES[1], [{"a": "é"}, {"b": 2}], True),
        (BODIES[2], [{"a": "é"}, {"b": "[DONE]"}], False),
        (BODIES[3], [{"a": "é", "b": [{}]}], True),
        (BODIES[4], [{"a": "é"}, {"b": 2}], True),
        (BODIES[5], [{"a": [[], '}"]', "{\n"]}, {"b": 2}, {"c": "\\"}], False),
        ('{\n"a": 1}\n}\n{"b": 2}', [{"a": 1}], True),
        ('data: {"a": 1}\n\ndata: {"b', [{"a": 1}], False),
        ('{"a": 1}\n{"b', [{"a": 1}], True),
        ("<html>\n{}\n</html>", [], False),
        ("", [], False),
    ],
)
def test_objects_and_the_end(body, objects, is_done):
    """Events, lines of JSON and one value; a plain value that is whole is an end too."""
    assert objects_in(body.encode()) == (objects, is_done)


@pytest.mark.parametrize("prefix", [b"", b"data: "], ids=["plain", "event"])
@pytest.mark.parametrize(
    ("first", "line"),
    [(b"[", b",[]"), (b"[1 2]", b"[]"), (b"[]]", b"{}"), (b'["', b"]")],
)
def test_a_value_without_an_end_is_parsed_once(
    prefix: bytes, first: bytes, line: bytes, monkeypatch: pytest.MonkeyPatch
):
    """Not with each line that might be its last, so that it holds nobody up."""
    n_parsed, loads = 0, json.loads

    def counted(text: str, **options: Any) -> object:
        nonlocal n_parsed
        n_parsed += 1
        return loads(text, **options)

    monkeypatch.setattr(json, "loads", counted)

    objects_in(prefix + first + b"\n", *[prefix + line + b"\n"] * 2000)

    assert n_parsed <= 1


def test_a_line_without_an_end_is_looked_at_once(monkeypatch: pytest.MonkeyPatch):
    """However small its pieces are."""
    n_looked_at = 0

    class Counting:
        def search(self, line: bytes, start: int = 0) -> object:
            nonlocal n_looked_at
            n_looked_at += len(line) - start
            return LINE_END.search(line, start)

        def split(self, line: bytes) -> list[bytes]:
            nonlocal n_looked_at
            n_looked_at += len(line)
            return LINE_END.split(line)

    monkeypatch.setattr(answer_body, "_LINE_END", Counting())
    body = b'data: {"a": "' + b"x" * 5000 + b'"}\n'

    assert objects_in(*(body[n : n + 1] for n in range(len(body)))) == ([{"a": "x" * 5000}], False)
    assert n_looked_at <= 3 * len(body)


def test_an_event_that_is_no_json_is_an_error():
    """It is not taken for the end."""
    with pytest.raises(ValueError, match="Expecting"):
        objects_in(b"data: {broken\n\n")


def test_nesting_without_an_end_is_not_json():
    """Python reads some hundred levels; more of them are no answer, but no bug either."""
    with pytest.raises(ValueError, match="recursion"):
        objects_in(f"data: {DEEP}\n\n".encode())


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("При\0в\x01е\x1f\x7f\x9fт", "Привет"),
        ("a\r\nb\rc\vd\fe\x85f\tg\n", "a\nb\nc\nd\ne\nf\tg\n"),
        ("\ud83d\ude00 \ud83d! \ude00", "😀 ! "),
        ("\ufffe\uffff\ufdd0\U0001ffff\U0010fffe\ufffd", "\ufffd"),
        (KEPT, KEPT),
        ("", ""),
    ],
)  # fmt: skip
def test_control_characters_are_no_words(text, sound):
    """Letters, emoji and marks of direction stay; what can't be stored or sent goes."""
    assert sound_text(text) == sound
    assert json.loads(json.dumps(sound)).encode().decode() == sound


@given(pieces=st.lists(st.text(st.sampled_from("aй\r\n\0\x85\ud83d\ude00\U0001f600\uffff"))))
def test_sound_in_any_pieces(pieces: list[str]):
    """A pair of halves, or of the two signs of a line end, may be cut."""
    sound = SoundText()

    read = "".join([*(sound.feed(piece) for piece in pieces), sound.finish()])

    assert read == sound_text("".join(pieces))
