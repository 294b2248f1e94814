"""Text that was read in a wrong encoding, and what it was before.

Two kinds. Where UTF-8 was read as an encoding of one byte for each character, each character of
the original has become a row of two to four, which hardly ever stand together otherwise. Where one
code page was taken for another, only the likelihood of the letters tells.

Where each byte has a place: https://encoding.spec.whatwg.org/#legacy-single-byte-encodings
"""

import re
from collections.abc import Iterable
from functools import cached_property
from itertools import permutations
from typing import Final

from bot.dataset.recognition.code_pages import likelihood

_CODE_PAGES: Final = ("cp1251", "koi8-r", "cp866", "mac-cyrillic", "cp1252", "latin-1")
_FIRST_LOOK: Final = 300
_SAMPLE: Final = 3_000
"""Characters by which a text is judged."""
_FEWEST: Final = 8
"""Characters beyond ASCII; with fewer nobody can tell one code page from another."""
_FEWEST_LETTERS: Final = 5
_UNLIKELY: Final = -4.0
_LIKELY: Final = -4.2
"""The mean logarithm of `likelihood`; Russian prose has about -3.1."""
_CLEARLY: Final = 12.0
"""By so much the right reading must be likelier than the wrong one, as a logarithm."""

# Each damaged text has some of these, and prose in Russian or English has hardly any.
_RARE: Final = re.compile("[ѕµ°ЅЃЂ‚„ÐÑÃÂâ∞∏Ω≤░▒─-╬¤®¬Γ\x80-\x9fàåèéîïñòûÀÅÈÎÏÒÛ]")
_RARE_AFTER_LATIN: Final = re.compile("[A-Za-z]Г")
_CAPITALS: Final = re.compile("[А-ЯЁ]{2}")
"""Without them there is no odd case, and they are found faster."""
_ODD_CASE: Final = re.compile("[а-яё][А-ЯЁ]{2}|[А-ЯЁ]{5}")
_LOOKED_AT: Final = 100
"""Characters at the beginning of a text, whose case tells enough."""
_ODD_CAPITAL: Final = re.compile(r"(?<!\w)[‚ЂЃѓ„†‡€‰Љ‹ЊЌЋЏђ™љ›њќћџ√ƒ≈∆ј¬][а-яё]")
# Signs in places where a capital letter of another code page was.
_STRAY_SIGN: Final = re.compile(
    "(?<!\\w)[»…“”’÷][а-яё]|[–—](?=[а-яё])|«(?![^«»]*»)|„(?![^„“”]*[“”])|[¬√≈∆][а-яё]"
)
_COST: Final = 6.0
"""Of such a sign, as a logarithm."""
_STILL_ODD: Final = re.compile("[ЀЂ-Џѐђ-џҐґ]|[а-яё][А-ЯЁ]")
"""What is left of a language beside Russian that was in order: Serbian, Ukrainian."""


def may_be_mojibake(text: str) -> bool:
    """Whether the others could find anything: a look that costs little."""
    if text.isascii():
        return False
    if _RARE.search(text) or ("Г" in text and _RARE_AFTER_LATIN.search(text)):
        return True
    return bool(_CAPITALS.search(text, 0, _LOOKED_AT) and _ODD_CASE.search(text, 0, _LOOKED_AT))


def restored(text: str) -> str | None:
    """The text as it was, exactly; None for a text that is in order, and for one in doubt.

    >>> restored("РџСЂРёРІРµС‚, РјРёСЂ")
    'Привет, мир'
    """
    found = text
    while (better := _once(found)) is not None:  # text may be damaged twice
        found = better
    return None if found == text else found


def is_beyond_repair(text: str) -> bool:
    """Whether UTF-8 was read in another encoding, and some characters are lost since."""
    return may_be_mojibake(text) and any(page.explains(text) for page in _PAGES)


def _once(text: str) -> str | None:
    if not may_be_mojibake(text):
        return None
    page = max(_PAGES, key=lambda page: page.explains(text))
    return page.read_right(text) if page.explains(text) else _in_another_code_page(text)


def _in_another_code_page(text: str) -> str | None:
    """The likeliest reading of the same bytes, if it is by far likelier."""
    score, n = likelihood(text[:_FIRST_LOOK])
    if n < _FEWEST:
        return None
    is_about_capitals = score > _UNLIKELY * n
    if is_about_capitals and not _ODD_CAPITAL.search(text):
        return None
    pages = ("cp1251", "mac-cyrillic") if is_about_capitals else _CODE_PAGES
    sample = text[:_SAMPLE]
    read = {pair: found for pair in permutations(pages, 2) if (found := _read(sample, *pair))}
    best = max(read, key=lambda pair: _plausibility(read[pair]), default=None)
    if best is None:
        return None
    score, n = likelihood(read[best])
    # Somebody may have written capitals for small letters, and the other way round.
    as_it_is = max(map(_plausibility, (sample, sample.swapcase())))
    letters = {c for c in read[best] if "а" <= c <= "я"}
    is_sure = (
        _plausibility(read[best]) - as_it_is >= _CLEARLY
        and score >= _LIKELY * n
        and len(letters) >= _FEWEST_LETTERS
        and not _STILL_ODD.search(read[best])
    )
    return _read(text, *best) if is_sure else None


