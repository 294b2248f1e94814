"""In which code page a text is, told by evidence: which reading of its bytes looks like Russian.

Frequencies of Russian letters: the National Corpus of Russian, as Wikipedia's article "Frequency
of letters in Russian" quotes them (looked up 2026-11-29), rounded.
"""

import codecs
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_WIDE: Final = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
"""Wider ones first: the narrow ones read their characters too, with NULs between."""
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SINGLE: Final = ("cp1251", "mac-cyrillic", "koi8-r", "cp866", "iso8859-5", "cp1252")
"""The more usual ones first: of readings that do not differ, the first one is taken."""
_NAMES: Final = {
    "utf-8": "UTF-8",
    "cp1251": "Windows-1251",
    "cp1252": "Windows-1252",
    "mac-cyrillic": "Mac Cyrillic",
    "koi8-r": "KOI8-R",
    "cp866": "DOS (866)",
    "iso8859-5": "ISO 8859-5",
}
_LETTERS: Final = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_PER_MILLE: Final = (
    "109 85 80 74 67 63 55 47 45 44 35 32 30 28 26 20 19 17 17 16 16 14 12 10 9 7 6 5 4 3 3 1 4"
)
_FREQUENCIES: Final = dict(zip(_LETTERS, map(int, _PER_MILLE.split()), strict=True))
_USUAL_SIGNS: Final = frozenset("«»—–“”„‘’…№\N{NO-BREAK SPACE}•°§©®™")
_BEFORE_WORDS: Final = frozenset("«“„‘\N{NO-BREAK SPACE}")
_ODD: Final = math.log(1e-5)
"""Of a character that no Russian text has, or that is in a place where none belongs."""
_SIGN: Final = math.log(0.02)
_MISPLACED: Final = math.log(5e-4)
_CAPITAL: Final = math.log(0.1)
_SHOUTED: Final = math.log(0.8)
_LATIN: Final = math.log(0.01)
_LOOKED_AT: Final = 20_000
"""Characters; more of them change no judgement."""
_BROKEN: Final = 0.2
"""Of the characters beyond ASCII so many may be broken in a text that counts as UTF-8."""
_LOST: Final = "\N{REPLACEMENT CHARACTER}"
"""In place of bytes that can't be read; also a character that a text itself may hold."""
_UTF8_WORD: Final = re.compile(rb"(?:[\xd0\xd1][\x80-\xbf]){4}")
"""Four letters of Russian in UTF-8; no text in another code page has the same bytes in a row."""
_LEAST: Final = -5.2
"""The mean logarithm that a plausible reading has at least; Russian prose has about -3.1."""
_CLEARLY: Final = 8.0
"""By so much the best reading must be likelier than any other, as a logarithm."""


@dataclass(frozen=True, slots=True)
class CodePage:
    """What is known about the encoding of a text."""

    codec: str
    """Python's name of it; "" where the evidence does not suffice."""
    candidates: tuple[str, ...] = ()
    """Names for people of what it may be, the likeliest first; empty where it is sure."""

    @property
    def name(self) -> str:
        """The name for people."""
        return name_of(self.codec)

    @property
    def is_utf8(self) -> bool:
        """Whether the bytes need no translation."""
        return self.codec == "utf-8"


def name_of(codec: str) -> str:
    """An encoding's name for people.

    >>> name_of("utf-16-le")
    'UTF-16'
    """
    return _NAMES.get(codec) or codec.upper().removesuffix("-LE").removesuffix("-BE")


def code_page_of(start: bytes, *, is_all: bool = True) -> CodePage:
    """The encoding of a text that begins with these bytes; *is_all*: there are no others.

    Text in UTF-8 with a few broken bytes counts as UTF-8: each broken line is told.
    """
    for mark, codec in _MARKS:
        if start.startswith(mark):
            return CodePage(codec)
    if b"\0" in start:
        return CodePage(_wide(start) or "utf-8")
    return CodePage("utf-8") if _is_utf8(start, is_all=is_all) else _single(start)


def holds_utf8(data: bytes) -> bool:
    """Whether there is a Russian word in UTF-8, which nothing in a code page looks like."""
    return _UTF8_WORD.search(data) is not None


def _wide(start: bytes) -> str:
    """An encoding of two or four bytes in which nearly everything is text; "" for none."""
    even = start[: len(start) // 4 * 4] or start[: len(start) // 2 * 2]
    for codec in _WIDE:
        text = even.decode(codec, errors="replace")
        odd = sum(not (c.isprintable() or c in "\t\r\n") or c > "\u30ff" for c in text)
        if text and odd * 20 <= len(text):
            return codec
    return ""


def _is_utf8(start: bytes, *, is_all: bool) -> bool:
    """Whether most characters beyond ASCII are UTF-8; the last one may be cut."""
    text = codecs.getincrementaldecoder("utf-8")(errors="replace").decode(start, final=is_all)
    n_broken = text.count(_LOST) - start.count(_LOST.encode())
    return not n_broken or n_broken <= _BROKEN * sum(c > "\x7f" for c in text)


def _single(start: bytes) -> CodePage:
    """The likeliest code page of one byte a character, if the others are far less likely."""
    readings: dict[str, str] = {}
    for codec in _SINGLE:
        text = _read(start, codec)
        if text is not None and text not in readings.values():
            readings[codec] = text
    scored = {codec: likelihood(text) for codec, text in readings.items()}
    ranked = sorted(scored, key=lambda codec: -scored[codec][0])
    best = ranked[0]
    if holds_utf8(start):
        return CodePage("", (name_of("utf-8"), name_of(best)))
    total, n = scored[best]
    rivals = [codec for codec in ranked[1:] if total - scored[codec][0] < _CLEARLY]
    if not rivals and total >= _LEAST * n:
        return CodePage(best)
    likely = [best, *rivals] if rivals else ranked[:3]
    return CodePage("", tuple(name_of(codec) for codec in likely))


def _read(start: bytes, codec: str) -> str | None:
    try:
        return start.decode(codec)
    except UnicodeDecodeError:
        return None


def likelihood(text: str) -> tuple[float, int]:
    """The logarithm of how likely the characters beyond ASCII are, and how many they are.

    Each counts once with the same neighbours: what is said again is no more evidence.
    """
    padded = f" {text[:_LOOKED_AT]} "
    neighbours = zip(padded, padded[1:], padded[2:], strict=False)
    found = {three for three in neighbours if three[1] > "\x7f"}
    return sum(_of(sign, before, after) for before, sign, after in found), len(found)


def _of(sign: str, before: str, after: str) -> float:
    frequency = _FREQUENCIES.get(sign.lower())
    is_beside_latin = _is(str.isascii, before) or _is(str.isascii, after)
    if frequency is None:
        if sign in _USUAL_SIGNS:
            return _SIGN if sign in _BEFORE_WORDS or not after.isalpha() else _MISPLACED
        return _LATIN if sign.isalpha() and sign < "\u0250" and is_beside_latin else _ODD
    if is_beside_latin:
        return _ODD
    score = math.log(frequency / 1000)
    if not sign.isupper():
        return _ODD if after.isupper() else score
    if before.isalpha():
        return score + (_SHOUTED if before.isupper() else _ODD)
    return score + (_SHOUTED if after.isupper() else _CAPITAL)


def _is(test: Callable[[str], bool], sign: str) -> bool:
    return sign.isalpha() and test(sign)
