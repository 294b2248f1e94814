"""Which script a text is written in; languages that share one are not told apart.

Russian and Ukrainian are both "cyrillic", English and German both "latin": telling them apart would
need a model of each language, and would be wrong too often about a line of chat.
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import Final

SCRIPTS: Final = ("", "cyrillic", "latin", "greek", "hebrew", "arabic", "indic", "cjk", "hangul")
"""Every name that `script_of` returns; "" for a text with hardly any letters."""

FEW_LETTERS: Final = 20
"""A text with fewer letters is not judged."""

_CLEAR: Final = 0.7
"""The share of examples that makes a script the main one."""

# The first byte of a character in UTF-8 tells its block: https://www.unicode.org/Public/UNIDATA/Blocks.txt
_LATIN_ASCII: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LEADS: Final[dict[str, Iterable[int]]] = {
    "cyrillic": range(0xD0, 0xD4),
    "latin": (*_LATIN_ASCII, *range(0xC3, 0xCA)),
    "greek": range(0xCE, 0xD0),
    "hebrew": range(0xD6, 0xD8),
    "arabic": range(0xD8, 0xDC),
    "indic": range(0xE0, 0xE1),
    "cjk": range(0xE3, 0xEA),
    "hangul": range(0xEA, 0xEE),
}
_LETTERS: Final = {script: bytes(leads) for script, leads in _LEADS.items()}
_LATIN: Final = _LETTERS["latin"]
_CYRILLIC: Final = _LETTERS["cyrillic"]


def script_of(text: str) -> str:
    """The script of most letters of *text*, one of `SCRIPTS`."""
    data = text.encode(errors="replace")
    n_cyrillic = len(data) - len(data.translate(None, _CYRILLIC))
    n_latin = len(data) - len(data.translate(None, _LATIN))
    # Two scripts are nearly all that comes: whoever has no bytes left over is counted.
    if n_latin + 2 * n_cyrillic < 0.7 * len(data):
        return _rarer(data)
    if n_latin + n_cyrillic < FEW_LETTERS:
        return ""
    return "cyrillic" if n_cyrillic >= n_latin else "latin"


def _rarer(data: bytes) -> str:
    counts = {
        script: len(data) - len(data.translate(None, leads)) for script, leads in _LETTERS.items()
    }
    if sum(counts.values()) < FEW_LETTERS:
        return ""
    return max(counts, key=lambda script: counts[script])


class Scripts:
    """Remembers the script of each example, a byte each, until that of the file is known."""

    def __init__(self) -> None:
        self._lines = array("I")
        self._codes = bytearray()

    def add(self, text: str, line: int) -> None:
        """Judge the words of the example on *line*."""
        script = script_of(text)
        if script:
            self._lines.append(line)
            self._codes.append(SCRIPTS.index(script))

    @property
    def main(self) -> str:
        """The script of most examples; "" where no script has a clear majority."""
        counts = [self._codes.count(code) for code in range(len(SCRIPTS))]
        most = max(counts)
        is_clear = most and most >= _CLEAR * len(self._codes)
        return SCRIPTS[counts.index(most)] if is_clear else ""

    def lines_in_another(self) -> Iterator[int]:
        """Lines of the examples in another script than the main one."""
        main = SCRIPTS.index(self.main)
        if main:
            yield from (
                line for line, code in zip(self._lines, self._codes, strict=True) if code != main
            )