def _plausibility(text: str) -> float:
    return likelihood(text)[0] - _COST * len(_STRAY_SIGN.findall(text))


def _read(text: str, wrong: str, right: str) -> str | None:
    try:
        return text.encode(wrong).decode(right)
    except UnicodeError:
        return None


_USUALLY: Final = 2


class _Page:
    """An encoding of one byte for each character, in which UTF-8 was read."""

    def __init__(self, name: str, least: int = _USUALLY, *, is_latin: bool = False) -> None:
        self._name = name
        self._least = least
        """So many characters of the original side by side are no accident."""
        self._is_latin = is_latin
        """Whether already one letter with an accent, or one degree sign, is none."""

    @cached_property
    def _characters(self) -> str:
        """The character of each byte; a control character where the encoding has none."""
        return "".join(map(self._character, range(256)))

    def _character(self, byte: int) -> str:
        try:
            return bytes([byte]).decode(self._name)
        except UnicodeDecodeError:
            return chr(byte)

    @cached_property
    def _bytes(self) -> dict[int, str]:
        return {ord(c): chr(byte) for byte, c in enumerate(self._characters) if byte > 127}

    @cached_property
    def _one(self) -> str:
        """A pattern for what one character of an ordinary text turns into."""
        rest = range(0x80, 0xC0)
        signs = (0x80, 0x82, 0x84, 0x86, 0x88, 0x89, 0x94, 0x95, 0x96, 0x9C, 0x9D)
        rows = (
            ([0xD0], rest),
            ([0xD1], range(0x80, 0xA0)),
            ([0xD2], (0x90, 0x91)),
            ([0xC2], range(0xA0, 0xC0)),
            ([0xC3], rest),
            ([0xE2], signs, rest),
            ([0xEF], [0xB8], [0x8F]),
            ([0xF0], [0x9F], rest, rest),
        )
        return "|".join("".join(map(self._among, row)) for row in rows)

    def _among(self, some: Iterable[int]) -> str:
        return f"[{re.escape(''.join(self._characters[byte] for byte in some))}]"

    @cached_property
    def _row(self) -> re.Pattern[str]:
        return re.compile(f"(?:{self._one})+")

    @cached_property
    def _telling(self) -> re.Pattern[str]:
        # Quotation marks, dashes, three dots: text in English has little else beyond ASCII.
        rows: list[tuple[Iterable[int], ...]] = [
            ([0xE2], [0x80], (0x93, 0x94, *range(0x98, 0x9F), 0xA2, 0xA6))
        ]
        if not all(self._characters[byte].isalpha() for byte in (0xE2, 0x84, 0x96)):
            rows.append(([0xE2], [0x84], [0x96]))  # the sign for numbers
        if self._is_latin:
            rows += [([0xC3], range(0x80, 0xC0)), ([0xC2], (0xA3, 0xA7, 0xA9, 0xB0, 0xB1))]
        signs = ["".join(map(self._among, row)) for row in rows]
        if self._least == _USUALLY:
            accent = self._among([0xC3]) + self._among(range(0x80, 0xC0))
            signs.append(f"(?<=[A-Za-z]){accent}")
        return re.compile("|".join((f"(?:{self._one}){{{self._least},}}", *signs)))

    @cached_property
    def _left(self) -> re.Pattern[str]:
        """A first byte without its second one, which became a blank or a question mark."""
        return re.compile(rf"{self._among([0xD0, 0xD1])}(?:[?\ufffd]| (?:{self._one}))")

    def explains(self, text: str) -> int:
        """How many characters look as if text in UTF-8 was read so."""
        return sum(len(row[0]) for row in self._telling.finditer(text))

    def read_right(self, text: str) -> str | None:
        """The text with each such row as it was; None where a row has lost something."""
        if self._left.search(text):
            return None
        try:
            if all(c < "\x80" or ord(c) in self._bytes for c in text):
                return self._decoded(text)
        except UnicodeDecodeError:
            pass  # only parts of it were read so
        try:
            better = self._row.sub(lambda row: self._decoded(row[0]), text)
        except UnicodeDecodeError:
            return None
        return better if len(better) < len(text) else None

    def _decoded(self, row: str) -> str:
        return row.translate(self._bytes).encode("latin-1").decode()


_PAGES: Final = (
    _Page("cp1251"),
    _Page("cp1252", is_latin=True),
    _Page("latin-1", is_latin=True),
    _Page("cp866"),
    _Page("koi8-r"),
    _Page("cp437"),
    _Page("mac-cyrillic", 5),  # dashes between capital letters: А–Б–В
    _Page("mac-roman", 5),
)
